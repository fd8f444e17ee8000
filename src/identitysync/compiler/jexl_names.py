"""How an expression finds a field of a record of known shape.

The rules are those of ``languages.jexl.fields``, decided once instead of for each record.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from identitysync.contract.lowering import Unfit, Value

if TYPE_CHECKING:
    from identitysync.compiler.places import Node

Constant = Callable[[Any], str]


def named(top: "dict[str, Node]", parts: tuple[str, ...], constant: Constant) -> str:
    """Give the source of a Python expression for a field; null when it is missing.

    Args:
        top: The fields of the record.
        parts: The names between the dots.
        constant: Gives the name of an object in the code.

    Returns:
        The source.

    Raises:
        Unfit: It is an object, or its place differs from record to record.
    """
    if len(parts) == 1:
        return _under(top, parts[0])
    literal = top.get(".".join(parts))
    if literal is None:
        return _walk(top, parts, constant)
    source = _value(literal, parts).source
    if not _value(literal, parts).maybe:
        return source
    return f"({source} if {source} is not U else {_walk(top, parts, constant)})"


def _under(fields: "dict[str, Node]", name: str) -> str:
    ways: list[tuple[str, str]] = []
    node = fields.get(name)
    if node is not None:
        value = _value(node, (name,))
        if not value.maybe:
            return value.source
        ways.append((f"{value.source} is not U", value.source))
    start = name.find("_")
    while start >= 0:
        child, rest = fields.get(name[:start]), name[start + 1 :]
        if isinstance(child, Value):
            if "dict" in child.kinds:
                raise Unfit(f"{name} may be in {name[:start]}, whose fields differ from record to record")
        elif child is not None and rest:
            found = _under(child.fields, rest)
            if found != "None":
                ways.append((f"{found} is not None", found))
        start = name.find("_", start + 1)
    source = "None"
    for test, found in reversed(ways):
        source = f"({found} if {test} else {source})"
    return source


def _walk(top: "dict[str, Node]", parts: tuple[str, ...], constant: Constant) -> str:
    first = parts[0]
    node = top.get(first)
    if node is None or isinstance(node, Value):
        joined = any(".".join(parts[:count]) in top for count in range(2, len(parts)))
        split = any(first[:at] in top for at, letter in enumerate(first) if letter == "_" and at)
        if joined or split:
            raise Unfit(f"{'.'.join(parts)} may be in one of several places")
        if node is None:
            return "None"
    for depth, part in enumerate(parts[1:], 1):
        if isinstance(node, Value):
            source = f"({node.source} if {node.source} is not U else None)"
            from identitysync.languages.jexl.fields import member  # the language is loaded by whoever uses it

            for each in parts[depth:]:
                source = f"{constant(member)}({source}, {constant(each)})"
            return source
        if node is None:
            return "None"
        node = node.fields.get(part)
    if node is None:
        return "None"
    value = _value(node, parts)
    return f"({value.source} if {value.source} is not U else None)" if value.maybe else value.source


def _value(node: "Node", parts: tuple[str, ...]) -> Value:
    if isinstance(node, Value):
        return node
    raise Unfit(f"the expression needs the object {'.'.join(parts)} as a whole")
