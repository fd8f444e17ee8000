"""Make expressions of Commons JEXL 3.1 at random: all operators, types, null and missing, methods, statements, errors."""

import random

RECORD = {
    "nul": None, "t": True, "f": False, "zero": 0, "one": 1, "five": 5, "neg": -7, "big": 5000000000,
    "huge": 10000000000000000000000000, "dbl": 2.5, "dz": 0.0, "dneg": -2.5, "dbig": 1e300, "e": "", "s12": "12",
    "s25": "2.5", "abc": "abc", "word": "Hello World", "wide": "Zoë 😀", "st": "true", "sf": "false", "blank": "  x ",
    "list": [1, "x", None, 2.5], "names": ["ann", "bob"], "none": [], "map": {"k": "v", "n": 5, "in": {"x": [1, 2]}},
    "people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": None}], "em": {},
}  # fmt: skip
SCALARS = [
    "nul", "missing", "t", "f", "zero", "one", "five", "neg", "big", "huge", "dbl", "dz", "dneg", "e", "s12", "s25",
    "abc", "word", "wide", "st", "sf", "blank",
]  # fmt: skip
DEEP = [
    "map.k", "map.n", "map.in.x", "map.in.x[1]", "map['k']", "map.nowhere", "map.nowhere.deeper", "list[0]", "list.1",
    "list[9]", "names.0", "people[0].name", "people.1.age", "people[5].name", "missing.at.all", "abc.k", "five.k",
    "t[0]", "nul['x']",
]  # fmt: skip
LITERALS = [
    "null", "true", "false", "0", "1", "2", "3", "7", "-1", "10", "2147483647", "2147483648", "9223372036854775807",
    "9223372036854775808", "0x1F", "017", "5L", "6h", "1.5", "2.0", "0.1", "1.5e3", "2.5f", "3.25d", "''", "'a'",
    "'abc'", '"12"', "'2.5'", "'true'", "'x\\ty'", "'\\u00e9'", "'it\\'s'", "'A'",
]  # fmt: skip
CONTAINERS = [
    "list", "names", "none", "map", "em", "people", "[1, 2]", "['a', 'abc']", "[1, 'x', null]", "[]", "{:}",
    "{'k': 1}", "{'a': 'b', 'c': null}", "{1, 2}", "{'a', 'abc'}", "map.in",
]  # fmt: skip
BINARY = [
    "+", "-", "*", "/", "%", " div ", " mod ", "==", "!=", "<", "<=", ">", ">=", " eq ", " ne ", " lt ", " le ",
    " gt ", " ge ", "&&", "||", " and ", " or ", "&", "|", "^", "=^", "!^", "=$", "!$", "=~", "!~", "?:", "+", "+",
    "==", "!=",
]  # fmt: skip
UNARY = [
    "-", "!", "~", "not ", "empty ", "size ", "empty(", "size(",
]  # fmt: skip
PATTERNS = [
    "'[a-z]+'", "'.*'", "'a.c'", "'\\\\d+'", "'(A|B).*'",
]  # fmt: skip
TEXT_METHODS = [
    "length()", "isEmpty()", "toLowerCase()", "toUpperCase()", "trim()", "toString()", "substring(1)",
    "substring(0, 2)", "charAt(0)", "indexOf('b')", "lastIndexOf('l')", "contains('l')", "startsWith('a')",
    "endsWith('c')", "concat('!')", "repeat(2)", "equals('abc')", "equalsIgnoreCase('ABC')", "compareTo('abd')",
    "matches('[a-z]+')", "replace('a', 'b')", "replaceAll('[aeiou]', '*')", "replaceFirst('l', 'L')", "split(',')",
    "split(' ')", "size()", "empty()", "isBlank()", "strip()", "indexOf('l', 3)", "codePointAt(0)", "hashCode()", "stripLeading()",
    "stripTrailing()", "contentEquals('abc')",
]  # fmt: skip
LIST_METHODS = [
    "size()", "isEmpty()", "get(0)", "get(7)", "contains('x')", "indexOf(1)", "lastIndexOf('x')", "subList(0, 1)",
    "equals([1])", "empty()", "containsAll(names)", "hashCode()",
]  # fmt: skip
MAP_METHODS = [
    "size()", "isEmpty()", "get('k')", "get('none')", "containsKey('k')", "containsValue('v')", "keySet()",
    "values()", "getOrDefault('q', 1)", "empty()",
]  # fmt: skip
NUMBER_METHODS = [
    "intValue()", "longValue()", "doubleValue()", "shortValue()", "byteValue()", "toString()", "equals(1)",
    "compareTo(5)", "hashCode()", "booleanValue()", "isNaN()", "isInfinite()",
]  # fmt: skip


