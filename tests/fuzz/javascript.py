"""Scripts of statements and words, sensible and hostile: each ends as outcomes or as an error, within its limits.

``python tests/fuzz/javascript.py SECONDS [SEED]``.
"""

from contextlib import ExitStack, suppress

from identitysync.errors import InvalidParameter, JavaScriptError
from identitysync.languages.javascript import Limits, Outcome, Sandbox, SharedVariables, check_source

WORDS = r"""
record ctx logger next error console Record Object Array JSON Math Symbol Promise Proxy Reflect BigInt globalThis this a b
null undefined true 0 1 -1 1e309 2n 'x' `t${a}` /a+/ {} [] [1,2] {a:1} function class extends new return throw typeof void
delete in instanceof if(a) else while(1) for(;;) for(const/**/b/**/of/**/a) try catch(e) finally break continue let const
var async await yield static get => ... ?. ?? = == === + - * ** / % < > & | ! ~ ? : ; , ( ) { } [ ] . .accept( .info( .a
.b() .prototype .__proto__ .toJSON= .constructor .push( .length=4e9 .repeat(1e8) .sort() .join() with(a) debugger
eval('1') arguments <!-- # \u0061
""".split()
STATEMENTS = [
    "let a = record, b = [record];", "a = () => a;", "while (true) {}", "next.accept(record);", "error.accept(record, record);",
    "record.x = record;", "record.f = () => 1;", "Object.prototype.z = 1;", "record.__proto__ = null;", "Array.prototype.toJSON = null;",
    "record.toJSON = () => 3;", "JSON.stringify = null;", "String.prototype.slice = null;", "logger.info(record);", "throw record;",
    "throw null;", "throw new Proxy({}, {get() { throw 1 }});", "return record;", "return null;", "return new Proxy(record, {});",
    "return new Record();", "return Promise.resolve(1);", "Map.prototype.set = null; ctx.setSharedVariable('a', a);",
    "record.n = 2n ** 100000n;", "record.d = new Date(NaN);", "console.log(Symbol());", "'x'.repeat(2 ** 29);", "process(record);",
    "globalThis.Record = null;", "Error.prepareStackTrace = () => { while (true) {} }; null.x;", "Object.freeze(record);",
    "ctx.setSharedVariable('a', record);", "ctx.setSharedVariable('a', globalThis);", "ctx.setSharedVariable('a', a);",
    "const a = ctx.getSharedVariable('a');", "class b { toJSON() { while (true); } } ctx.setSharedVariable('b', new b());",
]  # fmt: skip

OTHER = "function process(record, ctx) { return { a: ctx.getSharedVariable('a') } }"


def lines(rng):
    """Make some lines of a script."""
    made = []
    for _ in range(rng.randint(0, 5)):
        some = rng.choices(WORDS, k=rng.randint(1, 6))
        made.append(rng.choice(STATEMENTS) if rng.random() < 0.8 else " ".join(some))
    return "\n".join(made)


def attempt(rng):
    """Read a script and run it on a few records."""
    source = f"{lines(rng)}\nfunction process(record, ctx, logger, next, error) {{\n{lines(rng)}\n}}"
    with suppress(JavaScriptError, InvalidParameter), ExitStack() as stack:
        check_source(source)
        box = Sandbox(source, Limits(seconds=0.1, memory=16_000_000))
        stack.callback(box.close)
        if rng.random() < 0.3:
            variables, other = SharedVariables(), Sandbox(OTHER)
            stack.callback(other.close)
            for each in (box, other):
                each.share(variables)
            stack.callback(lambda: other.run([{}, None]))
        for batch in ([{"n": 1}, {"n": 2.0}], [{}], [None]):
            outcomes = box.run(batch)
            assert [type(each) for each in outcomes] == [Outcome] * len(batch)
            assert all(str(each.fault) for each in outcomes)


if __name__ == "__main__":
    from _session import run

    run(attempt)
