"""The functions of ``java.lang.Math`` that expressions may call; null counts as 0, as in arithmetic."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from identitysync.languages.jexl.coercion import Failure, floating, to_float, to_int


@attrs.frozen
class Function:
    """A function: how many arguments it takes, and what it does with them."""

    count: int
    work: Callable[..., Any]


def call(name: str, arguments: tuple[Any, ...], at: int) -> Any:
    """Call a function.

    Args:
        name: Its name.
        arguments: As many as it takes.
        at: The offset in the expression, for errors.

    Returns:
        What it gives.

    Raises:
        Failure: An argument is no number, or there is no result.
    """
    try:
        return FUNCTIONS[name].work(*(_number(each, at) for each in arguments))
    except (ArithmeticError, ValueError) as fault:
        raise Failure(f"Math.{name} cannot be done: {fault}", at) from fault


def _number(value: Any, at: int) -> Any:
    return to_float(value, at) if floating(value) else to_int(value, at)


def _floor(number: Any) -> float:
    return float(math.floor(number)) if math.isfinite(number) else float(number)


def _ceil(number: Any) -> float:
    return -_floor(-number)


def _round(number: Any) -> int:
    if number != number:  # noqa: PLR0124 - NaN
        return 0
    limit = 2**63
    return min(
        max(math.floor(number + 0.5) if abs(number) < 2**52 else int(min(max(number, -limit), limit)), -limit),
        limit - 1,
    )


def _root(number: Any) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _power(base: Any, exponent: Any) -> float:
    try:
        result = math.pow(base, exponent)
    except ValueError:
        return math.inf if base == 0 else math.nan
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    return math.nan if abs(base) == 1 and not math.isfinite(exponent) else result


def _logarithm(number: Any) -> float:
    if number > 0:
        return math.log(number)
    return -math.inf if number == 0 else math.nan


def _logarithm10(number: Any) -> float:
    if number > 0:
        return math.log10(number)
    return -math.inf if number == 0 else math.nan


def _exponential(number: Any) -> float:
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf


def _best(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def work(left: Any, right: Any) -> Any:
        if isinstance(left, float) or isinstance(right, float):
            left, right = float(left), float(right)
            if left != left or right != right:  # noqa: PLR0124 - NaN
                return math.nan
        return choose(left, right)

    return work


FUNCTIONS: Final[Mapping[str, Function]] = {
    "abs": Function(1, abs),
    "ceil": Function(1, _ceil),
    "floor": Function(1, _floor),
    "round": Function(1, _round),
    "rint": Function(1, lambda number: float(round(number)) if math.isfinite(number) else float(number)),
    "signum": Function(1, lambda number: math.nan if number != number else float((number > 0) - (number < 0))),  # noqa: PLR0124 - NaN
    "sqrt": Function(1, _root),
    "cbrt": Function(1, math.cbrt),
    "pow": Function(2, _power),
    "exp": Function(1, _exponential),
    "log": Function(1, _logarithm),
    "log10": Function(1, _logarithm10),
    "min": Function(2, _best(min)),
    "max": Function(2, _best(max)),
}
"""By name."""
