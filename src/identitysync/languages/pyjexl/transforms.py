"""The transforms of Mozilla's JEXL: functions that an expression calls by ``value|name(arguments)``.

Some are built in. A package adds its own by entry points of the group ``identitysync.transforms``: the name is that of
the transform, the value the function. Whoever compiles an expression can hand over others.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from identitysync.errors import ExpressionError, PluginError, RecordRejected
from identitysync.languages.jexl.coercion import MAX_TEXT, Failure, shown
from identitysync.values import text_of

GROUP: Final = "identitysync.transforms"
"""The entry-point group."""

Function = Callable[..., Any]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,1000}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Transforms(Mapping[str, Function]):
    """Transforms by name; those of packages are loaded when an expression first names them."""

    def __init__(self, functions: Mapping[str, Function], points: Mapping[str, tuple[Any, ...]]) -> None:
        """Make a registry.

        Args:
            functions: Functions by name.
            points: Entry points by name; they go before functions of the same name.
        """
        self._functions, self._points = functions, points

    def __getitem__(self, name: str) -> Function:
        points = self._points.get(name)
        if not points:
            return self._functions[name]
        if len(points) > 1:
            packages = " and ".join(sorted(point.dist.name if point.dist else "?" for point in points))
            raise PluginError(f"the transform {name!r} is offered by {packages}: uninstall all but one")
        try:
            function = points[0].load()
        except Exception as fault:
            raise PluginError(f"the transform {name!r} ({points[0].value}) cannot be loaded: {fault}") from fault
        if not callable(function):
            raise PluginError(f"the transform {name!r} ({points[0].value}) is no function")
        found: Function = function
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._functions, *self._points}))

    def __len__(self) -> int:
        return len({*self._functions, *self._points})


@cache
def transforms() -> Transforms:
    """Give the transforms that are built in, and those of installed packages."""
    from importlib.metadata import entry_points

    points: dict[str, tuple[Any, ...]] = {}
    for point in entry_points(group=GROUP):
        known = points.get(point.name, ())
        if point not in known:  # an editable install may list itself twice
            points[point.name] = (*known, point)
    return Transforms(BUILT_IN, points)


def apply(function: Function, name: str, arguments: tuple[Any, ...], at: int) -> Any:
    """Call a transform.

    Args:
        function: Its function.
        name: Its name, for errors.
        arguments: The value it is called on, and its arguments.
        at: The offset in the expression, for errors.

    Returns:
        What it gives.

    Raises:
        Failure: It failed, for whatever reason.
    """
    try:
        return function(*arguments)
    except (Failure, ExpressionError, RecordRejected):
        raise
    except Exception as fault:
        raise Failure(f"the transform {name!r} failed on {shown(arguments[0])}: {fault}", at) from fault


def _join(value: Any, separator: str = ",") -> Any:
    if value is None:
        return None
    texts = [text_of(each) for each in value]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise ValueError(f"the text would have more than {MAX_TEXT} characters")
    return separator.join(texts)


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = value.strip()
    if _WHOLE.fullmatch(plain):
        return int(plain)
    if _DECIMAL.fullmatch(plain):
        return float(plain)
    raise ValueError("it is no number")


def _of_text(work: Callable[..., Any]) -> Function:
    def transform(value: Any, *arguments: Any) -> Any:
        return None if value is None else work(text_of(value), *arguments)

    return transform


BUILT_IN: Final[Mapping[str, Function]] = {
    "lower": _of_text(str.lower),
    "upper": _of_text(str.upper),
    "trim": _of_text(str.strip),
    "split": _of_text(str.split),
    "text": _of_text(str),
    "number": _number,
    "join": _join,
    "size": lambda value: 0 if value is None else len(value),
    "default": lambda value, other: other if value is None or value == "" else value,
    "first": lambda value: value[0] if value else None,
    "last": lambda value: value[-1] if value else None,
    "keys": lambda value: None if value is None else list(value.keys()),
    "values": lambda value: None if value is None else list(value.values()),
}
"""Those that are always there; null stays null, but for ``default`` and ``size``."""
