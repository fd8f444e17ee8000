"""Expressions of both languages, well formed and broken: each is refused, or ends with a value or an ExpressionError in time.

``python tests/fuzz/jexl.py SECONDS [SEED]``. The tests ask the engine itself about the same expressions.
"""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.languages.jexl.generate import RECORD, Maker

from identitysync.errors import ExpressionError
from identitysync.languages import jexl, pyjexl
from identitysync.values import json_bytes

PIECES = (
    "( ) [ ] { } ' \" ` ${ #{ } \\ \\u \\ud800 . .. ... ?. ?: ?? ; : , = += ++ -- -> << >>> ~/ / // /* */ ## ! ~ - 0 08 0x 9e9 "
    "1.5 99999999999999999999 null true var if else for while do return break continue function new empty size and not eq in "
    "Math.pow( .repeat(9999) .split('') .replaceAll('(a|a)*b','$1') .toString() |lower |join(',') [.a] [.a[.b]] x f(f) x=[x,x]; "
    "while(true) for(var i:1..99999) x+=x; (n)->{x(n)}"
).split(" ")
LETTERS = "abxyn01 ()[]{}'\"`$\\.,:;=<>!&|+-*/%~^?é😀\x00\n"


def expression(rng):
    maker = Maker(rng.random())
    luck = rng.random()
    text = maker.program(2) if luck < 0.5 else maker.value(rng.randint(0, 4))
    if rng.random() < 0.1:
        text = " ".join(rng.choices(PIECES, k=rng.randint(1, 12)))
    for _ in range(rng.choice([0, 0, 1, 1, 2, 5])):
        place = rng.randint(0, len(text))
        change = rng.random()
        if change < 0.3:
            text = text[:place] + text[place + rng.randint(1, 4) :]
        elif change < 0.6:
            text = text[:place] + rng.choice(PIECES) + text[place:]
        elif change < 0.8:
            text = text[:place] + rng.choice(LETTERS) + text[place:]
        else:
            text = text[:place] + text[rng.randint(0, len(text)) :][:40] + text[place:]
    return text * rng.choice([10, 100, 1000]) if rng.random() < 0.02 else text


def attempt(rng):
    text = expression(rng)
    record = copy.deepcopy(RECORD)
    compile = pyjexl.compile if rng.random() < 0.3 else jexl.compile
    value, offset = None, None
    try:
        value = compile(text)(record)
    except ExpressionError as fault:
        offset = fault.offset
    assert offset is None or 0 <= offset <= len(text), text
    assert repr(record) == repr(RECORD), text
    if not any(word in repr(value) for word in ("nan", "inf")):  # JSON has no such numbers, and its writer says so
        json_bytes(value)


if __name__ == "__main__":
    from _session import run

    run(attempt)
