"""Who hears of jobs, and what: a real mail server, a real webhook, a function; and nothing of what records held."""

import email
import email.policy
import json
import logging
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import identitysync as idx
from identitysync.errors import AuthenticationFailed, InvalidParameter, RemoteUnavailable
from identitysync.service.mail import Tls, send
from identitysync.service.reports import calm
from tests.world.loopback import Loopback, Reply, closed_port

CANARY = "person@canary.example"


class Box:
    """What a mail server received."""

    def __init__(self):
        self.mails, self.envelopes = [], []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def mail_server():
    """Start mail servers, each on a free port of loopback."""
    started = []

    def start(box, **more):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(box, hostname="127.0.0.1", port=port, **more)
        controller.start()
        started.append(controller)
        return port

    yield start
    for controller in started:
        controller.stop()


def check_password(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"me", b"planted-mail-secret")
    return AuthResult(success=good, handled=False)


def smtp(port, **more):
    return idx.Smtp("127.0.0.1", port, **({"tls": "none", "sender": "idx@example.com"} | more))


def one_scheduling(service, flow, **more):
    id = service.create_dataflow(flow)
    words = {
        "success_email_notification": "a@example.com, b@example.com",
        "failure_email_notification": "c@example.com",
    }
    return service.create_scheduling(idx.Scheduling(name="n", dataflow_id=id, **words, **more))


def test_a_success_is_told_to_those_who_asked_plain_and_as_html_with_counts_and_files(make, flow, mail_server):
    box = Box()
    service = make(smtp=smtp(mail_server(box)))
    one_scheduling(service, flow)
    (job,) = service.run_pending()
    (mail,), (envelope,) = box.mails, box.envelopes
    plain = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()

    assert envelope.rcpt_tos == ["a@example.com", "b@example.com"]
    assert (mail["Subject"], mail["From"]) == ("identitysync: copy succeeded", "idx@example.com")
    for text in (plain, html):
        assert "25 records entered, 0 were rejected" in text
        assert job.files[0].sha256 in text
        assert "parse" in text
    assert "<table>" in html


def test_a_failure_is_told_to_others_at_every_attempt(make, flow, mail_server, tmp_path, clock):
    box = Box()
    (tmp_path / "in.json").unlink()
    service = make(smtp=f"smtp://127.0.0.1:{mail_server(box)}?tls=none&from=idx@example.com")
    one_scheduling(service, flow)
    service.run_pending()
    clock.advance(60)
    service.run_pending()

    assert [envelope.rcpt_tos for envelope in box.envelopes] == [["c@example.com"]] * 2
    assert [mail["Subject"] for mail in box.mails] == [
        "identitysync: copy failed",
        "identitysync: copy failed (attempt 2)",
    ]


def test_no_record_and_no_secret_is_in_any_mail_or_webhook(make, flow, mail_server, tmp_path):
    box = Box()
    (tmp_path / "in.json").write_text(json.dumps([{"email": CANARY, "age": "x"}, {"email": CANARY}]))
    nasty = flow.insert_after("parse", idx.Step("evaluate", "field.evaluate", {"language": "jexl", "fields": [{"field": "x", "expression": "email.substring(99)"}]}))  # fmt: skip
    with Loopback([Reply()]) as hook:
        service = make(smtp=smtp(mail_server(box)), webhook=hook.url + "/told?token=planted-hook-secret")
        one_scheduling(service, nasty, log_level="debug", max_rejects=0)
        (job,) = service.run_pending()
        (request,) = hook.requests
    told = json.loads(request.body)

    assert job.status == "failed"
    assert any(CANARY in line for line in job.trace)
    assert (told["status"], told["id"], told["rejected"]) == ("failed", job.id, job.rejected)
    assert "trace" not in told
    texts = [request.body.decode(), box.envelopes[0].content.decode(), box.mails[0].as_string()]
    assert not any(CANARY in text or "canary" in text or "planted" in text for text in texts)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("in step 'parse': found 'Ada Lovelace'", "in step 'parse': found …"),
        ("ada@example.com has 1234567 points", "… has … points"),
        ('2 records were rejected, and max_rejects is 1: "x"', "2 records were rejected, and max_rejects is 1: …"),
    ],
)
def test_what_could_stem_from_a_record_is_taken_out_of_details(text, left):
    assert calm(text, {"parse"}) == left


