"""Whatever a script is, it ends: as outcomes, or as an error that says why."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, JavaScriptError
from identitysync.languages.javascript import Limits, Outcome, Sandbox, check_source

WORDS = r"""
record ctx logger next error console Record Object Array JSON Math Symbol Promise Proxy Reflect BigInt globalThis this a b
null undefined true 0 1 -1 1e309 2n 'x' `t${a}` /a+/ {} [] [1,2] {a:1} function class extends new return throw typeof void
delete in instanceof if(a) else while(1) for(;;) for(const/**/b/**/of/**/a) try catch(e) finally break continue let const
var async await yield static get => ... ?. ?? = == === + - * ** / % < > & | ! ~ ? : ; , ( ) { } [ ] . .accept( .info( .a
.b() .prototype .__proto__ .toJSON= .constructor .push( .length=4e9 .repeat(1e8) .sort() .join() with(a) debugger
eval('1') arguments <!-- # \u0061
""".split()  # noqa: SIM905 - as a list of words it would be a page
STATEMENTS = st.sampled_from([
    "let a = record, b = [record];", "a = () => a;", "while (true) {}", "next.accept(record);", "error.accept(record, record);",
    "record.x = record;", "record.f = () => 1;", "Object.prototype.z = 1;", "record.__proto__ = null;", "Array.prototype.toJSON = null;",
    "record.toJSON = () => 3;", "JSON.stringify = null;", "String.prototype.slice = null;", "logger.info(record);", "throw record;",
    "throw null;", "throw new Proxy({}, {get() { throw 1 }});", "return record;", "return null;", "return new Proxy(record, {});",
    "return new Record();", "return Promise.resolve(1);", "Map.prototype.set = null; ctx.setSharedVariable('a', a);",
    "record.n = 2n ** 100000n;", "record.d = new Date(NaN);", "console.log(Symbol());", "'x'.repeat(2 ** 29);", "process(record);",
    "globalThis.Record = null;", "Error.prepareStackTrace = () => { while (true) {} }; null.x;", "Object.freeze(record);",
])  # fmt: skip
BODIES = st.lists(
    STATEMENTS | STATEMENTS | STATEMENTS | st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=6
).map("\n".join)


@given(BODIES, BODIES)
def test_every_script_ends_within_its_limits(top, body):
    source = f"{top}\nfunction process(record, ctx, logger, next, error) {{\n{body}\n}}"
    with contextlib.suppress(JavaScriptError, InvalidParameter), contextlib.ExitStack() as stack:
        check_source(source)
        box = Sandbox(source, Limits(seconds=0.1, memory=16_000_000))
        stack.callback(box.close)
        for batch in ([{"n": 1}, {"n": 2.0}], [{}], [None]):
            outcomes = box.run(batch)
            assert [type(each) for each in outcomes] == [Outcome] * len(batch)
            assert all(str(each.fault) for each in outcomes)


@given(st.text(alphabet=st.sampled_from(" \n\t(){}[]=>,;.'\"`/\\*processfunction01\u2028é\0\ud800")))
def test_reading_a_text_that_is_no_script_ends_as_an_error_with_its_place(text):
    fault = None
    try:
        check_source(f"process{text}")
    except JavaScriptError as raised:
        fault = raised
    assert fault is None or fault.offset is None or 0 <= fault.offset <= len(fault.text)
