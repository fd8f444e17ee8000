"""Compile a JEXL tree to one Python expression: no user text in it, constants and helpers by reference."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from identitysync.languages.jexl import arithmetic, comparison, fields, mathematics, methods, variables
from identitysync.languages.jexl.coercion import truth
from identitysync.languages.jexl.tree import (
    Array,
    Binary,
    Call,
    Choice,
    Invoke,
    Literal,
    Map,
    Member,
    Name,
    Node,
    Range,
    Static,
    Template,
    Unary,
    walk,
)

_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "==": comparison.equal, "<": comparison.less, "<=": comparison.less_equal, ">": comparison.greater,
    ">=": comparison.greater_equal, "=~": comparison.matches, "=^": comparison.starts, "=$": comparison.ends,
    "+": arithmetic.add, "-": arithmetic.subtract, "*": arithmetic.multiply, "/": arithmetic.divide,
    "%": arithmetic.remainder, "&": arithmetic.bit_and, "|": arithmetic.bit_or, "^": arithmetic.bit_xor,
    "<<": arithmetic.shift_left, ">>": arithmetic.shift_right, ">>>": arithmetic.shift_right_unsigned,
}  # fmt: skip
_NEGATED: Final = {"!=": "==", "!~": "=~", "!^": "=^", "!$": "=$"}
_LOGICAL: Final = {"&&": " and ", "||": " or "}
_ELVIS: Final = frozenset({"?:", "??"})
_BOOLEAN: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "=~", "!~", "=^", "!^", "=$", "!$", "&&", "||"})
_ORDER: Final = frozenset({"<", "<=", ">", ">="})
_FAILING: Final = (Unary, Binary, Call, Static, Template, Range, Invoke)

MAX_NESTED: Final = 24
"""How deep one generated function is nested, below what Python's own parser takes; deeper parts get their own."""


