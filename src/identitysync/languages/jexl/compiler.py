"""Compile a JEXL tree to one Python expression: no user text in it, constants and helpers by reference."""

from collections.abc import Callable
from typing import Any, Final

from identitysync.languages.jexl import arithmetic, fields, methods
from identitysync.languages.jexl.tree import Array, Binary, Call, Choice, Literal, Map, Member, Name, Node, Unary

_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "==": arithmetic.equal, "<": arithmetic.less, "<=": arithmetic.less_equal, ">": arithmetic.greater,
    ">=": arithmetic.greater_equal, "+": arithmetic.add, "-": arithmetic.subtract, "*": arithmetic.multiply,
    "/": arithmetic.divide, "%": arithmetic.remainder, "&": arithmetic.bit_and, "|": arithmetic.bit_or,
    "^": arithmetic.bit_xor, "=~": arithmetic.matches, "=^": arithmetic.starts, "=$": arithmetic.ends,
}  # fmt: skip
_NEGATED: Final = {"!=": "==", "!~": "=~", "!^": "=^", "!$": "=$"}
_BOOLEAN: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "=~", "!~", "=^", "!^", "=$", "!$", "&&", "||"})


def operands(node: Binary) -> list[Node]:
    """Give all operands of ``a && b && c``, from left to right.

    Args:
        node: The last of the operators.

    Returns:
        The operands.
    """
    found: list[Node] = []
    left: Node = node
    while isinstance(left, Binary) and left.sign == node.sign:
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


class Code:
    """Python source in the making.

    Attributes:
        constants: What the source's names stand for.
    """

    def __init__(self, record: str = "r", prefix: str = "k") -> None:
        """Begin.

        Args:
            record: The name under which the source finds the record.
            prefix: What generated names begin with, so that several expressions can share one function.
        """
        self.constants: dict[str, Any] = {}
        self._record, self._prefix = record, prefix
        self._known: dict[tuple[type, Any], str] = {}
        self._temporaries = 0

    def expression(self, node: Node) -> str:
        """Lower a tree to the source of a Python expression.

        Args:
            node: The tree.

        Returns:
            The source.
        """
        match node:
            case Literal(value):
                return self._constant(value)
            case Name(parts):
                return self._name(parts)
            case Choice():
                return self._choices(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Member(owner, key):
                return f"{self._helper(fields.member)}({self.expression(owner)}, {self.expression(key)})"
            case Call(owner, method, arguments, offset):
                given = "".join(f"{self.expression(each)}, " for each in arguments)
                name = self._constant(method)
                return f"{self._helper(methods.call)}({self.expression(owner)}, {name}, ({given}), {offset})"
            case Array(items):
                return f"[{', '.join(self.expression(each) for each in items)}]"
            case Map(items):
                pairs = (f"{self.expression(key)}: {self.expression(value)}" for key, value in items)
                return f"{{{', '.join(pairs)}}}"

    def condition(self, node: Node) -> str:
        """Lower a tree to the source of a Python expression that is true or false.

        Args:
            node: The tree.

        Returns:
            The source.
        """
        if isinstance(node, Literal):
            return str(arithmetic.truth(node.value))
        source = self.expression(node)
        if isinstance(node, Binary) and node.sign in _BOOLEAN:
            return source
        if isinstance(node, Unary) and node.sign in {"!", "empty"}:
            return source
        return f"{self._helper(arithmetic.truth)}({source})"

    def _unary(self, node: Unary) -> str:
        operand = node.operand
        match node.sign:
            case "!":
                return f"(not {self.condition(operand)})"
            case "empty":
                return f"{self._helper(arithmetic.empty)}({self.expression(operand)})"
            case "size":
                return f"{self._helper(arithmetic.size)}({self.expression(operand)})"
        helper = arithmetic.negate if node.sign == "-" else arithmetic.bit_not
        return f"{self._helper(helper)}({self.expression(operand)}, {node.offset})"

    def _choices(self, node: Node) -> str:
        """Lower choices that follow each other side by side: Python nests only so deep."""
        parts: list[str] = []
        while isinstance(node, Choice):
            parts.append(f"{self.expression(node.yes)} if {self.condition(node.condition)} else ")
            node = node.no
        return f"({''.join(parts)}{self.expression(node)})"

    def _binary(self, node: Binary) -> str:
        if node.sign in {"&&", "||"}:
            word = " and " if node.sign == "&&" else " or "
            return f"({word.join(self.condition(each) for each in operands(node))})"
        left = self.expression(node.left)
        if node.sign in {"?:", "??"}:
            kept = self._temporary()
            test = f"{kept} is not None" if node.sign == "??" else f"{self._helper(arithmetic.truth)}({kept})"
            # Python computes the condition first, so that the name is bound when it is used
            return f"({kept} if (({kept} := {left}), {test})[1] else {self.expression(node.right)})"
        if node.sign in {"==", "!="}:
            return self._equality(node, left)
        sign = _NEGATED.get(node.sign, node.sign)
        call = f"{self._helper(_OPERATORS[sign])}({left}, {self.expression(node.right)}, {node.offset})"
        return f"(not {call})" if node.sign in _NEGATED else call

    def _equality(self, node: Binary, left: str) -> str:
        """Compare texts and null on the spot, and everything else by the lenient rules."""
        negated = node.sign == "!="
        if isinstance(node.right, Literal):
            constant = self._constant(node.right.value)
            if node.right.value is None:
                return f"({left} is {'not ' if negated else ''}None)"
            if isinstance(node.right.value, str):
                kept = self._temporary()
                sign = "!=" if negated else "=="
                slow = f"{'not ' if negated else ''}{self._helper(arithmetic.equal)}({kept}, {constant}, {node.offset})"
                return f"(({kept} {sign} {constant}) if type({kept} := {left}) is str else ({slow}))"
        call = f"{self._helper(arithmetic.equal)}({left}, {self.expression(node.right)}, {node.offset})"
        return f"(not {call})" if negated else call

    def _name(self, parts: tuple[str, ...]) -> str:
        record = self._record
        if len(parts) == 1:
            name = self._constant(parts[0])
            if "_" not in parts[0]:
                return f"{record}.get({name})"
            return f"({record}[{name}] if {name} in {record} else {self._helper(fields.under)}({record}, {name}))"
        whole, names = self._constant(".".join(parts)), self._constant(parts)
        slow = f"{self._helper(fields.walk)}({record}, {names}, {whole})"
        if len(parts) > 2 or "_" in "".join(parts):
            return slow
        kept = self._temporary()
        first, second = self._constant(parts[0]), self._constant(parts[1])
        fast = f"{kept}.get({second}) if type({kept} := {record}.get({first})) is dict else {slow}"
        return f"({record}[{whole}] if {whole} in {record} else {fast})"

    def _helper(self, function: Callable[..., Any]) -> str:
        return self._keep((type(function), function), function)

    def _constant(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return str(value)
        return self._keep((type(value), repr(value)), value)

    def _keep(self, key: tuple[type, Any], value: Any) -> str:
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = f"{self._prefix}{len(self.constants)}"
            self.constants[name] = value
        return name

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"{self._prefix}t{self._temporaries}"
