"""A TCP proxy that stands between a client and a server, and spoils connections as planned."""

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Self

import attrs

_BLOCK: Final = 1 << 16
_PATIENCE: Final = 0.05


class Spoil(StrEnum):
    """What happens to a connection."""

    RESET = "reset"
    """Both ends get a connection reset."""

    CLOSE = "close"
    """Both ends see the connection end in good order."""

    STALL = "stall"
    """Nothing passes any more, and nobody is told."""

    HALF_CLOSE = "half-close"
    """The receiver sees the end, the other direction goes on."""

    FLIP = "flip"
    """One bit of that byte is turned, and all goes on."""

    THROTTLE = "throttle"
    """From there on it goes slowly."""


class Toward(StrEnum):
    """In which direction bytes are counted and spoiled."""

    SERVER = "server"
    CLIENT = "client"


@attrs.frozen
class Fault:
    """Plan what happens to one connection.

    Attributes:
        spoil: What happens.
        at: Before which byte of that direction, counted from 0.
        toward: In which direction bytes are counted.
        rate: Bytes per second, for ``throttle``.
    """

    spoil: Spoil = attrs.field(converter=Spoil)
    at: int = 0
    toward: Toward = attrs.field(default=Toward.SERVER, converter=Toward)
    rate: float = 10_000.0


class FaultProxy:
    """Pass connections on to a server, each with the next fault of a plan; when the plan is over, all goes well.

    Attributes:
        port: Where it listens on 127.0.0.1.
        connections: How many connections there were.
        passed: How many bytes went in each direction.
    """

    host = "127.0.0.1"

    def __init__(self, host: str, port: int, faults: Iterable[Fault | None] = ()) -> None:
        """Bind a free port.

        Args:
            host: The server's host.
            port: The server's port.
            faults: A fault, or None, for each connection in turn; ``itertools.repeat`` makes it lasting.
        """
        self._server = (host, port)
        self._plan: Iterator[Fault | None] = iter(faults)
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self.passed = {Toward.SERVER: 0, Toward.CLIENT: 0}
        self._stopped = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True, name="fault-proxy")]

    def plan(self, *faults: Fault | None) -> None:
        """Plan anew for the connections to come.

        Args:
            faults: A fault, or None, for each connection in turn.
        """
        self._plan = iter(faults)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), 1).close()  # wakes the one who waits for connections
        self._threads[0].join(5)
        self._listener.close()
        for each in self._sockets:
            _end(each)
        for thread in self._threads[1:]:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            client, _ = self._listener.accept()
            if self._stopped.is_set():
                client.close()
                return
            try:
                server = socket.create_connection(self._server, 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.connections += 1
            self._sockets += [client, server]
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            fault = next(self._plan, None)
            for source, target, toward in ((client, server, Toward.SERVER), (server, client, Toward.CLIENT)):
                mine = fault if fault is not None and fault.toward is toward else None
                arguments = (source, target, toward, mine)
                thread = threading.Thread(target=self._pump, args=arguments, daemon=True, name=f"fault-proxy-{toward}")
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, target: socket.socket, toward: Toward, fault: Fault | None) -> None:
        with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as ready:
            ready.register(source, selectors.EVENT_READ)
            if self._pass_on(_Source(source, ready), target, toward, fault):
                target.shutdown(socket.SHUT_WR)

    def _pass_on(self, source: "_Source", target: socket.socket, toward: Toward, fault: Fault | None) -> bool:
        """Pass bytes on to their end, and tell whether it was reached in good order."""
        count = 0
        while True:
            room = _BLOCK
            if fault is not None and count < fault.at:
                room = min(_BLOCK, fault.at - count)
            elif fault is not None and fault.spoil is Spoil.THROTTLE:
                room = max(1, int(fault.rate / 50))
                time.sleep(room / fault.rate)
            elif fault is not None and fault.spoil is Spoil.FLIP:
                room = 1
            elif fault is not None:
                self._break(fault.spoil, source.socket, target)
                return False
            block = source.read(room, self._stopped)
            if not block:
                return not self._stopped.is_set()
            if fault is not None and fault.spoil is Spoil.FLIP and count == fault.at:
                block, fault = bytes([block[0] ^ 1]), None
            target.sendall(block)
            count += len(block)
            self.passed[toward] += len(block)

    def _break(self, spoil: Spoil, source: socket.socket, target: socket.socket) -> None:
        if spoil is Spoil.STALL:
            self._stopped.wait()
        elif spoil is Spoil.HALF_CLOSE:
            target.shutdown(socket.SHUT_WR)
        else:
            for each in (target, source):
                _end(each, reset=spoil is Spoil.RESET)


@attrs.frozen
class _Source:
    """A socket to read from, without holding on to it: what waits in ``recv`` would keep a reset from being sent."""

    socket: socket.socket
    _ready: selectors.BaseSelector

    def read(self, room: int, stopped: threading.Event) -> bytes:
        while not stopped.is_set():
            if self.socket.fileno() < 0:  # broken off from the other side: no end in good order must follow
                raise ConnectionResetError
            if self._ready.select(_PATIENCE):
                return self.socket.recv(room)
        return b""


def _end(connection: socket.socket, *, reset: bool = False) -> None:
    with contextlib.suppress(OSError):
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.shutdown(socket.SHUT_RDWR)
    connection.close()