class Code:
    """Python source in the making.

    Attributes:
        constants: What the source's names stand for.
        operators: What does the work of each operator.
        find: Finds a field by the names between its dots.
        member: Finds an element of a value.
    """

    operators: ClassVar[Mapping[str, Callable[..., Any]]] = _OPERATORS
    find: ClassVar[Callable[..., Any]] = staticmethod(fields.walk)
    member: ClassVar[Callable[..., Any]] = staticmethod(fields.member)

    def __init__(
        self, record: str = "r", prefix: str = "k", field: Callable[[tuple[str, ...]], str] | None = None
    ) -> None:
        """Begin.

        Args:
            record: The name under which the source finds the record.
            prefix: What generated names begin with, so that several expressions can share one function.
            field: Gives the source for a field, when there is no record to look it up in.
        """
        self.constants: dict[str, Any] = {"__builtins__": {}}
        self._record, self._prefix, self._field = record, prefix, field
        self._known: dict[Any, str] = {}
        self._temporaries = self._nested = 0

    def function(self, node: Node) -> Callable[[Any], Any]:
        """Lower a tree to a function of a record.

        Args:
            node: The tree.

        Returns:
            The function.
        """
        return self._evaluated(f"lambda {self._record}: {self.expression(node)}")

    def _evaluated(self, source: str) -> Callable[..., Any]:
        made: Callable[..., Any] = eval(source, self.constants)  # noqa: S307 - our own source: no user text in it
        return made

    def expression(self, node: Node) -> str:
        """Lower a tree to the source of a Python expression.

        Args:
            node: The tree.

        Returns:
            The source.
        """
        if isinstance(node, Literal):
            return self._constant(node.value)
        if isinstance(node, Name):
            return self._name(node.parts)
        if self._nested >= MAX_NESTED and self._field is None:
            before, self._nested = self._nested, 0
            source = self._own_function(node)
            self._nested = before
            return source
        self._nested += 1
        source = self._lower(node)
        self._nested -= 1
        return source

    def _own_function(self, node: Node) -> str:
        return f"{self._keep(id(node), self.function(node))}({self._record})"

    def condition(self, node: Node) -> str:
        """Lower a tree to the source of a Python expression that is true or false.

        Args:
            node: The tree.

        Returns:
            The source.
        """
        if isinstance(node, Literal):
            return str(truth(node.value))
        source = self.expression(node)
        if isinstance(node, Binary) and node.sign in _BOOLEAN:
            return source
        if isinstance(node, Unary) and node.sign in {"!", "empty", ".empty"}:
            return source
        return f"{self._helper(truth)}({source})"

    def _lower(self, node: Node) -> str:
        match node:
            case Choice():
                return self._choices(node)
            case Unary():
                return self._unary(node)
            case Binary(sign) if sign in _LOGICAL:
                return f"({_LOGICAL[sign].join(self.condition(each) for each in _operands(node))})"
            case Binary(sign, left, right) if sign in _ELVIS:
                kept = self._temporary()
                test = f"{kept} is not None" if sign == "??" else f"{self._helper(truth)}({kept})"
                # Python computes the condition first, so that the name is bound when it is used
                return f"({kept} if (({kept} := {self.expression(left)}), {test})[1] else {self.expression(right)})"
            case Binary(sign) if sign in _BOOLEAN:
                return self._comparison(node)
            case Array(items, _, unique):
                source = f"[{', '.join(map(self.expression, items))}]"
                return f"{self._helper(methods.distinct)}({source})" if unique else source
            case Map(items):
                pairs = (f"({self.expression(key)}, {self.expression(value)}), " for key, value in items)
                return f"{self._helper(methods.mapping)}(({''.join(pairs)}))"
            case Range(first, last, offset):
                ends = f"{self.expression(first)}, {self.expression(last)}, {offset}"
                return f"{self._helper(variables.numbers)}({ends})"
            case Template(parts, offset):
                return f"{self._helper(variables.template)}(({self._row(parts)}), {offset})"
            case Static(name, arguments, offset):
                helper = self._helper(mathematics.call)
                return f"{helper}({self._constant(name)}, ({self._row(arguments)}), {offset})"
        return self._spine(node)

    def _row(self, nodes: tuple[Node, ...]) -> str:
        return "".join(f"{self.expression(each)}, " for each in nodes)

    def _spine(self, node: Node) -> str:
        """Lower ``a + b - c`` and ``a.b().c()``: what grows to the left is computed step by step, side by side."""
        steps: list[Binary | Member | Call] = []
        first = node
        while isinstance(first, Member | Call) or (isinstance(first, Binary) and self._is_step(first.sign)):
            steps.append(first)
            first = first.left if isinstance(first, Binary) else first.owner
        source = self.expression(first)
        if len(steps) <= 3:
            for step in reversed(steps):
                source = self._step(step, source)
            return source
        kept = self._temporary()
        parts = [f"{kept} := {source}"]
        parts += [f"{kept} := {self._step(step, kept)}" for step in reversed(steps)]
        return f"({', '.join(f'({part})' for part in parts)})[-1]"

    def _is_step(self, sign: str) -> bool:
        """Tell whether an operator needs both its operands, and gives what may be anything."""
        return sign not in _BOOLEAN and sign not in _ELVIS

    def _step(self, node: Binary | Member | Call, left: str) -> str:
        match node:
            case Binary(sign, _, right, offset):
                return f"{self._helper(self.operators[sign])}({left}, {self.expression(right)}, {offset})"
            case Member(_, key):
                return f"{self._helper(self.member)}({left}, {self.expression(key)})"
            case Call(_, method, arguments, offset):
                name = self._constant((method, len(arguments)))
                return f"{self._helper(methods.call)}({left}, {name}, ({self._row(arguments)}), {offset})"

    def _unary(self, node: Unary) -> str:
        match node.sign:
            case "!":
                return f"(not {self.condition(node.operand)})"
            case "empty" | ".empty":
                return f"{self._helper(comparison.empty)}({self._attempted(node)})"
            case "size" | ".size":
                return f"{self._helper(comparison.size)}({self._attempted(node)})"
        helper = arithmetic.negate if node.sign == "-" else arithmetic.bit_not
        return f"{self._helper(helper)}({self.expression(node.operand)}, {node.offset})"

    def _attempted(self, node: Unary) -> str:
        """Lower the operand of ``empty`` and ``size``, which may fail; that of the methods may not."""
        source = self.expression(node.operand)
        if node.sign.startswith(".") or not any(isinstance(each, _FAILING) for each in walk(node.operand)):
            return source
        return f"{self._helper(comparison.attempt)}(lambda {self._given()}: {source})"

    def _given(self) -> str:
        """Give the parameter by which a function within the source knows the record."""
        return f"{self._record}={self._record}" if self._field is None else ""

    def _choices(self, node: Node) -> str:
        """Lower choices that follow each other side by side: Python nests only so deep."""
        parts: list[str] = []
        while isinstance(node, Choice):
            parts.append(f"{self.expression(node.yes)} if {self.condition(node.condition)} else ")
            node = node.no
        return f"({''.join(parts)}{self.expression(node)})"

    def _comparison(self, node: Binary) -> str:
        """Compare texts, numbers and null on the spot, and everything else by the lenient rules."""
        sign = _NEGATED.get(node.sign, node.sign)
        negated = sign != node.sign
        left, right = self.expression(node.left), self.expression(node.right)
        helper = self._helper(self.operators[sign])
        value = node.right.value if isinstance(node.right, Literal) else ...
        if value is None and sign == "==":
            return f"({left} is {'not ' if negated else ''}None)"
        kind = type(value)
        fast = (kind is str and sign == "==") or (kind is int and (sign == "==" or sign in _ORDER))
        if not fast:
            return f"({'not ' if negated else ''}{helper}({left}, {right}, {node.offset}))"
        kept = self._temporary()
        slow = f"{'not ' if negated else ''}{helper}({kept}, {right}, {node.offset})"
        compared = f"{kept} {node.sign} {right}"
        return f"(({compared}) if ({kept} := {left}).__class__ is {self._helper(kind)} else ({slow}))"

    def _name(self, parts: tuple[str, ...]) -> str:
        if self._field is not None:
            return self._field(parts)
        record = self._record
        if len(parts) == 1:
            name = self._constant(parts[0])
            if "_" not in parts[0]:
                return f"{record}.get({name})"
            nested = f"{self._helper(fields.under)}({record}, {name})"
            before, _, after = parts[0].partition("_")
            if before and after and "_" not in after:
                nested = f"{self._nested_value(before, after)} else {nested}"
            return f"({record}[{name}] if {name} in {record} else {nested})"
        whole, names = self._constant(".".join(parts)), self._constant(parts)
        slow = f"{self._helper(self.find)}({record}, {names}, {whole})"
        if len(parts) > 2 or "_" in "".join(parts):
            return slow
        return f"({record}[{whole}] if {whole} in {record} else {self._nested_value(*parts)} else {slow})"

    def _nested_value(self, first: str, second: str) -> str:
        """Begin the source of a choice: the field of a nested object, if there is one."""
        kept = self._temporary()
        owner = f"{kept} := {self._record}.get({self._constant(first)})"
        return f"{kept}.get({self._constant(second)}) if ({owner}).__class__ is {self._helper(dict)}"

    def _helper(self, function: Callable[..., Any]) -> str:
        return self._keep(function, function)

    def _constant(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return str(value)
        return self._keep((type(value), repr(value)), value)

    def _keep(self, key: Any, value: Any) -> str:
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = f"{self._prefix}{len(self._known)}"
            self.constants[name] = value
        return name

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"{self._prefix}t{self._temporaries}"


def _operands(node: Binary) -> list[Node]:
    """Give all operands of ``a && b && c``, from left to right."""
    found: list[Node] = []
    left: Node = node
    while isinstance(left, Binary) and left.sign == node.sign:
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]
