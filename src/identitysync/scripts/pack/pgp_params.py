"""Parameters that the scripts of OpenPGP share."""

from typing import Any, Final

from identitysync.codecs import pgp
from identitysync.contract import REQUIRED, param
from identitysync.values import Secret

ENDINGS: Final = (".pgp", ".gpg", ".asc")
"""What names of OpenPGP files end with."""

EXAMPLE_KEY: Final = (
    "mDMEawYY4hYJKwYBBAHaRw8BAQdAiR+pZIdkYkAEt6rxyzTns2kEmHjruTZmZWaY6aDnJhW0HVBhcnRuZXIgPHBhcnRuZXJAZXhh"
    "bXBsZS5jb20+iJAEExYIADgWIQTHwda4OxfVunvYEEyki+dSpIVPjAUCawYY4gIbIwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK"
    "CRCki+dSpIVPjLUuAQCq2+pAUyFABdVSqUIkk+GA+RGgRN1nMQi/TAoUNOaBrgEA9isM3YoCdzQuf7bb4oUX0SWhfa+iIs16aCkZ"
    "QPZtuQa4OARrBhjiEgorBgEEAZdVAQUBAQdAB31hY+Ij/lUtYZSB9FLE5AvVoPbjQ05ypEtu9SICOSsDAQgHiHgEGBYIACAWIQTH"
    "wda4OxfVunvYEEyki+dSpIVPjAUCawYY4gIbDAAKCRCki+dSpIVPjJ2BAP9Igwr5hboAZDdVRkq66+TRbvWInCi4SQvsHdK163Vr"
    "dQD/X6BQQLLD95sENbpo3wPdCJLCwxH6eM4uB//PEIMM9As="
)
"""The public key of nobody, in base64."""


def public_keys(doc: str, default: Any = REQUIRED) -> Any:
    """Declare a parameter of public keys."""
    return param(default, doc=doc, example=EXAMPLE_KEY, check=_check_keys)


def private_key(doc: str) -> Any:
    """Declare the parameter of a private key."""
    return param(doc=f"{doc}, with its armor or in base64.", example="${env:PGP_PRIVATE_KEY}", secret=True)


def signing_key(default: Any = REQUIRED) -> Any:
    """Declare the parameter of the key that signs."""
    return param(
        default,
        doc="The private key that signs, with its armor or in base64.",
        example="${env:PGP_PRIVATE_KEY}",
        secret=True,
    )


def passphrase(doc: str) -> Any:
    """Declare the parameter of a passphrase."""
    return param(None, doc=doc, example="${env:PGP_PASSPHRASE}", secret=True)


def revealed(secret: Secret | None) -> str:
    """Give a secret out, to the codec; nothing where there is none."""
    return secret.reveal() if secret else ""


def _check_keys(text: str) -> None:
    if text:
        pgp.check_public_keys(text)
