"""The script under test, and how laws bring it to work."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from identitysync.contract import FileFlatMapper, FileTransform, ScriptSpec, Shape, ShapeClass, change_step_ids, spec_of
from identitysync.errors import Diagnostic, InvalidParameter, Severity
from identitysync.model import Step
from identitysync.plan.bind import bind
from identitysync.registry import Registry
from identitysync.testing.remotes.ground import expect
from identitysync.testing.scripts.other_end import StartsOtherEnd

_OUTSIDE: Final = re.compile(r"\$\{(env|file|keyring):")


@attrs.frozen
class Subject:
    """A script, and what it takes to run it.

    Attributes:
        cls: Its class.
        spec: Its description.
        params: Parameters as in a flow, for laws that run it; None takes those of its examples.
        undone_by: The script that makes its input of its output again, where there is one.
        other_end: Starts the system that a look-up or record writer speaks to, where one can be had.
        large_file: Gives a file of at least 24 MB for a parser whose files no formatter of this library writes.
    """

    cls: ShapeClass
    spec: ScriptSpec
    params: Mapping[str, Any] | None = None
    undone_by: "Subject | None" = None
    other_end: StartsOtherEnd | None = None
    large_file: Callable[[], Iterable[bytes]] | None = None

    @classmethod
    def of(
        cls,
        script: ShapeClass,
        params: Mapping[str, Any] | None = None,
        undone_by: "Subject | None" = None,
        other_end: StartsOtherEnd | None = None,
        large_file: Callable[[], Iterable[bytes]] | None = None,
    ) -> "Subject":
        """Take a class that ``@script`` made.

        Args:
            script: The class.
            params: As above.
            undone_by: As above.
            other_end: As above.
            large_file: As above.

        Returns:
            The subject.

        Raises:
            InvalidParameter: It is no such class.
        """
        spec = spec_of(script)
        if spec is None:
            raise InvalidParameter(f"{script!r} is no class made by @script")
        return cls(script, spec, params, undone_by, other_end, large_file)

    @property
    def packs(self) -> bool:
        """Whether it turns files into files."""
        return issubclass(self.cls, FileTransform | FileFlatMapper)

    def build(self, params: Mapping[str, Any]) -> Shape:
        """Build the script as a flow does.

        Args:
            params: The step's ``params``.

        Returns:
            The script.

        Raises:
            BrokenLaw: The parameters are not accepted.
        """
        script, faults = self.bound(params)
        errors = [str(fault) for fault in faults if fault.severity is Severity.ERROR]
        expect(script is not None and not errors, f"{dict(params)} is refused: {'; '.join(errors)}")
        assert script is not None  # noqa: S101 - for the type checker, which does not know what was expected
        return script

    def bound(self, params: Mapping[str, Any]) -> tuple[Shape | None, list[Diagnostic]]:
        """Bind the parameters as a check of a flow does, in which all steps exist, and give all that it says."""
        faults: list[Diagnostic] = []
        ways: list[str] = []

        def take(way: str, _: str) -> str:
            ways.append(way)
            return way

        change_step_ids(params, self.cls, take)
        step = Step("x", self.cls, params, next=dict.fromkeys(ways))
        return bind(step, "$", Registry({}), faults.append, run=False).script, faults

    def undoing(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give those of the parameters that the script which undoes it knows, too."""
        names = {param.wire for param in self.undone_by.spec.params} if self.undone_by is not None else set()
        return {name: value for name, value in params.items() if name in names}

    def settings(self) -> Iterator[Mapping[str, Any]]:
        """Give the parameters with which it is run: those given, else all of its examples that need nothing outside."""
        if self.params is not None:
            yield self.params
            return
        told = [example.params for example in self.spec.examples]
        yield from (params for params in told if not _OUTSIDE.search(json.dumps(params, default=str)))