def test_mail_goes_over_tls_with_a_login_and_only_to_a_server_that_is_known(
    mail_server, certificate, context, monkeypatch
):
    box = Box()
    monkeypatch.setenv("MAIL_PASSWORD", "planted-mail-secret")
    import os

    starttls = mail_server(
        box, tls_context=context, require_starttls=True, authenticator=check_password, auth_required=True
    )
    good = smtp(starttls, tls="starttls", user="me", password="${env:MAIL_PASSWORD}", ca_certs=str(certificate))
    send(good, os.environ, "a@example.com", "subject", "plain", "<p>html</p>")
    assert box.mails[0]["Subject"] == "subject"

    wrong = smtp(starttls, tls="starttls", user="me", password="wrong", ca_certs=str(certificate))
    with pytest.raises(AuthenticationFailed, match="does not accept the login of 'me'"):
        send(wrong, os.environ, "a@example.com", "s", "p", "h")
    stranger = smtp(starttls, tls="starttls")
    with pytest.raises(RemoteUnavailable, match="certificate"):
        send(stranger, os.environ, "a@example.com", "s", "p", "h")
    plain = mail_server(box)
    with pytest.raises(RemoteUnavailable, match="STARTTLS"):
        send(smtp(plain, tls="starttls"), os.environ, "a@example.com", "s", "p", "h")
    assert len(box.mails) == 1


def test_mail_over_tls_from_the_beginning(certificate, context):
    import asyncio
    import threading

    from aiosmtpd.smtp import SMTP

    box = Box()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        send(smtp(port, tls="implicit", ca_certs=str(certificate)), {}, "a@example.com", "s", "p", "<p>h</p>")
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    assert len(box.mails) == 1


def test_no_text_becomes_another_header(make, flow, mail_server):
    import attrs

    box = Box()
    service = make(smtp=smtp(mail_server(box)))
    one_scheduling(service, attrs.evolve(flow, name="x\r\nBcc: evil@example.com\n\nbody"))
    service.run_pending()
    (mail,), (envelope,) = box.mails, box.envelopes

    assert mail["Subject"] == "identitysync: x Bcc: evil@example.com body succeeded"
    assert mail["Bcc"] is None
    assert envelope.rcpt_tos == ["a@example.com", "b@example.com"]
    with pytest.raises(InvalidParameter, match="no e-mail address"):
        send(smtp(1), {}, "a@example.com\r\nBcc: evil@example.com", "s", "p", "h")


def test_what_goes_wrong_in_telling_is_logged_and_harms_no_job(make, flow, caplog):
    def broken(_):
        raise ZeroDivisionError("in the callback")

    with Loopback([Reply(status=400)]) as hook:
        service = make(smtp=smtp(closed_port()), webhook=hook.url, on_job=broken)
        one_scheduling(service, flow)
        with caplog.at_level(logging.WARNING, "identitysync"):
            (job,) = service.run_pending()

    assert service.get_job(job.id).status == "succeeded"
    assert "the mail was not delivered" in caplog.text
    assert "the webhook answered HTTP 400" in caplog.text
    assert "in the callback" in caplog.text


def test_addresses_without_a_mail_server_are_said_to_be_told_nothing(make, flow, caplog, monkeypatch):
    monkeypatch.delenv("IDENTITYSYNC_SMTP", raising=False)
    service = make()
    one_scheduling(service, flow)
    with caplog.at_level(logging.WARNING, "identitysync"):
        service.run_pending()
    assert "there is no mail server" in caplog.text


def test_the_mail_server_comes_from_the_environment_too():
    made = idx.Smtp.from_environment({"IDENTITYSYNC_SMTP": "smtps://me%40example.com:p%40ss@mail.example.com:4650"})

    assert (made.host, made.port, made.user, made.tls) == ("mail.example.com", 4650, "me@example.com", Tls.IMPLICIT)
    assert made.password.reveal() == "p@ss"
    assert "p@ss" not in repr(made)
    assert idx.Smtp.from_environment({}) is None
    for bad in ("mail.example.com", "http://x", "smtp://x?tls=maybe", "smtp://x:port"):
        with pytest.raises(InvalidParameter):
            idx.Smtp.from_url(bad)


@pytest.mark.parametrize("sender", [",", " ; ,", " "])
def test_a_sender_without_an_address_is_told(sender):
    with pytest.raises(InvalidParameter, match=r"the sender '.*' of mails has no address; write name@example\.com"):
        send(smtp(1, sender=sender), {}, "a@example.com", "s", "p", "h")
