"""The look-ups that search Gigya: their parameters, and how they answer."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import Final

from identitysync.contract import Answer, Rejected, Services, entry, param
from identitysync.errors import InvalidParameter
from identitysync.gigya import Connection, SiteParams, search
from identitysync.languages.query import Everything, Field, Query, has_functions, parse_select, project
from identitysync.scripts.lookup.matching import Key, LookupField, Matcher, Operator
from identitysync.scripts.lookup.merging import gathered, merged
from identitysync.values import Record, copy_records

_PAGE: Final = 1000


class Conflicts(StrEnum):
    """Whose value stays where record and look-up both have a field."""

    TAKE_LOOKUP = "take_lookup"
    TAKE_SOURCE = "take_source"


class Behaviour(StrEnum):
    """What becomes of a record."""

    PROCESS = "process"
    SKIP = "skip"
    ERROR = "error"


class MultiMatch(StrEnum):
    """What becomes of a record with several hits."""

    ERROR = "error"
    TAKE_FIRST = "take_first"
    PROCESS = "process"


def check_select(text: str) -> None:
    """Parse a list of fields."""
    if has_functions(parse_select(text)):
        raise InvalidParameter("a look-up selects fields; functions such as count(*) tell of many documents at once")


def check_fields(pairs: list[LookupField]) -> None:
    """Refuse to look up by nothing."""
    if not pairs:
        raise InvalidParameter("lookupFields needs one pair of fields at least")


def check_count(count: int) -> None:
    """Refuse numbers that make no sense."""
    if not 1 <= count <= 1000:
        raise InvalidParameter(f"this is 1 to 1000; found {count}")


@entry
class SearchParams(SiteParams):
    """What the look-ups that search Gigya share."""

    select: str = param(
        doc="The fields to fetch, separated by commas; `as` renames the last part of one, `*` fetches everything.",
        example="UID as _UID, profile", check=check_select,
    )  # fmt: skip
    lookup_fields: list[LookupField] = param(
        doc="By which fields.", example=[{"sourceField": "email", "gigyaField": "profile.email"}], check=check_fields
    )
    lookup_fields_operator: Operator = param(
        default=Operator.OR, doc="Whether one pair of fields must be equal (`OR`), or all (`AND`).", example="AND"
    )
    is_case_sensitive: bool = param(
        default=False, doc="Whether the case of letters counts; in `UID`, `oid` and `token` it always does.",
        example=True, text=True,
    )  # fmt: skip
    handle_field_conflicts: Conflicts = param(
        default=Conflicts.TAKE_LOOKUP, doc="Whose value stays where both have a field.", example="take_source"
    )
    match_behavior: Behaviour = param(
        default=Behaviour.PROCESS, doc="What becomes of a record with a hit: on with it, drop it, or reject it.",
        example="process",
    )  # fmt: skip
    mismatch_behavior: Behaviour = param(
        default=Behaviour.ERROR, doc="What becomes of a record without: reject it, on as it is, or drop it.",
        example="process",
    )  # fmt: skip
    multi_match_behavior: MultiMatch = param(
        default=MultiMatch.ERROR, doc="What becomes of a record with several hits: reject it, take the first, or all.",
        example="take_first",
    )  # fmt: skip
    separate_multi_matches: bool = param(
        default=False,
        doc="With `process`: one record for each hit; else one record, whose fields are arrays with a value of each.",
        example=True, text=True,
    )  # fmt: skip
    batch_size: int = param(default=200, doc="Records of one query.", example=200, text=True, check=check_count)
    max_concurrency: int = param(default=1, doc="Queries under way at once.", example=2, text=True, check=check_count)


class Searching:
    """A look-up at work: one query for each batch, the next one under way while the answers to one are worked on.

    Attributes:
        window: Records that may be under way.
    """

    def __init__(self, params: SearchParams, services: Services, *, method: str, table: str, id: str) -> None:
        """Prepare; nothing is sent yet.

        Args:
            params: The script's parameters.
            services: The run's clock and site.
            method: The search method.
            table: The table.
            id: A field that tells one document from another, which is always fetched.
        """
        self._params, self._method, self._table = params, method, table
        self._connection = Connection(params, services, connections=params.max_concurrency)
        self._threads = ThreadPoolExecutor(params.max_concurrency, "gigya-look-up")
        self._matcher = Matcher(
            params.lookup_fields, params.lookup_fields_operator, case_sensitive=params.is_case_sensitive
        )
        self._select = parse_select(params.select)
        paths = [item.path for item in self._select if isinstance(item, Field)]
        fetched = dict.fromkeys([*parse_select(id), *map(Field, [*paths, *self._matcher.paths])])
        self._fetched = (Everything(),) if Everything() in self._select else tuple(fetched)
        self.window = params.batch_size * (params.max_concurrency + 1)

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Answer]]":
        """Begin with records."""
        return self._threads.submit(self.look_up, records, services)

    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        """Answer for each record."""
        keys = [self._key(record) for record in records]
        wanted = [key for key in keys if isinstance(key, tuple)]
        found: list[Record] = []
        if wanted:
            query = Query(self._fetched, self._table, where=self._matcher.condition(wanted), limit=_PAGE)
            found = list(search(self._connection.client, str(query), method=self._method))
        index = self._matcher.index(found)
        return [
            key if isinstance(key, Rejected) else self._answer(record, index.hits(key) if key else [])
            for record, key in zip(records, keys, strict=True)
        ]

    def close(self) -> None:
        """Wait for what is under way, and let go."""
        self._connection.stop()
        self._threads.shutdown(cancel_futures=True)
        self._connection.close()

    def _key(self, record: Record) -> Key | Rejected | None:
        try:
            return self._matcher.key(record)
        except InvalidParameter as fault:
            return Rejected(record, str(fault), "cannot-be-sent")

    def _answer(self, record: Record, hits: list[Record]) -> Answer:
        params = self._params
        match params.match_behavior if hits else params.mismatch_behavior:
            case Behaviour.SKIP:
                return None
            case Behaviour.ERROR:
                what, code = ("something", "match") if hits else ("nothing", "no-match")
                return Rejected(record, f"{self._table} has {what} with {self._asked()}", code)
        if not hits:
            return record
        if len(hits) > 1 and params.multi_match_behavior == MultiMatch.ERROR:
            return Rejected(record, f"{self._table} has {len(hits)} with {self._asked()}", "multi-match")
        if params.multi_match_behavior == MultiMatch.TAKE_FIRST:
            hits = hits[:1]
        # copies: several records may get the same hit, and what comes after changes records in place
        found = copy_records(project(self._select, hit) for hit in hits)
        if len(found) > 1 and not params.separate_multi_matches:
            found = [gathered(found)]
        wins = params.handle_field_conflicts == Conflicts.TAKE_LOOKUP
        mine = [record, *copy_records([record] * (len(found) - 1))]
        made = [merged(one, each, lookup_wins=wins) for one, each in zip(mine, found, strict=True)]
        return made[0] if len(made) == 1 else made

    def _asked(self) -> str:
        pairs = (f"{pair.gigya_field} = the record's {pair.source_field}" for pair in self._params.lookup_fields)
        return f" {self._params.lookup_fields_operator} ".join(pairs)
