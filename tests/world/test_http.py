import gzip
import pickle
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import pytest

from identitysync.errors import AuthenticationFailed, HostNotTrusted, InvalidParameter, RemoteError, RemoteUnavailable
from identitysync.world import FixedClock, HttpClient, HttpResponse, NeverSent, Patience, SystemClock, retry_after
from tests.world.loopback import Loopback, Reply, closed_port

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return FixedClock(START)


@pytest.fixture
def http(clock):
    client = HttpClient(clock, jitter=lambda: 1.0, read_timeout=5)
    yield client
    client.close()


def test_an_answer_has_status_lower_case_headers_body_and_json(http):
    reply = Reply('{"ü": 12345678901234567890}'.encode(), 201, {"X-Some": "thing", "Set-Cookie": "a=1"})
    with Loopback([reply]) as server:
        answer = http.send("POST", f"{server.url}/p", body=b"in", headers={"X-Mine": "yes"})
    assert (answer.status, answer.headers["x-some"]) == (201, "thing")
    assert answer.json() == {"ü": 12345678901234567890}
    assert (server.requests[0].body, server.requests[0].headers["x-mine"]) == (b"in", "yes")


def test_a_body_that_is_no_json_says_so(http):
    with Loopback([Reply(b"<html>")]) as server, pytest.raises(ValueError, match=r"JSON|json|malformed"):
        http.send("GET", server.url).json()


def test_packed_answers_are_asked_for_and_unpacked(http):
    body = b'{"a": "' + b"x" * 300_000 + b'"}'
    with Loopback([Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})]) as server:
        assert http.send("GET", server.url).body == body
    assert server.requests[0].headers["accept-encoding"] == "gzip"


def test_broken_packing_is_a_passing_fault(http):
    packed = gzip.compress(b"y" * 9000)
    with Loopback(
        [Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), Reply(packed, headers={"Content-Encoding": "gzip"})]
    ) as server:
        assert http.request("GET", server.url).body == b"y" * 9000


def test_no_repr_shows_a_body():
    assert "planted" not in repr(HttpResponse(200, {}, b"planted"))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_status_is_tried_again_with_growing_pauses(http, clock, status):
    with Loopback([Reply(status=status), Reply(status=status), Reply(b"done")]) as server:
        assert http.request("GET", server.url).body == b"done"
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize("status", [200, 204, 301, 400, 404, 409, 501])
def test_any_other_status_is_an_answer_at_once(http, clock, status):
    with Loopback([Reply(b"" if status == 204 else b"x", status, {"Location": "http://127.0.0.1:1/"})]) as server:
        assert http.request("GET", server.url).status == status
    assert (len(server.requests), clock.slept) == (1, [])


@pytest.mark.parametrize("status", [401, 403, 407])
def test_refused_credentials_are_said_with_host_and_path_but_without_query_user_or_body(http, status):
    with Loopback([Reply(b"planted-body", status)]) as server, pytest.raises(AuthenticationFailed) as caught:
        http.request("GET", f"http://planted-user:planted-pass@127.0.0.1:{server.port}/the/path?key=planted-query")
    assert f"127.0.0.1:{server.port}/the/path" in str(caught.value)
    assert str(status) in str(caught.value)
    assert "planted" not in str(caught.value)


def test_the_last_fault_is_told_with_the_number_of_tries(http, clock):
    with Loopback([Reply(status=503)]) as server, pytest.raises(RemoteUnavailable, match="HTTP 503") as caught:
        http.request("GET", f"{server.url}/p?planted")
    assert caught.value.retryable
    assert caught.value.__notes__ == ["tried 8 times"]
    assert len(server.requests) == 8
    assert "planted" not in str(caught.value)


def test_tries_end_with_the_total_time(clock):
    http = HttpClient(clock, patience=Patience(attempts=1000, total=60), jitter=lambda: 0.0)
    with Loopback([Reply(status=500)]) as server, pytest.raises(RemoteUnavailable):
        http.request("GET", server.url)
    assert clock.monotonic() <= 60
    assert len(server.requests) < 20


def test_retry_after_in_seconds_is_waited(http, clock):
    with Loopback([Reply(status=429, headers={"Retry-After": "42"}), Reply()]) as server:
        http.request("GET", server.url)
    assert clock.slept == [42.25]


def test_retry_after_as_a_date_is_waited(http, clock):
    later = format_datetime(START + timedelta(seconds=45), usegmt=True)
    with Loopback([Reply(status=503, headers={"Retry-After": later}), Reply()]) as server:
        http.request("GET", server.url)
    assert clock.slept == [45.25]


