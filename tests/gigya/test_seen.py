import sys

from hypothesis import given
from hypothesis import strategies as st

from identitysync.gigya.seen import Seen, mark_of


@given(st.lists(st.binary(max_size=3)))
def test_a_text_is_new_exactly_once_as_in_a_set(texts):
    seen, known = Seen(), set()
    for text in texts:
        assert seen.add(text) == (text not in known)
        known.add(text)
    assert len(seen) == len(known)


def test_nothing_is_forgotten_while_it_grows():
    seen = Seen()
    texts = [b"%d" % number for number in range(50_000)]
    assert all(seen.add(text) for text in texts)
    assert not any(seen.add(text) for text in texts)
    assert seen.add(b"other")


def test_it_takes_less_than_thirty_bytes_for_a_text():
    seen = Seen()
    for number in range(50_000):
        seen.add(b"%d" % number)
    assert sys.getsizeof(seen._table) < 30 * 50_000


def test_no_mark_is_zero_which_stands_for_an_empty_place(monkeypatch):
    class Zero:
        def digest(self):
            return bytes(8)

    monkeypatch.setattr("identitysync.gigya.seen.hashlib.blake2b", lambda *_, **__: Zero())
    assert mark_of(b"x") == 1
    seen = Seen()
    assert (seen.add(b"x"), seen.add(b"x")) == (True, False)
