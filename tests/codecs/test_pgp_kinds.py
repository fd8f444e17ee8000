"""What an OpenPGP file is, told by its first packet, whatever the bytes are."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.codecs.pgp.kinds import ENCRYPTED, SIGNED, kind_of

MARKER = b"\xca\x03PGP"


@given(st.binary(max_size=40))
def test_whatever_bytes_come_there_is_an_answer(data):
    for head in (data, b"\xca" + data, b"-----BEGIN PGP MESSAGE-----\n\n" + data, b"\n -----BEGIN PGP" + data):
        assert kind_of(head)


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (b"\x85\x01\x0c\x03", ENCRYPTED),
        (b"\xc1\xc0\x4c\x03", ENCRYPTED),
        (b"\x8c\x0d\x04", ENCRYPTED),
        (b"\xa3\x01", SIGNED),
        (b"\x90\x0d\x03", SIGNED),
        (b"\xc4\x0d\x03", SIGNED),
        (b"\x95\x01", "it is a private key"),
        (b"\x99\x01", "it is a public key"),
        (b"\xcb\x0b", "it is an OpenPGP file that is neither encrypted nor signed"),
        (b"\xff\xfe", "it starts with ff fe"),
    ],
)
def test_old_and_new_packets_are_known_armored_and_behind_a_marker_too(packet, kind):
    armored = b"-----BEGIN PGP MESSAGE-----\nVersion: x\n\n" + base64.b64encode(packet) + b"\n"
    assert kind_of(packet) == kind
    if not kind.startswith("it starts"):
        assert kind_of(armored) == kind_of(armored.replace(b"\n", b"\r\n")) == kind
        assert kind_of(MARKER + packet) == kind
