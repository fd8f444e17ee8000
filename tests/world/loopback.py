"""A real HTTP server on loopback that answers as a test says, also badly."""

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import attrs


@attrs.frozen
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    number: int
    """How many requests came before, in all."""
    port: int
    """The client's port: tells connections apart."""


@attrs.frozen
class Reply:
    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    cut: int | None = None
    """After how many bytes of the body the connection is broken off."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    hang: bool = False
    """Whether there is no answer until the server ends."""
    chunked: bool = False


class Loopback(AbstractContextManager["Loopback"]):
    """Serve what ``answer`` gives for each request; a list is given one by one, its last again and again."""

    def __init__(self, answer: Callable[[Request], Reply] | list[Reply], context: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._answers = answer
        self._over = threading.Event()
        lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    request = Request(
                        self.command, self.path, {name.lower(): text for name, text in self.headers.items()}, body,
                        len(outer.requests), self.client_address[1],
                    )  # fmt: skip
                    outer.requests.append(request)
                outer._give(self, outer._reply(request))

            do_GET = do_PUT = do_DELETE = do_PATCH = do_POST  # noqa: N815 - the names are http.server's

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *args: Any) -> None:
                pass  # clients that go away are meant

        self._server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def _reply(self, request: Request) -> Reply:
        if callable(self._answers):
            return self._answers(request)
        return self._answers[min(request.number, len(self._answers) - 1)]

    def _give(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.hang:
            self._over.wait(20)
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        for name, text in reply.headers.items():
            handler.send_header(name, text)
        handler.send_header(
            *(("Transfer-Encoding", "chunked") if reply.chunked else ("Content-Length", str(len(reply.body))))
        )
        handler.end_headers()
        body = reply.body if reply.cut is None else reply.body[: reply.cut]
        if reply.chunked:
            body = b"%x\r\n%s\r\n" % (len(reply.body), body)
            body = body[:-2] if reply.cut is not None else body + b"0\r\n\r\n"
        if reply.drip:
            for byte in body:
                handler.wfile.write(bytes([byte]))
                if self._over.wait(reply.drip):
                    break
        else:
            handler.wfile.write(body)
        handler.wfile.flush()
        if reply.cut is not None:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def closed_port() -> int:
    """Give a port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
