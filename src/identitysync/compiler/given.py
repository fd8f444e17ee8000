"""What a program is given: a block, or whole records."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import attrs

from identitysync.compiler.decoders import ObjectDecoder
from identitysync.contract import Block, Decoder, Layout, Mapper
from identitysync.values import Record, json_value


@attrs.frozen
class GivenRecords:
    """Whole records that are to be run, and what is known of their files.

    Attributes:
        layouts: What is known of the leaves' layouts, by id.
        workers: What the mappers' ``open`` gave, by step id.
        check: Is called now and then while scripts work, and may raise.
        records: The records.
        made: What the native kernel remembers of how it made them.
    """

    layouts: Mapping[str, Layout]
    workers: Mapping[str, Mapper]
    check: Callable[[], object]
    records: list[Record]
    made: Any


@attrs.frozen
class GivenBlock:
    """A block that is to be run, and what is known of it.

    Attributes:
        layouts: As in ``GivenRecords``.
        workers: As in ``GivenRecords``.
        check: As in ``GivenRecords``.
        decoder: What decodes it.
        names: The fields that every record has; None when records differ.
        block: The block.
    """

    layouts: Mapping[str, Layout]
    workers: Mapping[str, Mapper]
    check: Callable[[], object]
    decoder: Decoder
    names: Sequence[str] | None
    block: Block

    def records(
        self, row: Callable[[int], Sequence[Any]], line: Callable[[int], bytes] | None = None
    ) -> Callable[[int], Record]:
        """Give what gives a record by its number.

        Args:
            row: Gives the values of a row by its number, where records have names.
            line: Gives the JSON text of a record, where they have none.
        """
        names = self.names
        if names is not None:
            return lambda number: dict(zip(names, row(number), strict=True))
        text = line or cast(ObjectDecoder, self.decoder).texts(self.block).__getitem__

        def record(number: int) -> Record:
            made: Record = json_value(text(number))
            return made

        return record


Given: TypeAlias = GivenBlock | GivenRecords
