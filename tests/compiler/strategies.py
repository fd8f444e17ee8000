"""Nasty records, and flows that work on them."""

import csv
import io
import json

from hypothesis import strategies as st

from tests.compiler.opaque import Opaque

KEYS = ["a", "b", "a.b", "c", "a_b", "é", "p", "p.q"]
PATHS = [*KEYS, "a.b.c", "p.q.r", "'a.b'", "c.0", "a.0", "p.'q.r'"]
TEXTS = st.sampled_from(
    [
        "",
        "x",
        "y|z",
        'say "q"',
        "two\nlines",
        "cr\rhere",
        "é😀",
        "12",
        "1.0",
        "true",
        "null",
        " ",
        "\\",
        "a,b",
        "=1+1",
        "'",
    ]
)
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.just(2**70),
    st.just(9007199254740993),
    st.sampled_from([0.5, -0.0, 1e300, 1.0]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["b", "q", "r", "0", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
EXPRESSIONS = [
    "a eq 'x' ? 'yes' : 'no'", "a.b eq null ? 'none' : a.b", "a_b", "p.q.r", "c + 1", "empty(a) ? 1 : 2", "a == b",
    "c > 1 ? true : false", "p.q eq 'x' || c eq null", "a / 0", "size(c)", "1 / 3", "[a, c]", "{'k': b}", "b.toUpperCase()",
    "var n = 0; for (var x : a) n += 1; [n, c]", "c = c + 1; c", "p.q = 'new'; p", "empty(c.trim() + 1) ? 1 : b",
]  # fmt: skip
MOZILLA = [
    "a.b|default('none')",
    "p.q + 1",
    "a[.b == c]",
    "c > 1 ? b : a.b.c",
    "a[b[.q == 1] == []]",
    "a_b|upper",
    "p.q.r in b",
]


OBJECTS = st.dictionaries(st.sampled_from(["b", "q", "r"]), SCALARS, min_size=1, max_size=3)


@st.composite
def alike(draw):
    """Draw records that are mostly of one shape, as those of one file are, with exceptions."""
    plain = st.dictionaries(st.sampled_from(["b", "c", "é"]), SCALARS, min_size=1)
    nested = st.fixed_dictionaries({}, optional={"p": OBJECTS, "a": OBJECTS})
    base = {**draw(plain), **draw(nested)}
    if draw(st.integers(0, 3)) == 0:
        base = draw(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=6))
    records = []
    for _ in range(draw(st.integers(1, 14))):
        record = dict(base)
        for key in draw(st.lists(st.sampled_from(KEYS), max_size=2)) if draw(st.integers(0, 2)) == 0 else ():
            if draw(st.booleans()):
                record.pop(key, None)
            else:
                record[key] = draw(VALUES)
        records.append(record)
    return records


def lines_of(records):
    """Write JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records).encode()


@st.composite
def dsv(draw):
    """Draw a DSV file, with rows that fit and rows that do not."""
    names = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True))
    rows = draw(st.lists(st.lists(TEXTS, min_size=len(names), max_size=len(names)), max_size=14))
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerow(names)
    for row in rows:
        writer.writerow(row)
    text = file.getvalue()
    for junk in draw(
        st.lists(st.sampled_from(["x\n", '5" disk,"\n', "\n", '"open\n', 'a,"b"c\n', "1,2,3,4,5,6,7\n"]), max_size=2)
    ):
        text += junk
        if draw(st.booleans()) and rows:
            text += ",".join("z" for _ in names) + "\n"
    return text.encode()


paths = st.sampled_from(PATHS)
pairs = st.fixed_dictionaries({"sourceField": paths, "targetField": paths})
replacements = st.fixed_dictionaries({
    "field": paths, "regex": st.sampled_from(["[\\r\\n|]", "x", "(a+)+$", "", "[^a-z]", "^"]), "replacement": st.sampled_from(["", " ", "$0$0"]),
})  # fmt: skip
computations = st.fixed_dictionaries({"field": paths, "expression": st.sampled_from(EXPRESSIONS)})
few = {"min_size": 1, "max_size": 2}
STEPS = st.one_of(
    st.tuples(st.just("field.rename"), st.fixed_dictionaries({"fields": st.lists(pairs, **few)})),
    st.tuples(st.just("field.copy"), st.fixed_dictionaries({"fields": st.lists(pairs, **few)})),
    st.tuples(st.just("field.remove"), st.fixed_dictionaries({"fields": st.lists(paths, **few)})),
    st.tuples(st.just("field.select"), st.fixed_dictionaries({"fields": st.lists(paths, min_size=1, max_size=4)})),
    st.tuples(
        st.just("field.move"),
        st.fixed_dictionaries({"fields": st.lists(paths, **few), "after": st.sampled_from(["", "a", "zz"])}),
    ),
    st.tuples(
        st.just("field.flatten"),
        st.fixed_dictionaries({"fields": st.lists(paths, **few), "delimiter": st.sampled_from(["_", "."])}),
    ),
    st.tuples(
        st.just("field.array.join"), st.fixed_dictionaries({"field": paths, "delimiter": st.sampled_from([",", ";"])})
    ),
    st.tuples(st.just("field.replace"), st.fixed_dictionaries({"fields": st.lists(replacements, **few)})),
    st.tuples(
        st.just("field.evaluate"),
        st.fixed_dictionaries({"language": st.just("jexl"), "fields": st.lists(computations, **few)}),
    ),
    st.tuples(
        st.just("field.evaluate"),
        st.fixed_dictionaries(
            {
                "language": st.just("pyjexl"),
                "fields": st.lists(
                    st.fixed_dictionaries({"field": paths, "expression": st.sampled_from(MOZILLA)}), **few
                ),
            }
        ),
    ),
    st.tuples(
        st.just("field.add"),
        st.fixed_dictionaries({"fields": st.lists(st.fixed_dictionaries({"field": paths, "value": VALUES}), **few)}),
    ),
    st.tuples(
        st.just(Opaque),
        st.fixed_dictionaries(
            {"way": st.sampled_from(["nothing", "dump", "turn", "nested", "add", "drop", "refuse", "odd", "fail"])}
        ),
    ),
    st.tuples(st.just("record.filter"), st.fixed_dictionaries({"expression": st.sampled_from(EXPRESSIONS)})),
)
COLUMNS = st.lists(paths, max_size=5, unique_by=lambda path: path.strip("'"))
DSV = st.tuples(
    st.just("file.format.dsv"),
    st.fixed_dictionaries(
        {
            "fileName": st.just("out.csv"),
            "columnSeparator": st.sampled_from([",", "|", "||", "{", "'"]),
            "quoteFields": st.booleans(),
            "columns": COLUMNS,
        },
        optional={
            "escapeCharacter": st.just("\\"),
            "maxFileSize": st.sampled_from([0.0001, 0.001]),
            "lineEnd": st.just("\r\n"),
            "fileCharset": st.just("ISO-8859-1"),
        },
    ),
)
JSON = st.tuples(
    st.just("file.format.json"),
    st.fixed_dictionaries(
        {"fileName": st.just("out.json"), "lines": st.booleans()},
        optional={"maxFileSize": st.sampled_from([0.0001, 0.001])},
    ),
)
ENDS = DSV | JSON
