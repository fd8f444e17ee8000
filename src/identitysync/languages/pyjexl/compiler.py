"""Compile a Mozilla expression with the compiler of JEXL: other operators, and transforms and filters besides."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from identitysync.contract.lowering import Unfit
from identitysync.languages.jexl.compiler import Code
from identitysync.languages.jexl.tree import Binary, Choice, Literal, Unary, walk
from identitysync.languages.pyjexl import operators as runtime
from identitysync.languages.pyjexl import transforms
from identitysync.languages.pyjexl.tree import Current, Filter, Pick, Transform

_WORDS: Final = {"&&": " and ", "||": " or ", "==": " == ", "!=": " != "}
_ORDER: Final = frozenset({"<", "<=", ">", ">="})


def nests_filters(tree: Any) -> bool:
    """Tell whether a filter stands within the test of another, so that one record may take many steps."""
    return any(
        isinstance(each, Filter) and any(isinstance(inner, Filter) for inner in walk(each.test)) for each in walk(tree)
    )


class MozillaCode(Code):
    """Python source of a Mozilla expression, in the making."""

    operators: ClassVar[Mapping[str, Callable[..., Any]]] = runtime.OPERATORS
    find: ClassVar[Callable[..., Any]] = staticmethod(runtime.walk)
    member: ClassVar[Callable[..., Any]] = staticmethod(runtime.member)

    def __init__(
        self,
        known: Mapping[str, Callable[..., Any]],
        record: str = "r",
        prefix: str = "k",
        field: Callable[[tuple[str, ...]], str] | None = None,
    ) -> None:
        """Begin.

        Args:
            known: The transforms that the expression calls.
            record: The name under which the source finds the record.
            prefix: What generated names begin with.
            field: Gives the source for a field, when there is no record to look it up in.
        """
        super().__init__(record, prefix, field)
        self._transforms = known
        self._steps = f"{prefix}s"
        self._elements: list[str] = []
        self._metered = False

    def metered(self, tree: Any) -> Callable[..., Any]:
        """Lower a tree to a function of a record and of a budget's steps.

        Args:
            tree: The tree.

        Returns:
            The function.
        """
        self._metered = True
        return self._evaluated(f"lambda {self._record}, {self._steps}: {self.expression(tree)}")

    def expression(self, node: Any) -> str:
        """Lower a tree to the source of a Python expression."""
        return self._elements[-1] if isinstance(node, Current) else super().expression(node)

    def condition(self, node: Any) -> str:
        """Lower a condition; what is true is what is true in Python."""
        return self.expression(node)

    def _name(self, parts: tuple[str, ...]) -> str:
        whole = super()._name(parts)
        if self._field is None:
            return whole
        for count in range(1, len(parts)):
            try:
                source = self._field(parts[:count])
            except Unfit:  # an object whose fields are known
                continue
            if source == "None":
                continue
            for part in parts[count:]:  # it may be an array, of which the first element is meant
                source = f"{self._helper(self.member)}({source}, {self._constant(part)})"
            kept = self._temporary()
            return f"({kept} if ({kept} := {whole}) is not None else {source})"
        return whole

    def _own_function(self, node: Any) -> str:
        names = ", ".join((self._record, *([self._steps] if self._metered else ()), *self._elements[-1:]))
        return f"{self._keep(id(node), self._evaluated(f'lambda {names}: {self.expression(node)}'))}({names})"

    def _is_step(self, sign: str) -> bool:
        return sign not in _WORDS and sign not in _ORDER

    def _lower(self, node: Any) -> str:
        match node:
            case Binary(sign) if sign in _WORDS:
                return f"({self.expression(node.left)}{_WORDS[sign]}{self.expression(node.right)})"
            case Binary(sign, left, Literal(value)) if sign in _ORDER and type(value) is int:
                kept, limit = self._temporary(), self._constant(value)
                slow = f"{self._helper(self.operators[sign])}({kept}, {limit}, {node.offset})"
                test = f"{self._helper(type)}({kept} := {self.expression(left)}) is {self._helper(int)}"
                return f"({kept} {sign} {limit} if {test} else {slow})"
            case Binary(sign, left, right, offset) if sign in _ORDER:
                given = f"{self.expression(left)}, {self.expression(right)}, {offset}"
                return f"{self._helper(self.operators[sign])}({given})"
            case Unary(_, operand):
                return f"(not {self.expression(operand)})"
            case Choice():
                return self._choices(node)
            case Transform(subject, name, arguments, offset):
                function = self._keep(("transform", name), self._transforms[name])
                given = f"({self._row((subject, *arguments))})"
                return f"{self._helper(transforms.apply)}({function}, {self._constant(name)}, {given}, {offset})"
            case Pick(subject, key):
                return f"{self._helper(runtime.pick)}({self.expression(subject)}, {self.expression(key)})"
            case Filter():
                return self._filter(node)
        return super()._lower(node)

    def _filter(self, node: Filter) -> str:
        within = bool(self._elements)
        subject = self.expression(node.subject)
        element = self._temporary()
        self._elements.append(element)
        test = f"lambda {', '.join(filter(None, (element, self._given())))}: {self.condition(node.test)}"
        self._elements.pop()
        if within:
            return f"{self._helper(runtime.filtered_within)}({subject}, {test}, {self._steps}, {node.offset})"
        return f"{self._helper(runtime.filtered)}({subject}, {test})"