def test_retry_after_beyond_all_patience_ends_at_once_and_is_told(http, clock):
    with Loopback([Reply(status=429, headers={"Retry-After": "86400"})]) as server:
        with pytest.raises(RemoteUnavailable) as caught:
            http.request("GET", server.url)
        assert len(server.requests) == 1
    assert clock.slept == []
    assert "the other system asks to wait for 86400 s" in caught.value.__notes__


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("7", 7), (" 7 ", 7), ("Thu, 01 Jan 2026 12:01:00 GMT", 60), ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("Thu, 01 Jan 2026 12:01:00 -0000", 60), ("Thu, 01 Jan 2026 13:01:00 +0100", 60), ("", None), ("-5", None),
        ("1.5", None), ("soon", None), ("Thu, 99 Jan 2026 12:01:00 GMT", None), ("9" * 400, float("inf")),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_nonsense_is_none(clock, text, seconds):
    assert retry_after(HttpResponse(429, {"retry-after": text}, b""), clock) == seconds


@pytest.mark.parametrize(
    "reply", [Reply(b"0123456789", cut=4), Reply(b"0123456789", cut=4, chunked=True), Reply(cut=0)]
)
def test_a_body_that_breaks_off_is_never_taken_for_whole(http, reply):
    with Loopback([reply]) as server, pytest.raises(RemoteUnavailable, match="broke the connection off"):
        http.send("GET", server.url)


def test_a_chunked_body_is_whole(http):
    with Loopback([Reply(b"0123456789" * 9000, chunked=True)]) as server:
        assert http.send("GET", server.url).body == b"0123456789" * 9000


def test_what_is_not_repeatable_is_sent_once_whatever_happens(http, clock):
    for reply in (Reply(status=500), Reply(status=503), Reply(status=429), Reply(b"abc", cut=1)):
        with Loopback([reply]) as server:
            with pytest.raises(RemoteUnavailable):
                http.request("POST", server.url, body=b"x")
            assert len(server.requests) == 1
    assert clock.slept == []


def test_a_caller_may_say_that_repeating_does_no_harm_and_that_it_does(http):
    with Loopback([Reply(status=500), Reply(b"done")]) as server:
        assert http.request("POST", server.url, body=b"x", repeatable=True).body == b"done"
        assert [each.body for each in server.requests] == [b"x", b"x"]
    with Loopback([Reply(status=500), Reply(b"done")]) as server, pytest.raises(RemoteUnavailable):
        http.request("GET", server.url, repeatable=False)


def test_what_was_never_sent_is_tried_again_whatever_it_is(http, clock):
    with pytest.raises(NeverSent, match="cannot be reached") as caught:
        http.request("POST", f"http://127.0.0.1:{closed_port()}/p?planted", body=b"x")
    assert len(clock.slept) == 7
    assert "planted" not in str(caught.value)


def test_a_host_without_an_address_is_named(http):
    with pytest.raises(NeverSent, match="there is no host of that name") as caught:
        http.send("GET", "http://no-such-host.invalid/path")
    assert "no-such-host.invalid/path" in str(caught.value)


def test_silence_ends_with_the_read_timeout(clock):
    http = HttpClient(clock, read_timeout=0.2)
    started = time.monotonic()
    with Loopback([Reply(hang=True)]) as server, pytest.raises(RemoteUnavailable, match="did not answer in time"):
        http.send("GET", server.url)
    assert time.monotonic() - started < 3


def test_a_trickle_ends_with_the_answer_timeout_though_it_is_never_silent():
    http = HttpClient(SystemClock(), read_timeout=5, answer_timeout=0.3)
    started = time.monotonic()
    with Loopback([Reply(b"x" * 1000, drip=0.02)]) as server, pytest.raises(RemoteUnavailable, match=r"within 0\.3 s"):
        http.send("GET", server.url)
    assert time.monotonic() - started < 3


def test_what_is_left_of_a_trickle_is_not_read_as_the_next_answer():
    http = HttpClient(SystemClock(), max_connections=1, answer_timeout=0.2)
    with Loopback([Reply(b"x" * 1000, drip=0.15), Reply(b"good")]) as server:
        with pytest.raises(RemoteUnavailable):
            http.send("GET", server.url)
        assert http.send("GET", server.url).body == b"good"


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_may_not_be_larger_than_allowed_however_it_is_packed(clock, packed):
    http = HttpClient(clock, max_body=100_000)
    body = bytes(5_000_000)
    reply = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"}) if packed else Reply(body)
    with Loopback([reply]) as server, pytest.raises(RemoteError, match="more than 100000 bytes") as caught:
        http.request("GET", server.url)
    assert not caught.value.retryable
    assert len(server.requests) == 1


