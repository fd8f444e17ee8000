"""HTTP, as clients of any make speak it."""

import http.client
import socket
import threading
from urllib.parse import urlencode

import pytest

from identitysync.testing import GigyaEmulator

TARGET = "/accounts.search?apiKey=3_nobody"


def exchange(gigya, data):
    """Send bytes, and give all that comes back until the server closes."""
    host, _, port = gigya.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(data)
        received = b""
        while block := connection.recv(1 << 16):
            received += block
    return received


def test_one_connection_serves_many_requests(call):
    for _ in range(3):
        assert call.search("SELECT UID FROM accounts LIMIT 1")["errorCode"] == 0
        kept = call.connection.sock
        assert kept is not None
    assert call.search("SELECT UID FROM accounts LIMIT 1")["errorCode"] == 0
    assert call.connection.sock is kept


def test_a_body_in_chunks_is_read_whole_and_the_connection_goes_on(call):
    sent = call.signed("POST", f"http://{call.address}/accounts.search", call.params(query="SELECT UID FROM accounts"))
    body = urlencode(sent).encode()
    parts = iter([body[:7], body[7:50], body[50:]])
    call.connection.request("POST", "/accounts.search", parts, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert b'"errorCode":0' in call.connection.getresponse().read()
    assert call.search("SELECT UID FROM accounts LIMIT 1")["errorCode"] == 0


def test_requests_may_be_sent_ahead(gigya):
    request = f"GET {TARGET} HTTP/1.1\r\nHost: x\r\n".encode()

    received = exchange(gigya, (request + b"\r\n") * 2 + request + b"Connection: close\r\n\r\n")

    assert received.count(b"400093") == 3


def test_an_old_client_is_answered_once(gigya):
    assert exchange(gigya, f"GET {TARGET} HTTP/1.0\r\n\r\n".encode()).count(b"HTTP/1.1 200 OK") == 1


@pytest.mark.parametrize(("data", "status"), [
    (b"CONNECT accounts.us1.gigya.com:443 HTTP/1.1\r\nHost: accounts.us1.gigya.com:443\r\n\r\n", b"405"),
    (b"nonsense\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
])  # fmt: skip
def test_what_is_no_call_is_refused_cleanly(gigya, data, status):
    received = exchange(gigya, data)

    assert received.startswith(b"HTTP/1.1 " + status)
    assert received.partition(b"\r\n\r\n")[2]


def test_an_answer_to_head_has_no_body_and_the_connection_goes_on(call):
    call.connection.request("HEAD", TARGET)
    assert call.connection.getresponse().read() == b""
    assert call.search("SELECT UID FROM accounts LIMIT 1")["errorCode"] == 0


def test_the_status_is_200_unless_asked(call):
    plain = call.signed("POST", f"http://{call.address}/accounts.search", call.params(query="nonsense"))
    asked = call.params(query="nonsense", httpStatusCodes="true")

    assert call.send("accounts.search", plain)[0] == 200
    assert call.send("accounts.search", call.signed("POST", f"http://{call.address}/accounts.search", asked))[0] == 400


def test_many_clients_are_answered_at_once(gigya, caller_of):
    answers = []

    def work():
        caller = caller_of(gigya)
        caller._nonces = iter(f"{threading.get_ident()}-{number}" for number in range(99))
        answers.extend(caller.search("SELECT UID FROM accounts LIMIT 2")["errorCode"] for _ in range(10))
        caller.connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert answers == [0] * 80


def test_an_emulator_that_never_began_can_be_stopped_and_one_can_be_stopped_twice():
    GigyaEmulator("3_a").stop()

    gigya = GigyaEmulator("3_a").start()
    gigya.stop()
    gigya.stop()
    assert "3_a" in repr(gigya)
    assert "3_a" in repr(gigya.site)


def test_stopping_breaks_off_kept_connections(clock, caller_of):
    with GigyaEmulator("3_a", clock=clock) as gigya:
        caller = caller_of(gigya)
        caller.send("accounts.search", {"apiKey": "3_a"})
    with pytest.raises((OSError, http.client.HTTPException)):
        caller.send("accounts.search", {"apiKey": "3_a"})
