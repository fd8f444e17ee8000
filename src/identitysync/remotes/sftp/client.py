"""An SFTP client with many requests under way at once, each answer of which is looked at (SFTP version 3).

The protocol is draft-ietf-secsh-filexfer-02. paramiko's own pipelined upload passes over the answers of the last
requests, its own listing fails as a whole for one name that is not UTF-8, and its own download is slower by half.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs
import paramiko
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_EXTENDED,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTPError,
    int64,
)

REQUEST: Final = 32_768
"""Bytes of one read or write: what every server must be able to take."""

UNDER_WAY: Final = 64
"""Requests that are under way at once: enough for long distances, and no server hangs on so few."""


@attrs.frozen
class Found:
    """One name in a folder.

    Attributes:
        name: The name; bytes that are no UTF-8 are kept as lone surrogates.
        size: Its bytes, where the server tells them.
        mode: Its kind and permissions, as in ``stat``; 0 where the server does not tell.
        modified: When it was last changed, where the server tells.
    """

    name: str
    size: int | None
    mode: int
    modified: datetime | None


if TYPE_CHECKING:

    class _Client(paramiko.SFTPClient):
        """What paramiko's class hands down, and its stubs leave out."""

        def _request(self, kind: int, *parts: object) -> tuple[int, paramiko.Message]: ...
        def _async_request(self, owner: object, kind: int, *parts: object) -> int: ...
        def _read_response(self, waitfor: int | None = None) -> object: ...
        def _read_packet(self) -> tuple[int, bytes]: ...
        def _convert_status(self, message: paramiko.Message) -> None: ...

else:
    _Client = paramiko.SFTPClient


class PipelinedClient(_Client):
    """Talk SFTP over one channel, in one thread at a time.

    Attributes:
        moved: Called whenever something arrives from the server.
    """

    def __init__(self, channel: paramiko.Channel, moved: Callable[[], object]) -> None:
        """Greet the server.

        Args:
            channel: The channel, on which the server's SFTP listens.
            moved: As above.
        """
        self.moved = moved
        super().__init__(channel)

    def entries(self, folder: str) -> list[Found]:
        """Give all that is in a folder, but itself and its parent."""
        kind, message = self._request(CMD_OPENDIR, wire(folder))
        if kind != CMD_HANDLE:
            raise SFTPError(f"a folder was to be opened; the answer was of kind {kind}")
        handle = message.get_binary()
        found: list[Found] = []
        while True:
            try:
                kind, message = self._request(CMD_READDIR, handle)
            except EOFError:  # that is how the end is told
                break
            if kind != CMD_NAME:
                raise SFTPError(f"names were to come; the answer was of kind {kind}")
            found += [_found(message) for _ in range(message.get_int())]
        self._request(CMD_CLOSE, handle)
        return [each for each in found if each.name not in {".", ".."}]

    def download(self, path: str, size: int, keep: Callable[[bytes], object]) -> int:
        """Read a file from its start, up to a size.

        Args:
            path: The file.
            size: How many bytes to read.
            keep: Receives the bytes, in order.

        Returns:
            How many bytes there were, which may be less.
        """
        with self.open(wire(path), "rb") as file:
            return _Reading(self, file.handle, size).run(keep)

    def upload(self, path: str, blocks: Iterable[bytes]) -> int:
        """Write a file anew, and have the server bring it to its disk where it knows how to.

        Args:
            path: The file; it is emptied first.
            blocks: The bytes.

        Returns:
            How many bytes were written.

        Raises:
            OSError: The server could not write one of them.
        """
        with self.open(wire(path), "wb") as file:
            writing, offset = _Writing(self), 0
            for block in blocks:
                for start in range(0, len(block), REQUEST):
                    part = block[start : start + REQUEST]
                    writing.send(CMD_WRITE, file.handle, int64(offset), part)
                    offset += len(part)
            writing.finish()
            try:
                self._request(CMD_EXTENDED, "fsync@openssh.com", file.handle)
            except OSError as fault:
                if isinstance(fault, TimeoutError | ConnectionError):
                    raise
        return offset

    def ask(self, owner: "_Pipeline", kind: int, *parts: object) -> int:
        """Send a request, whose answer its owner receives."""
        return self._async_request(owner, kind, *parts)

    def hear(self) -> None:
        """Wait for one answer, and hand it to its owner."""
        self._read_response()

    def judge(self, message: paramiko.Message) -> None:
        """Raise what a status means, if it means a fault."""
        self._convert_status(message)

    def _read_packet(self) -> tuple[int, bytes]:
        packet = super()._read_packet()
        self.moved()
        return packet


