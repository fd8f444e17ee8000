"""Every registered script keeps the laws of all scripts; none can be forgotten, because the registry names them."""

import base64
from functools import cache

import pytest

import identitysync as idx
from identitysync.contract import Lookup, RecordWriter
from identitysync.testing.scripts import LAWS, Subject
from identitysync.testing.scripts.stream_laws import files_are_parsed_in_bounded_memory
from tests.registry.ends import ENDS

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
    return Subject.of(idx.scripts()[type].spec.cls, params, undone_by, ENDS.get(type))


TYPES = [type for type, each in idx.scripts().items() if each.package == "identitysync"]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("type", TYPES)
def test_every_script_keeps_the_laws(type, law):
    law(subject(type))


def test_every_lookup_and_record_writer_is_tried_at_its_other_end():
    asking = {type for type in TYPES if issubclass(idx.scripts()[type].spec.cls, Lookup | RecordWriter)}
    assert asking - set(ENDS) == set(), "each has an entry in tests/registry/ends, of a few lines"
    assert set(ENDS) - asking == set()


ROW = b'{"a": 1, "text": "%s"}' % (b"long " * 400)
JSON_FORMS = {
    "array": ({}, b"[", b",", b"]"),
    "array of one line": ({}, b"[", b",\n", b"]"),
    "one after the other": ({}, b"\n", b" ", b""),
    "lines": ({}, b"", b"\n", b""),
    "wrapped": ({"wrapField": "users"}, b'{"n": 1, "users": [', b",", b'], "m": {"a": []}}'),
}


@pytest.mark.parametrize("form", JSON_FORMS)
def test_json_is_read_in_bounded_memory_in_every_form(form):
    params, head, joint, foot = JSON_FORMS[form]
    rows = (25 << 20) // len(ROW)
    large = lambda: [head, *[ROW + joint] * rows, ROW, foot]  # noqa: E731 - one line
    parser = idx.scripts()["file.parse.json"].spec.cls
    files_are_parsed_in_bounded_memory(Subject.of(parser, params, large_file=large))
