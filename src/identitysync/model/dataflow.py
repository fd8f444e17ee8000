"""``Dataflow``: a graph of steps, built in Python or read from the original's JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs

from identitysync.model.step import Step


class DataflowState(StrEnum):
    """Whether a stored dataflow is in use."""

    PUBLISHED = "published"
    DRAFT = "draft"


def _steps(value: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(value)


@attrs.frozen(hash=False)
class Dataflow:
    """A graph of steps that moves records and files from readers to writers.

    Attributes:
        name: Its title.
        steps: Its steps; their order means nothing, ``next`` and ``error`` do.
        description: Free text.
        id: Given by the service; empty for a flow that is not stored.
        last_runtime: The start of the last successful run, in UTC.
        api_key: The Gigya site that a stored flow belongs to.
        site_id: That site's number.
        status: ``published`` or ``draft``.
        version: Counts the changes of a stored flow, from 1.
        create_time: When it was stored first.
        update_time: When it was stored last.
        updated_by_name: Who stored it last.
        updated_by_email: Their address.
        extra: Keys of the JSON that the library does not know; they are kept and given back.
    """

    name: str = ""
    steps: tuple[Step, ...] = attrs.field(default=(), converter=_steps)
    description: str = ""
    id: str = ""
    last_runtime: datetime | None = None
    api_key: str = ""
    site_id: int | None = None
    status: DataflowState | None = attrs.field(default=None, converter=attrs.converters.optional(DataflowState))
    version: int | None = None
    create_time: datetime | None = None
    update_time: datetime | None = None
    updated_by_name: str = ""
    updated_by_email: str = ""
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @classmethod
    def load(cls, source: str | Path) -> "Dataflow":
        """Read a flow file.

        Args:
            source: A path or any fsspec URL of a file with the original's JSON, comments and trailing commas allowed.

        Returns:
            The flow.

        Raises:
            InvalidDataflow: The text is no JSON, or no dataflow; every fault is named.
            InvalidParameter: There is no such file.
        """
        from identitysync.model import storage

        return cls.from_json(storage.read(source))

    def save(self, target: str | Path) -> None:
        """Write the flow as JSON, with secrets as they are in the flow; a local file is replaced as a whole.

        Args:
            target: A path or any fsspec URL.
        """
        from identitysync.model import storage

        storage.write(target, self.to_json())

    @classmethod
    def from_json(cls, text: str | bytes) -> "Dataflow":
        """Read a flow from the original's JSON; comments and trailing commas are allowed.

        Args:
            text: The JSON.

        Returns:
            The flow.

        Raises:
            InvalidDataflow: The text is no JSON, or no dataflow; every fault is named.
        """
        from identitysync.model import wire

        return wire.flow_from_json(text)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Dataflow":
        """Read a flow from the original's JSON object.

        Args:
            data: The object, with the original's names (camelCase).

        Returns:
            The flow.

        Raises:
            InvalidDataflow: The object is no dataflow; every fault is named.
        """
        from identitysync.model import wire

        return wire.flow_from_dict(data)

    def to_dict(self) -> dict[str, Any]:
        """Give the original's JSON object; what is empty is left out, unknown keys are given back."""
        from identitysync.model import wire

        return wire.to_dict(self)

    def to_json(self) -> str:
        """Give the original's JSON, indented for people."""
        from identitysync.model import wire

        return wire.to_json(self)

    def step(self, id: str) -> Step:
        """Find a step.

        Args:
            id: Its id.

        Returns:
            The step.

        Raises:
            InvalidParameter: The flow has no such step.
        """
        from identitysync.model import edits

        return edits.find(self, id)

    def insert_after(self, id: str, step: Step) -> "Dataflow":
        """Put a step behind another: it takes over the other's ``next``, unless it brings its own.

        Args:
            id: The step that it follows.
            step: The new step.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.insert_after(self, id, step)

    def replace(self, step: Step) -> "Dataflow":
        """Put a step in the place of the one with the same id.

        Args:
            step: The step as it shall be; when it has neither ``next`` nor ``error`` it keeps those of the old one.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.replace(self, step)

    def remove(self, id: str) -> "Dataflow":
        """Take a step out: whoever led to it leads to what followed it.

        Args:
            id: The step.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.remove(self, id)

    def connect(self, source: str, target: str, *, error: bool = False) -> "Dataflow":
        """Let one step lead to another.

        Args:
            source: The id of the step that gives.
            target: The id of the step that gets.
            error: Whether it gets the rejected records.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.connect(self, source, target, error=error)

    def rename_step(self, old: str, new: str) -> "Dataflow":
        """Give a step another id, everywhere in the flow.

        Args:
            old: Its id.
            new: Its new id.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.rename_step(self, old, new)

    def fill(self, values: Mapping[str, Any]) -> "Dataflow":
        """Give parameters that a template leaves open.

        Args:
            values: ``{"sftp.host": "…"}``: step id, dot, parameter.

        Returns:
            The new flow.
        """
        from identitysync.model import edits

        return edits.fill(self, values)

    def outline(self) -> str:
        """Draw the flow in one line: ``account > rename > { dsv > gzip ; json } > sftp``."""
        from identitysync.model import picture

        return picture.outline(self)

    def svg(self) -> str:
        """Draw the flow as an SVG picture that stands alone."""
        from identitysync.model import picture

        return picture.svg(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": f"{self.name}: {self.outline()}", "image/svg+xml": self.svg()}
