"""What is said of a host that is not verified."""

from collections.abc import Iterator

from identitysync.contract import Finding


def check_verification(verify: bool) -> Iterator[Finding]:
    """Warn when the host is not verified."""
    if not verify:
        yield Finding(
            "unverified-host",
            "the host is not verified: whoever answers gets the password and the data",
            "let it be verified by its fingerprint or certificate, which the server's owner can tell you",
        )
