"""Compile statements to one Python function; every function within becomes another."""

from collections.abc import Callable
from typing import Any, Final

from identitysync.languages.jexl import variables
from identitysync.languages.jexl.budget import Budget
from identitysync.languages.jexl.changes import CHANGING
from identitysync.languages.jexl.coercion import Failure
from identitysync.languages.jexl.compiler import Code
from identitysync.languages.jexl.tree import (
    Array,
    Assign,
    Binary,
    Block,
    Call,
    ForEach,
    If,
    Invoke,
    Jump,
    Lambda,
    Local,
    Loop,
    Map,
    Member,
    Name,
    Node,
    Program,
    Range,
    Return,
    Statement,
    Template,
    Unary,
    walk,
)

_INDENT: Final = "  "
_SMALL: Final = 8


def compile_program(program: Program) -> Callable[[dict[str, Any]], Any]:
    """Compile a program.

    Args:
        program: Its tree.

    Returns:
        A function of a record, which it leaves as it is.

    Raises:
        Failure: An assignment is nested too deeply for Python.
    """
    function = Script(program.slots).define(program.body)
    copy = variables.copied if changes_deeply(program) else dict if any(map(_changes, walk(program))) else None

    def run(record: dict[str, Any]) -> Any:
        budget = Budget()
        return variables.delivered(function(record if copy is None else copy(record), budget.step, budget.made))

    return run


def changes_deeply(program: Program) -> bool:
    """Tell whether a program may change arrays or objects, and not only give names a value."""
    changed = filter(None, map(_changes, walk(program)))
    return any(not isinstance(each, Name) or len(each.parts) > 1 for each in changed)


def _changes(node: Any) -> Any:
    """Give what a node writes to, when it is no declared variable."""
    if isinstance(node, Assign) and not isinstance(node.target, Local):
        return node.target
    if isinstance(node, ForEach) and isinstance(node.variable, Name):
        return node.variable
    return node if isinstance(node, Call) and node.method in CHANGING else None


def _touched(node: Any) -> tuple[set[int], list[int]]:
    """Name the variables of this function in a node, and the offsets where one is written."""
    slots: set[int] = set()
    written: list[int] = []
    waiting: list[Any] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting += each
        elif isinstance(each, Local):
            slots.add(each.slot)
        elif isinstance(each, Lambda):
            slots |= {around for _, around in each.captured}
        elif hasattr(each, "__match_args__"):
            if isinstance(each, Assign) and isinstance(each.target, Local):
                written.append(each.offset)
            waiting += (getattr(each, name) for name in each.__match_args__)
    return slots, written


def _is_long(node: Range | Template | Array | Map) -> bool:
    """Tell whether the size of what a node makes is worth counting."""
    return not isinstance(node, Array | Map) or len(node.items) > _SMALL


