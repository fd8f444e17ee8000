"""Every registered script keeps the laws of all scripts; none can be forgotten, because the registry names them."""

import base64
from functools import cache

import pytest

import identitysync as idx
from identitysync.testing.scripts import LAWS, Subject

UNDONE_BY = {"compress": "uncompress", "encrypt": "decrypt", "sign": "verify", "format": "parse"}


@cache
def keys():
    """The parameters of OpenPGP, with keys of one person."""
    import pysequoia

    person = pysequoia.Tsk.generate(user_id="ada", profile=pysequoia.Profile.RFC4880)
    private = base64.b64encode(bytes(person)).decode()
    public = base64.b64encode(bytes(person.extract_certificate())).decode()
    return {
        "file.encrypt.pgp": {"publicKey": public, "signingKey": private},
        "file.decrypt.pgp": {"privateKey": private, "publicKey": public},
        "file.sign.pgp": {"signingKey": private},
        "file.verify.pgp": {"publicKey": public},
    }


def subject(type):
    family, _, rest = type.partition(".")
    kind, _, name = rest.partition(".")
    params = keys().get(type) if type.endswith(".pgp") else None
    other = f"{family}.{UNDONE_BY.get(kind)}.{name}"
    undone_by = subject(other) if family == "file" and other in idx.scripts() else None
    return Subject.of(idx.scripts()[type].spec.cls, params, undone_by)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("type", [type for type, each in idx.scripts().items() if each.package == "identitysync"])
def test_every_script_keeps_the_laws(type, law):
    law(subject(type))
