"""What all writers to Gigya share: one call for a record, and what its answer means for the record."""

from collections.abc import Iterator, Mapping
from typing import Any

from identitysync.contract import Finding, Rejected
from identitysync.errors import AuthenticationFailed, GigyaError, InvalidParameter, RemoteUnavailable
from identitysync.gigya.client import GigyaClient
from identitysync.gigya.errors import CannotBeSent
from identitysync.values import Record
from identitysync.world import NeverSent


def check_connections(count: int) -> Iterator[Finding]:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 100:
        raise InvalidParameter(f"1 to 100 connections can be used at once; found {count}")
    yield from ()


def call_for(
    client: GigyaClient,
    record: Record,
    method: str,
    params: Mapping[str, Any],
    *,
    add_response: bool = False,
    repeatable: bool = True,
) -> dict[str, Any] | Rejected:
    """Call a method for a record.

    Args:
        client: The client.
        record: The record.
        method: The method with its namespace.
        params: The parameters of the call.
        add_response: Whether Gigya's answer goes with a reject, as ``_response``.
        repeatable: Whether the call may be made twice.

    Returns:
        Gigya's answer, or the record's reject when that is an error.

    Raises:
        AuthenticationFailed: Gigya refuses the key.
        RemoteError: Gigya cannot be reached, or does not answer a call that may be made twice.
    """
    try:
        return client.call(method, params, repeatable=repeatable)
    except AuthenticationFailed:
        raise
    except CannotBeSent as fault:
        return Rejected(record, str(fault), "cannot-be-sent")
    except GigyaError as fault:
        return _rejection(record, fault, add_response=add_response)
    except RemoteUnavailable as fault:
        if repeatable or isinstance(fault, NeverSent):
            raise
        text = f"{method} may have been done: there was no answer, and it must not be called twice ({fault})"
        return Rejected(record, text, "no-answer")


def write_record(
    client: GigyaClient,
    record: Record,
    method: str,
    params: Mapping[str, Any],
    *,
    add_response: bool = False,
    repeatable: bool = True,
) -> Record | Rejected:
    """Call a method that writes a record.

    Args:
        client: The client.
        record: The record.
        method: The method with its namespace.
        params: The parameters of the call.
        add_response: Whether Gigya's answer goes with the record, as ``_response``.
        repeatable: Whether the call may be made twice.

    Returns:
        The record, or its reject when Gigya answers with an error.

    Raises:
        AuthenticationFailed: Gigya refuses the key.
        RemoteError: Gigya cannot be reached, or does not answer a call that may be made twice.
    """
    answer = call_for(client, record, method, params, add_response=add_response, repeatable=repeatable)
    if isinstance(answer, Rejected):
        return answer
    return record | {"_response": answer} if add_response else record


def _rejection(record: Record, fault: GigyaError, *, add_response: bool) -> Rejected:
    message = fault.details or fault.message
    details = {"errorCode": fault.code, "errorMessage": message, "callId": fault.call_id}
    if add_response:  # not for a replay
        return Rejected(record | {"_response": fault.response}, message, str(fault.code), record, details)
    return Rejected(record, message, str(fault.code), error=details)


def user_of(record: Record) -> str | int:
    """Give what tells one user's records from another's, so that no two calls for one user are under way at once.

    Args:
        record: A record; without a text as its ``UID`` it stands for itself.
    """
    uid = record.get("UID")
    return uid if isinstance(uid, str) and uid else id(record)
