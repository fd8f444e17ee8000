"""The proxy passes bytes on, and spoils connections exactly as planned."""

import contextlib
import errno
import itertools
import socket
import threading
import time

import pytest

from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward


@pytest.fixture
def echo():
    """A server that gives back what it gets, until the end, then says goodbye."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection):
        with connection:
            try:
                while block := connection.recv(65_536):
                    connection.sendall(block)
                connection.sendall(b"bye")
            except OSError:
                return

    def accept():
        try:
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def talk(proxy, content, patience=5.0):
    """Send all and read to the end."""
    with socket.create_connection((proxy.host, proxy.port), patience) as connection:
        broken = []
        sender = threading.Thread(target=_send, args=(connection, content, broken), daemon=True)
        sender.start()
        got = b""
        while block := connection.recv(65_536):
            got += block
        sender.join(patience)
        if broken:  # the system tells of a reset once, to whoever asks first
            raise ConnectionResetError
        return got


def _send(connection, content, broken):
    try:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
    except ConnectionError as fault:
        broken.append(fault)
    except OSError as fault:
        if fault.errno == errno.ENOTCONN:  # the reset came before the goodbye
            broken.append(fault)


CONTENT = bytes(range(256)) * 2_000


def test_without_a_plan_all_goes_through(echo):
    with FaultProxy("127.0.0.1", echo) as proxy:
        assert talk(proxy, CONTENT) == CONTENT + b"bye"
        assert (proxy.connections, proxy.passed[Toward.SERVER]) == (1, len(CONTENT))


@pytest.mark.parametrize("toward", list(Toward))
@pytest.mark.parametrize("place", [0, 1, 70_000])
def test_a_reset_comes_at_its_byte(echo, toward, place):
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.RESET, place, toward)]) as proxy:
        with pytest.raises(ConnectionResetError):
            talk(proxy, CONTENT)
        assert proxy.passed[toward] == place
        assert talk(proxy, CONTENT) == CONTENT + b"bye"  # the plan is over


def test_a_close_is_an_end_in_good_order(echo):
    with FaultProxy("127.0.0.1", echo, [Fault("close", 5_000, "client")]) as proxy:
        try:
            got = talk(proxy, CONTENT)
        except ConnectionResetError:  # what was still on its way when the proxy closed
            got = None
        assert proxy.passed[Toward.CLIENT] == 5_000
        assert got is None or got == CONTENT[:5_000]


def test_a_stall_tells_nobody(echo):
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.STALL, 100)]) as proxy, pytest.raises(TimeoutError):
        talk(proxy, CONTENT, 0.3)


def test_a_half_close_ends_one_direction(echo):
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.HALF_CLOSE, 1_000)]) as proxy:
        assert talk(proxy, CONTENT[:1_500]) == CONTENT[:1_000] + b"bye"


@pytest.mark.parametrize("place", [0, 77, 65_536, len(CONTENT) - 1])
def test_one_bit_is_turned_and_no_other(echo, place):
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.FLIP, place)]) as proxy:
        got = talk(proxy, CONTENT)
    differing = [index for index, (one, other) in enumerate(zip(got, CONTENT + b"bye", strict=True)) if one != other]
    assert differing == [place]
    assert (got[place] ^ CONTENT[place]).bit_count() == 1


def test_a_throttle_slows_down(echo):
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.THROTTLE, 1_000, rate=20_000)]) as proxy:
        started = time.monotonic()
        assert talk(proxy, CONTENT[:9_000]) == CONTENT[:9_000] + b"bye"
        assert 0.3 < time.monotonic() - started < 4


def test_each_connection_has_the_fault_that_is_planned_for_it(echo):
    with FaultProxy("127.0.0.1", echo, [None, Fault(Spoil.RESET)]) as proxy:
        assert talk(proxy, b"x") == b"xbye"
        with pytest.raises(ConnectionResetError):
            talk(proxy, b"x")
        assert talk(proxy, b"x") == b"xbye"
        proxy.plan(*itertools.repeat(Fault(Spoil.RESET), 2))
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                talk(proxy, b"x")
        assert talk(proxy, b"x") == b"xbye"
        assert proxy.connections == 6


def test_a_server_that_is_gone_is_a_connection_that_ends(echo):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with FaultProxy("127.0.0.1", port) as proxy:
        with contextlib.suppress(ConnectionResetError):
            assert talk(proxy, b"x") == b""
        assert proxy.connections == 0


def test_nothing_stays_behind(echo):
    before = {thread.name for thread in threading.enumerate()}
    with FaultProxy("127.0.0.1", echo, [Fault(Spoil.STALL)]) as proxy:
        socket.create_connection((proxy.host, proxy.port)).close()
        socket.create_connection((proxy.host, proxy.port)).close()
        time.sleep(0.05)
    left = {thread.name for thread in threading.enumerate() if thread.name.startswith("fault-proxy")}
    assert left - before == set()
