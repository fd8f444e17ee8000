"""Queries, well formed and broken: each is refused with a place in its text, or is answered in time.

``python tests/fuzz/query.py SECONDS [SEED]``.
"""

from identitysync.errors import InvalidParameter, QueryError
from identitysync.languages.query import execute, matches, parse_condition, parse_query, parse_select, quote

WORDS = (
    "select from where filter by group order start limit as asc desc and or not in is null contains true false regex "
    "count sum min max avg std ( ) , * = != < <= > >= ! UID profile.age profile.email data.tags accounts emailAccounts "
    "auditLog idx_job_status 1 -2.5 1e9 'Rome' \"a b\" 'it''s' regex('a.*') regex('(a|aa)+') 99999999999999999999 x.0.y"
).split(" ")
VALUES = [
    None,
    True,
    False,
    0,
    1,
    -2.5,
    10**30,
    "",
    "a",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    "Rome, Bonn",
    ["a", 1],
    [],
    {"y": 1},
]
NASTY = "'\"\\\n\0\u2028é😀()=!.*-"


def condition(rng, depth=0):
    """Make a sound condition."""
    field = rng.choice(["UID", "profile.age", "profile.email", "data.tags", "x.0.y", "größe"])
    luck = rng.random()
    if luck < 0.25 and depth < 4:
        return f" {rng.choice(['and', 'OR'])} ".join(condition(rng, depth + 1) for _ in range(rng.randint(2, 3)))
    if luck < 0.35 and depth < 4:
        return f"{rng.choice(['not', '!', 'NOT '])} ({condition(rng, depth + 1)})"
    value = quote(rng.choice([value for value in VALUES if isinstance(value, str | int | float)]))
    return rng.choice(
        [
            f"{field} = {value}", f"{field} != {value}", f"{field} contains {value}", f"{field} not contains {value}",
            f"{field} > 1", f"{field} <= 'b'", f"{field} in ({value}, 2)", f"{field} is not null", f"{field} = regex('a+b?')",
        ]
    )  # fmt: skip


def query(rng):
    """Make a sound query."""
    select = rng.choice(["*", "UID, profile.age as n", "count(*)", "UID, max(profile.age), min(profile.age) as low"])
    text = f"SELECT {select} FROM accounts WHERE {condition(rng)}"
    text += rng.choice(["", " FILTER data.tags BY y = 1", " GROUP BY UID"])
    return text + rng.choice(["", " ORDER BY profile.age DESC, UID"]) + rng.choice(["", " START 1 LIMIT 2"])


def document(rng):
    """Make a document."""
    names = ["age", "email", "tags", "y"]
    inner = {rng.choice(names): rng.choice(VALUES) for _ in range(3)}
    return {"UID": rng.choice(VALUES), "profile": inner, "data": rng.choice([inner, [inner], None]), "x": [inner]}


def broken(rng, text):
    """Put something into a text, or take something away."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(text) + 1)
        new = rng.choice([*NASTY, " " + rng.choice(WORDS) + " ", ""])
        text = text[:place] + new + text[place + rng.randint(0, 3) :]
    return text


def attempt(rng):
    sound = query(rng)
    made = parse_query(sound)
    assert parse_query(str(made)) == made, sound
    documents = [document(rng) for _ in range(5)]
    rows = execute(made, documents)
    assert len(rows) <= len(documents) + 1
    where = parse_condition(condition(rng))
    assert all(matches(where, each) in {True, False} for each in documents)
    for text in (broken(rng, sound), " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 12)))):
        for parse in (parse_query, parse_select, parse_condition):
            place = 0
            try:
                parse(text)
            except QueryError as fault:
                place = fault.offset
            assert place is not None, text
            assert 0 <= place <= len(text), text
    value = "".join(rng.choice(NASTY + "ab1") for _ in range(rng.randint(0, 12)))
    try:
        assert parse_condition(f"x = {quote(value)}").value == value, value
    except InvalidParameter:
        assert not value.isprintable()


if __name__ == "__main__":
    from _session import run

    run(attempt)