class Script(Code):
    """Python source of one function with variables, in the making."""

    def __init__(self, slots: int) -> None:
        """Begin.

        Args:
            slots: How many variables the function has.
        """
        super().__init__()
        self._slots = slots
        self._step_name, self._made_name, self._value = "ks", "km", "kv"

    def define(self, body: Statement, arguments: tuple[int, ...] = (), at: int | None = None) -> Callable[..., Any]:
        """Compile the function.

        Args:
            body: What it does.
            arguments: Which of its variables are given.
            at: Where it stands, when a call of it counts as a step.

        Returns:
            A function of the record, of the two methods of a budget, and of the arguments.
        """
        head = ", ".join((*self._shared(), *map(self._variable, arguments)))
        lines = [f"def kf({head}):"]
        own = [self._variable(slot) for slot in range(self._slots) if slot not in arguments]
        lines.append(_INDENT + " = ".join((*own, self._value, "None")))
        if at is not None:
            lines.append(f"{_INDENT}{self._step_name}({at})")
        lines += self._lines(body, _INDENT, keep=True)
        lines.append(f"{_INDENT}return {self._value}")
        namespace = self.constants
        exec("\n".join(lines), namespace)  # noqa: S102 - our own source: no user text in it
        function: Callable[..., Any] = namespace["kf"]
        return function

    def _shared(self) -> tuple[str, str, str]:
        return self._record, self._step_name, self._made_name

    def _variable(self, slot: int) -> str:
        return f"kl{slot}"

    def _lines(self, node: Statement, indent: str, *, keep: bool) -> list[str]:
        """Lower a statement to lines; ``keep`` its value when it may be that of the function."""
        deeper = indent + _INDENT
        match node:
            case Block(statements):
                last = len(statements) - 1
                found: list[str] = []
                for i, each in enumerate(statements):
                    found += self._lines(each, indent, keep=keep and i == last)
                return found or [f"{indent}{self._value} = None"]
            case If(condition, yes, no):
                lines = [f"{indent}if {self.condition(condition)}:", *self._lines(yes, deeper, keep=keep)]
                return [*lines, f"{indent}else:", *self._lines(no, deeper, keep=keep)]
            case ForEach(variable, walked, body, offset):
                inner = [f"{deeper}{self._step_name}({offset})", *self._lines(body, deeper, keep=keep)]
                return self._for_each(variable, walked, inner, indent)
            case Loop():
                return self._loop(node, indent, keep=keep)
            case Return(value):
                return [f"{indent}return {self.expression(value)}"]
            case Jump(word):
                return [indent + word]
            case Assign(Local(slot), "", value, _, False):
                source = f"{self._variable(slot)} = {self._value_of(node, value)}"
                return [f"{indent}{self._value} = {source}" if keep else indent + source]
        source = self.expression(node)
        return [f"{indent}{self._value} = {source}" if keep else indent + source]

    def _for_each(self, variable: Local | Name, walked: Node, body: list[str], indent: str) -> list[str]:
        if isinstance(walked, Range):
            ends = f"{self.expression(walked.first)}, {self.expression(walked.last)}, {walked.offset}"
            source = f"{self._helper(variables.span)}({ends})"
        else:
            source = f"{self._helper(variables.items)}({self.expression(walked)})"
        if isinstance(variable, Local):
            target = self._variable(variable.slot)
        else:
            target = f"{self._record}[{self._constant(variable.parts[0])}]"
        return [f"{indent}{self._value} = None", f"{indent}for {target} in {source}:", *body]

    def _loop(self, node: Loop, indent: str, *, keep: bool) -> list[str]:
        inner = indent + _INDENT
        condition = self.condition(node.condition)
        body = [f"{inner}{self._step_name}({node.offset})", *self._lines(node.body, inner, keep=keep)]
        begin = f"{indent}{self._value} = None"
        stepping = not isinstance(node.step, Block)
        if not node.late and not stepping:
            return [begin, f"{indent}while {condition}:", *body]
        again = self._temporary()
        test = [f"if not {condition}:", f"{_INDENT}break"]
        step = self._lines(node.step, "", keep=False) if stepping else test
        lines = [begin, f"{indent}{again} = False", f"{indent}while True:", f"{inner}if {again}:"]
        lines += [inner + _INDENT + line for line in step]
        lines.append(f"{inner}{again} = True")
        return [*lines, *([] if node.late else [inner + line for line in test]), *body]

    def expression(self, node: Node) -> str:
        """Lower a tree to the source of a Python expression."""
        return self._variable(node.slot) if isinstance(node, Local) else super().expression(node)

    def _own_function(self, node: Node) -> str:
        slots, written = _touched(node)
        if written:
            raise Failure("this assignment is nested too deeply; give it a statement of its own", written[0])
        names = ", ".join((*self._shared(), *map(self._variable, sorted(slots))))
        return f"{self._keep(id(node), self._evaluated(f'lambda {names}: {self.expression(node)}'))}({names})"

    def _lower(self, node: Node) -> str:
        match node:
            case Assign():
                return self._assign(node)
            case Lambda():
                return self._closure(node, -1)
            case Invoke(function, arguments):
                return f"{self._helper(variables.invoke)}({self.expression(function)}, ({self._row(arguments)}))"
            case Range() | Template() | Array() | Map() if _is_long(node):
                return f"{self._made_name}({super()._lower(node)}, {node.offset})"
        return super()._lower(node)

    def _attempted(self, node: Unary) -> str:
        _, written = _touched(node.operand)  # a variable of this function cannot be written from within another
        return self.expression(node.operand) if written else super()._attempted(node)

    def _step(self, node: Binary | Member | Call, left: str) -> str:
        source = super()._step(node, left)
        grows = isinstance(node, Call) or (isinstance(node, Binary) and node.sign == "+")
        return f"{self._made_name}({source}, {node.offset})" if grows else source

    def _value_of(self, node: Assign, value: Node) -> str:
        """Lower the value of ``variable = value``; a function that uses its own name finds itself there."""
        if isinstance(value, Lambda) and isinstance(node.target, Local):
            around = [each for _, each in value.captured]
            if node.target.slot in around:
                return self._closure(value, 3 + around.index(node.target.slot))
        return self.expression(value)

    def _closure(self, node: Lambda, itself: int) -> str:
        captured = tuple(own for own, _ in node.captured)
        function = Script(node.slots).define(node.body, (*captured, *range(node.parameters)), node.offset)
        given = (*self._shared(), *(self._variable(around) for _, around in node.captured))
        bound = "".join(f"{name}, " for name in given)
        name = self._keep(id(node), function)
        return f"{self._helper(variables.closure)}({name}, {node.parameters}, ({bound}), {itself})"

    def _assign(self, node: Assign) -> str:
        match node.target:
            case Local(slot):
                name = self._variable(slot)
                if node.old:
                    kept = self._temporary()
                    return f"({kept} := {name}, {name} := {self._new(node, kept)})[0]"
                return f"({name} := {self._new(node, name)})"
            case Name(parts):
                kept = self._temporary()
                value = self._new(node, kept)
                if len(parts) == 1:
                    stored = f"{self._helper(variables.put)}({self._record}, {self._constant(parts[0])}, {value})"
                else:
                    whole = f"{self._constant(parts)}, {self._constant('.'.join(parts))}"
                    stored = f"{self._helper(variables.put_path)}({self._record}, {whole}, {value}, {node.offset})"
                before = f"{kept} := {self.expression(node.target)}, " if node.sign else ""
            case Member(owner, key):
                holder, index, kept = self._temporary(), self._temporary(), self._temporary()
                value = self._new(node, kept)
                stored = f"{self._helper(variables.put_member)}({holder}, {index}, {value}, {node.offset})"
                before = f"{holder} := {self.expression(owner)}, {index} := {self.expression(key)}, "
                before += f"{kept} := {self._helper(self.member)}({holder}, {index}), "
        return f"({before}{stored},)[{'-2' if node.old else '-1'}]"

    def _new(self, node: Assign, before: str) -> str:
        """Lower what is stored: the value, or what an operator makes of it and of the value before."""
        if not node.sign:
            return self._value_of(node, node.value)
        return self._step(Binary(node.sign, node.target, node.value, node.offset), before)
