"""``datasource.write.gigya.generic``: call any method of Gigya for each record."""

import re
from collections.abc import Hashable, Sequence
from typing import Any, Final, Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, entry, param, script
from identitysync.errors import InvalidParameter
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, check_connections, write_record
from identitysync.values import MISSING, FieldPath, Record

_METHOD: Final = re.compile(r"[A-Za-z]+(\.[A-Za-z0-9]+)+")
_REPEATABLE: Final = re.compile(r"(get|is|search|set|import|delete|remove)[A-Z]?.*")
"""Methods that do no harm when they are called twice with the same parameters."""


def check_method(text: str) -> None:
    """Refuse what is no name of a method."""
    if not _METHOD.fullmatch(text):
        raise InvalidParameter(
            f"a method is written with its namespace, such as accounts.setAccountInfo; found {text!r}"
        )


def check_source(text: str) -> None:
    """Parse the path of a field, if there is one."""
    if text:
        FieldPath.parse(text)


@entry
class ApiParam:
    """One parameter of the call: from a field, or always the same; an empty text is not given."""

    param_name: str = param(doc="The parameter's name.", example="UID")
    source_field: str = param(default="", doc="The field that gives its value.", example="UID", check=check_source)
    value: str | bool | int | float = param(
        default="", doc="The value, instead of a field.", example="true", variables=True
    )


def check_params(given: list[ApiParam]) -> None:
    """Refuse entries that have both sources, or none."""
    for each in given:
        if bool(each.source_field) == (each.value != ""):
            found = "both" if each.source_field else "neither"
            raise InvalidParameter(
                f"the parameter {each.param_name!r} needs either sourceField or value; {found} is given"
            )


@script(
    "datasource.write.gigya.generic",
    summary="Call any method of Gigya for each record.",
    examples=(
        Example(
            "set passwords, on another site",
            {
                "apiMethod": "accounts.setAccountInfo",
                "apiParams": [
                    {"paramName": "UID", "sourceField": "UID", "value": ""},
                    {"paramName": "newPassword", "sourceField": "newPassword", "value": ""},
                    {"paramName": "securityOverride", "sourceField": "", "value": "true"},
                ],
                "apiKey": "3_abc",
                "userKey": "AKabc",
                "secret": "${env:GIGYA_SECRET}",
            },
        ),
        Example(
            "import lite accounts, and keep Gigya's answer",
            {
                "apiMethod": "accounts.importLiteAccount",
                "addResponse": True,
                "apiParams": [
                    {"paramName": "email", "sourceField": "email"},
                    {"paramName": "profile", "sourceField": "profile"},
                    {"paramName": "context", "sourceField": "customer.id"},
                ],
            },
        ),
    ),
)
class CallGigya(SiteParams, RecordWriter):
    """Call `apiMethod` once for each record, with the parameters that `apiParams` names; methods that only read too.

    An object or array is sent as JSON. A field that is missing or null is not sent (*our choice*). When Gigya answers
    with an error, the record goes to the `error` steps with its code and message in `_errorDetails`. With `addResponse`
    Gigya's answer goes with the record as `_response`, in the case of an error too.

    Calls are under way at once, never two for one `UID`, and the records keep their order. A method that may do harm
    when it is called twice (whose name begins with none of `get`, `is`, `search`, `set`, `import`, `delete`, `remove`)
    is not tried again unless Gigya has surely not done it; without an answer the record is rejected.
    """

    atomic = True
    batch_size = 100

    api_method: str = param(
        doc="The method, with its namespace.", example="accounts.importLiteAccount", check=check_method
    )
    api_params: list[ApiParam] = param(
        default=[], doc="The parameters of the call.", example=[{"paramName": "UID", "sourceField": "UID"}],
        check=check_params,
    )  # fmt: skip
    add_response: bool = param(default=False, doc="Put Gigya's answer into the record as `_response`.", example=True)
    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=20, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Make the calls for one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> RecordCalls:
        fixed = {each.param_name: each.value for each in self.api_params if not each.source_field}
        fields = {each.param_name: FieldPath.parse(each.source_field) for each in self.api_params if each.source_field}
        repeatable = _REPEATABLE.fullmatch(self.api_method.rpartition(".")[2]) is not None

        def params(record: Record) -> dict[str, Any]:
            found = {name: path.get(record) for name, path in fields.items()}
            return fixed | {name: value for name, value in found.items() if value is not MISSING}

        def user(record: Record) -> Hashable:
            return next((str(value) for name, value in params(record).items() if name.lower() == "uid"), id(record))

        def call(client: GigyaClient, record: Record) -> Record | Rejected:
            return write_record(
                client, record, self.api_method, params(record), add_response=self.add_response, repeatable=repeatable
            )

        return RecordCalls(self, services, call, connections=self.max_connections, key=user)