def test_connections_are_used_again(http):
    with Loopback([Reply()]) as server:
        for _ in range(5):
            http.send("POST", server.url, body=b"x")
    assert len({request.port for request in server.requests}) == 1


def test_threads_share_no_more_connections_than_allowed(clock):
    http = HttpClient(clock, max_connections=3)
    now, most, lock = 0, 0, threading.Lock()

    def answer(request):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return Reply(request.body)

    with Loopback(answer) as server:
        results = {}
        threads = [
            threading.Thread(target=lambda n=n: results.update({n: http.send("POST", server.url, body=b"%d" % n).body}))
            for n in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert results == {n: b"%d" % n for n in range(20)}
    assert most == 3


def test_broken_answers_do_not_use_the_connections_up(clock):
    http = HttpClient(clock, max_connections=1, max_body=10, answer_timeout=2, patience=Patience(attempts=1))
    for bad in (Reply(b"abc", cut=1), Reply(b"x" * 99_999), Reply(b"no", headers={"Content-Encoding": "gzip"})):
        with Loopback([bad, bad, Reply(b"good")]) as server:
            for _ in range(2):
                with pytest.raises(RemoteError):
                    http.send("GET", server.url)
            assert http.send("GET", server.url).body == b"good"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://host/planted", {}), ("http://", {}), ("http://host:99999/", {}), ("http://[::1/", {}), ("nonsense", {}),
        ("http://127.0.0.1:1/p", {"Authorization": "Bearer planted\r\nX: y"}),
        ("http://127.0.0.1:1/p", {"Authorization": "Bearer planted\u20ac"}),
    ],
)  # fmt: skip
def test_an_address_or_header_that_cannot_be_is_refused_without_showing_the_header(http, clock, url, headers):
    with Loopback([Reply()]) as server, pytest.raises(InvalidParameter) as caught:
        http.request("GET", url.replace(":1/", f":{server.port}/"), headers=headers)
    assert "Bearer" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert clock.slept == []


def test_a_redirect_is_an_answer_and_is_not_followed(http):
    with Loopback([Reply()]) as other, Loopback([Reply(status=302, headers={"Location": other.url})]) as server:
        assert http.request("GET", server.url, headers={"Authorization": "planted"}).status == 302
        assert other.requests == []


def test_errors_can_be_pickled():
    fault = pickle.loads(pickle.dumps(NeverSent("host: cannot be reached")))
    assert (type(fault), str(fault), fault.retryable) == (NeverSent, "host: cannot be reached", True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2099, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_unknown_certificate_is_not_trusted_and_not_tried_again(context, http, clock):
    with Loopback([Reply()], context) as server, pytest.raises(HostNotTrusted, match="certificate") as caught:
        http.request("GET", f"{server.url}/p?planted")
    assert clock.slept == []
    assert server.requests == []
    assert not caught.value.retryable
    assert "planted" not in str(caught.value)


def test_a_certificate_that_was_given_is_trusted(context, certificate, clock):
    with Loopback([Reply(b"safe")], context) as server:
        assert HttpClient(clock, ca_certs=str(certificate)).request("GET", server.url).body == b"safe"


def test_a_certificate_for_another_name_is_not_trusted(context, certificate, clock):
    http = HttpClient(clock, ca_certs=str(certificate))
    with (
        Loopback([Reply()], context) as server,
        pytest.raises(HostNotTrusted, match=r"mismatch|another name|not valid"),
    ):
        http.request("GET", f"https://localhost:{server.port}/")


def test_a_host_that_speaks_no_tls_is_said(http):
    with Loopback([Reply()]) as server, pytest.raises(RemoteUnavailable, match="TLS"):
        http.send("GET", f"https://127.0.0.1:{server.port}/")


def test_a_host_that_accepts_and_hangs_up_is_a_passing_fault(http, clock):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: [listener.accept()[0].close() for _ in range(8)], daemon=True)
        thread.start()
        with pytest.raises(RemoteUnavailable, match="broke the connection off"):
            http.request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(5)
    assert len(clock.slept) == 7


def test_the_head_and_the_body_of_a_request_are_sent_in_one_piece():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = HttpClient(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        sender = threading.Thread(target=client.send, args=("POST", address), kwargs={"body": b"b" * 1000})
        sender.start()
        connection, _ = listener.accept()
        with connection:
            first = connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            sender.join(5)
        client.close()

    assert first.startswith(b"POST /x HTTP/1.1\r\n")
    assert first.endswith(b"b" * 1000)