class _Pipeline:
    """Requests under way. What is answered after a fault is passed over, so that the channel stays usable."""

    def __init__(self, client: PipelinedClient) -> None:
        self._client = client
        self._waiting = 0
        self._failed = False

    def send(self, kind: int, *parts: object) -> int:
        while self._waiting >= UNDER_WAY:
            self._client.hear()
        self._waiting += 1
        return self._client.ask(self, kind, *parts)

    def answered(self, number: int, kind: int, message: paramiko.Message) -> None:
        raise NotImplementedError

    def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
        """Receive an answer: paramiko calls it so."""
        self._waiting -= 1
        if self._failed:
            return
        self._failed = True
        self.answered(number, kind, message)
        self._failed = False


class _Writing(_Pipeline):
    def finish(self) -> None:
        while self._waiting:
            self._client.hear()

    def answered(self, number: int, kind: int, message: paramiko.Message) -> None:
        if kind != CMD_STATUS:
            raise SFTPError(f"a status was to come; the answer was of kind {kind}")
        self._client.judge(message)


class _Reading(_Pipeline):
    def __init__(self, client: PipelinedClient, handle: object, size: int) -> None:
        super().__init__(client)
        self._handle, self._size = handle, size
        self._asked: dict[int, tuple[int, int]] = {}
        self._arrived: dict[int, bytes] = {}

    def run(self, keep: Callable[[bytes], object]) -> int:
        """Ask for what is missing, and keep what has arrived, in order and never far ahead of it."""
        kept = wanted = 0
        try:
            while kept < self._size:
                ahead = min(self._size, kept + REQUEST * UNDER_WAY)
                while wanted < ahead and self._waiting < UNDER_WAY:
                    length = min(REQUEST, self._size - wanted)
                    self._ask(wanted, length)
                    wanted += length
                if not self._waiting:
                    break  # the server has nothing for a part in the middle
                self._client.hear()
                while block := self._arrived.pop(kept, b""):
                    keep(block)
                    kept += len(block)
        finally:
            self._failed = True
        return kept

    def answered(self, number: int, kind: int, message: paramiko.Message) -> None:
        offset, length = self._asked.pop(number)
        if kind == CMD_STATUS:
            try:
                self._client.judge(message)
            except EOFError:
                self._size = min(self._size, offset)
            return
        if kind != CMD_DATA:
            raise SFTPError(f"data was to come; the answer was of kind {kind}")
        block = message.get_string()
        self._arrived[offset] = block
        if 0 < len(block) < length:  # a server may give less than it is asked for
            self._ask(offset + len(block), length - len(block))

    def _ask(self, offset: int, length: int) -> None:
        self._asked[self.send(CMD_READ, self._handle, int64(offset), length)] = (offset, length)


def wire(path: str) -> bytes:
    """Give a path as it travels; lone surrogates become the bytes that they stand for.

    Args:
        path: The path.

    Returns:
        Its bytes.
    """
    return path.encode("utf-8", "surrogateescape")


def _found(message: paramiko.Message) -> Found:
    name = message.get_binary().decode("utf-8", "surrogateescape")
    message.get_binary()  # the line for people
    flags = message.get_int()
    size = message.get_int64() if flags & 1 else None
    if flags & 2:  # user and group
        message.get_int()
        message.get_int()
    mode = message.get_int() if flags & 4 else 0
    modified = None
    if flags & 8:
        message.get_int()
        modified = datetime.fromtimestamp(message.get_int(), UTC)
    if flags & 0x80000000:
        for _ in range(2 * message.get_int()):
            message.get_binary()
    return Found(name, size, mode, modified)
