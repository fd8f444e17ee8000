"""Send mails by SMTP, over TLS unless somebody says otherwise."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

import attrs

from identitysync.errors import AuthenticationFailed, InvalidParameter, RemoteUnavailable
from identitysync.service.addresses import addresses_of, one_line
from identitysync.values import Secret
from identitysync.world import resolve


class Tls(StrEnum):
    """How a connection is encrypted: from STARTTLS on, from the beginning, or not at all."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


def _secret(value: Secret | str) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


@attrs.frozen
class Smtp:
    """Say how mails are sent.

    Attributes:
        host: The mail server.
        port: Its port; 0 is 587, or 465 where TLS is ``implicit``.
        user: Who logs in; nobody when it is empty.
        password: The password, a ``Secret``, text, or a reference such as ``${env:SMTP_PASSWORD}``.
        sender: The address that mails come from; else the user's, else ``identitysync@`` the host.
        tls: ``starttls``, ``implicit`` or ``none``.
        ca_certs: A file of certificates that are trusted in the place of the machine's.
        timeout: Seconds that the server may take for an answer.
    """

    host: str
    port: int = 0
    user: str = ""
    password: Secret = attrs.field(factory=lambda: Secret(""), converter=_secret)
    sender: str = ""
    tls: Tls = attrs.field(default=Tls.STARTTLS, converter=Tls)
    ca_certs: str | None = None
    timeout: float = 30.0

    @classmethod
    def from_url(cls, url: str) -> "Smtp":
        """Read an address.

        Args:
            url: ``smtp://user:password@host:port`` (STARTTLS), ``smtps://…`` (TLS from the beginning), with
                ``?tls=none``, ``?from=…`` and ``?ca_certs=…`` where wanted.

        Returns:
            The settings.

        Raises:
            InvalidParameter: It is none.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise InvalidParameter("a mail server is smtp://user:password@host:port, or smtps://… for TLS at once")
        more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            return cls(
                parts.hostname,
                parts.port or 0,
                unquote(parts.username or ""),
                unquote(parts.password or ""),
                more.get("from", ""),
                more.get("tls") or ("implicit" if parts.scheme == "smtps" else "starttls"),
                more.get("ca_certs"),
            )
        except ValueError as fault:
            raise InvalidParameter(f"the address of the mail server cannot be: {fault}") from None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Smtp | None":
        """Read ``IDENTITYSYNC_SMTP``, an address as ``from_url`` reads it; None when it is not set."""
        url = environ.get("IDENTITYSYNC_SMTP", "")
        return cls.from_url(url) if url else None


def send(smtp: Smtp, environ: Mapping[str, str], to: str, subject: str, plain: str, html: str) -> None:
    """Send one mail.

    Args:
        smtp: How.
        environ: The environment, for references to the password.
        to: Addresses, with commas between.
        subject: The subject; what no header can hold becomes blanks.
        plain: The text.
        html: The same as HTML.

    Raises:
        InvalidParameter: An address is none, or the sender has none.
        AuthenticationFailed: The server does not accept the login.
        RemoteUnavailable: The server cannot be reached, does not speak TLS, or refuses the mail.
    """
    recipients = addresses_of(to)
    mail = EmailMessage()
    mail["Subject"] = one_line(subject)
    mail["From"] = _sender(smtp)
    mail["To"] = ", ".join(recipients)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=smtp.host)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers this
    mail.set_content(plain)
    mail.add_alternative(html, subtype="html")
    try:
        _deliver(smtp, resolve(smtp.password.reveal(), environ), mail, recipients)
    except smtplib.SMTPAuthenticationError as fault:
        reason = f"the mail server {smtp.host} does not accept the login of {smtp.user!r}"
        raise AuthenticationFailed(reason) from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise RemoteUnavailable(f"the mail server {smtp.host} does not take the mail: {fault}") from fault


def _deliver(smtp: Smtp, password: Secret, mail: EmailMessage, recipients: Sequence[str]) -> None:
    context = ssl.create_default_context(cafile=smtp.ca_certs)
    if smtp.tls is Tls.IMPLICIT:
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port or 465, timeout=smtp.timeout, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port or 587, timeout=smtp.timeout)
    with server:
        if smtp.tls is Tls.STARTTLS:
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, password.reveal())
        server.send_message(mail, to_addrs=list(recipients))


def _sender(smtp: Smtp) -> str:
    if smtp.sender or "@" in smtp.user:
        found = addresses_of(smtp.sender or smtp.user)
        if not found:
            raise InvalidParameter(f"the sender {smtp.sender!r} of mails has no address; write name@example.com")
        return found[0]
    return f"identitysync@{smtp.host}"
