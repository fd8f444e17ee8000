import pytest

from identitysync.languages.java_regex.translate import translate


@pytest.mark.parametrize(
    ("regex", "explodes", "degree", "width"),
    [
        ("abc", False, 0, 3), ("a+", False, 0, 1), ("a*", False, 0, 0), ("a+b", False, 1, 2), (r"^\s+|\s+$", False, 1, 1),
        ("(a+) (b+)", False, 2, 3), ("(a+)+", True, 1, 1), ("(a|b)+", True, 0, 1), ("(?:ab)+", False, 0, 2), ("(a?)+", True, 0, 0),
        (r"(a)\1", True, 0, 1), ("a{3}", False, 0, 3), ("a{2,}b", False, 1, 3), ("(?=abc)", False, 0, 0), ("a(?=b)", False, 0, 1),
        (r"\b", False, 0, 0), ("a|bc|", False, 0, 0), ("(ab|c)d", False, 0, 2), (".*a.*b.*c", True, 3, 3), ("a?" * 11, True, 0, 0),
        (r"\QaXb\E", False, 0, 3), ("[a-z]{2}", False, 0, 2), (r"\R", False, 0, 1), ("a?", False, 0, 0), ("(a+)?b", False, 1, 1),
    ],
)  # fmt: skip
def test_a_pattern_is_judged_by_its_shape(regex, explodes, degree, width):
    made = translate(regex)
    assert (made.explodes, made.degree, made.width) == (explodes, degree, width)
