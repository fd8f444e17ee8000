"""A small HTTP/1.1 server on the loopback interface: requests in, bytes out, connections kept alive."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any, Final

import attrs

from identitysync.values import json_bytes

MAX_BODY: Final = 64 << 20
_IDLE: Final = 30.0
_LINE: Final = 1 << 16
_STATUSES: Final = frozenset(HTTPStatus)


@attrs.frozen
class Reply:
    """What is sent back.

    Attributes:
        body: The body.
        status: The HTTP status.
        content_type: The type of the body.
        headers: More headers.
        drop: Whether the connection breaks off in the middle instead.
    """

    body: bytes
    status: int = 200
    content_type: str = "text/javascript; charset=utf-8"
    headers: Mapping[str, str] = attrs.field(factory=dict)
    drop: bool = False


def reply(body: Any = None, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Reply:
    """Make a reply.

    Args:
        body: The body: bytes as they are, None for an empty one, all else as JSON.
        status: The HTTP status.
        headers: More headers.
    """
    if body is None or isinstance(body, bytes):
        return Reply(body or b"", status, "text/plain; charset=utf-8", headers or {})
    return Reply(json_bytes(body), status, "application/json; charset=utf-8", headers or {})


Handle = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""Answers a request: verb, target, headers by lower-case name, body."""


class LoopbackServer:
    """Listen on 127.0.0.1, with a thread for each connection."""

    def __init__(self, handle: Handle, port: int = 0) -> None:
        """Bind the port.

        Args:
            handle: Answers the requests.
            port: The port; 0 for any that is free.
        """
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        server = self

        class Connection(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True
            timeout = _IDLE
            rbufsize = 1 << 16
            wbufsize = 1 << 16

            def handle(self) -> None:
                with server.kept(self.request), contextlib.suppress(OSError, ValueError):
                    while _serve(self, handle):
                        pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """Say nothing: a client that breaks off is no fault of the server."""

        self._server = Server(("127.0.0.1", port), Connection)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop to answer, and break all connections off; what never began is only closed."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(5)

    @contextlib.contextmanager
    def kept(self, connection: socket.socket) -> Iterator[None]:
        """Remember a connection while it is open."""
        with self._lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)


def _serve(connection: socketserver.StreamRequestHandler, handle: Handle) -> bool:
    """Answer one request; tell whether the connection stays."""
    line = connection.rfile.readline(_LINE)
    if not line.strip():
        return bool(line)  # empty lines before a request are allowed, the end of the connection is not a request
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return _send(connection, Reply(b"this is no HTTP request", 400, "text/plain"), keep=False)
    verb, target, version = parts
    headers = _read_headers(connection.rfile)
    if headers.get("expect", "").lower() == "100-continue":
        connection.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.wfile.flush()
    try:
        body = _read_body(connection.rfile, headers)
    except ValueError as fault:
        return _send(connection, Reply(str(fault).encode(), 400, "text/plain"), keep=False)
    keep = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close" and verb != "CONNECT"
    return _send(connection, handle(verb, target, headers, body), keep=keep, silent=verb == "HEAD")


def _read_headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (raw := stream.readline(_LINE)) not in {b"\r\n", b"\n", b""}:
        name, _, value = raw.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def _read_body(stream: BufferedIOBase, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(stream)
    length = headers.get("content-length") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY:
        raise ValueError(f"the Content-Length {length} is none, or above {MAX_BODY}")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise ValueError("the body ended early")
    return body


def _read_chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while size := int(stream.readline(_LINE).partition(b";")[0], 16):
        if not 0 < size <= MAX_BODY - len(body):
            raise ValueError(f"the body is above {MAX_BODY}")
        body += stream.read(size)
        stream.readline(_LINE)
    _read_headers(stream)
    return bytes(body)


def _send(connection: socketserver.StreamRequestHandler, reply: Reply, *, keep: bool, silent: bool = False) -> bool:
    """Send a reply; tell whether the connection stays."""
    more = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    head = (
        f"HTTP/1.1 {reply.status} {_reason(reply.status)}\r\nContent-Type: {reply.content_type}\r\n"
        f"Content-Length: {len(reply.body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n{more}\r\n"
    ).encode("latin-1")
    body = b"" if silent else reply.body
    connection.wfile.write(head + (body[: len(body) // 2] if reply.drop else body))
    connection.wfile.flush()
    return keep and not reply.drop


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in _STATUSES else "Unknown"