class Maker:
    """Make expressions from a seed, the same ones for the same seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def _one(self, *choices):
        return self._random.choice(choices[0] if len(choices) == 1 else choices)

    def value(self, depth):
        """Make an expression that is a value."""
        if depth <= 0:
            return self._one(
                self._one(SCALARS), self._one(SCALARS), self._one(LITERALS), self._one(LITERALS), self._one(DEEP)
            )
        kind = self._random.random()
        if kind < 0.42:
            return self._operation(depth)
        if kind < 0.54:
            sign = self._one(UNARY)
            inside = self.value(depth - 1)
            return f"{sign}{inside})" if sign.endswith("(") else f"{sign}({inside})"
        if kind < 0.62:
            return f"({self.value(depth - 1)} ? {self.value(depth - 1)} : {self.value(depth - 1)})"
        if kind < 0.82:
            return self._call(depth)
        if kind < 0.88:
            return self.container(depth)
        if kind < 0.91:
            return f"`<${{{self.value(depth - 1)}}}|#{{{self._one(SCALARS)}}}>`".replace("\\'", "!")
        if kind < 0.94:
            return f"({self.value(depth - 1)})"
        return self.value(0)

    def container(self, depth):
        """Make an expression that is an array, an object or a set."""
        kind = self._random.random()
        if depth <= 0 or kind < 0.6:
            return self._one(CONTAINERS)
        items = [self.value(depth - 1) for _ in range(self._random.randrange(3))]
        if kind < 0.85:
            return f"[{', '.join(items)}]"
        return (
            "{" + ", ".join(f"'{name}': {item}" for name, item in zip("abc", items, strict=False)) + "}"
            if items
            else "{:}"
        )

    def _operation(self, depth):
        sign = self._one(BINARY)
        left, right = self.value(depth - 1), self.value(depth - 1)
        if sign in {"=~", "!~"}:
            right = self._one(PATTERNS) if self._random.random() < 0.5 else self._one(CONTAINERS)
        return self._one(f"({left} {sign} {right})", f"({left} {sign} {right})", f"({left}) {sign} ({right})")

    def _call(self, depth):
        kind = self._random.random()
        if kind < 0.55:
            owner = self._one(
                "abc", "word", "wide", "e", "blank", "'a,b,,c'", "map.k", "nul", "missing", f"({self.value(depth - 1)})"
            )
            return f"{owner}.{self._one(TEXT_METHODS)}"
        if kind < 0.7:
            return f"{self._one('list', 'names', 'none', 'map.in.x', '[1, 2]', 'nul')}.{self._one(LIST_METHODS)}"
        if kind < 0.85:
            return f"{self._one('map', 'em', 'map.in', 'missing')}.{self._one(MAP_METHODS)}"
        return f"{self._one('one', 'big', 'dbl', 'dneg', 't', 'neg', 'map.n')}.{self._one(NUMBER_METHODS)}"

    def program(self, depth):
        """Make an expression of several statements."""
        lines = [f"var x = {self.value(depth - 1)};", f"var n = {self._one('0', '1', 'one', 'nul')};"]
        for _ in range(self._random.randrange(1, 4)):
            lines.append(self._statement(2))
        lines.append(self._one("x", "n", "[x, n]", "x + n", "five", "`${x}${n}`"))
        return " ".join(lines)

    def _statement(self, depth):
        small = self.value(1)
        if depth <= 0:
            return self._one(
                f"x = {small};",
                "n = n + 1;",
                f"x += {small};",
                f"five = {small};",
                f"n -= {small};",
                "map.k = n;",
                "names[0] = n;",
            )
        body = self._statement(depth - 1)
        return self._one(
            f"if ({small}) {{ {body} }} else {{ {self._statement(depth - 1)} }}",
            f"if ({small}) {body}",
            f"for (var i : {self.container(1)}) {{ n = i; {body} }}",
            f"for (var j : 1..{self._one('3', 'five', '0')}) {{ {body} if (j == 2) {self._one('break', 'continue')}; n = j; }}",
            f"var w = 0; while (w < 3) {{ w = w + 1; {body} }}",
            f"var fn = (a, b) -> {{ a + n; }}; x = fn({small});",
            "var g = function(a) { if (a > 2) return a; g(a + 1); }; n = g(0);",
            f"if ({small}) return {small};",
            body,
        )
