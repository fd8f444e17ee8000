"""Tokens that an RSA key signs, judged by the emulator, which was written apart."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import identitysync as idx
from identitysync.errors import GigyaError, InvalidParameter
from identitysync.gigya import GigyaClient
from identitysync.testing import GigyaEmulator, generate_accounts
from identitysync.values import Secret
from identitysync.world import FixedClock, SystemClock
from identitysync.world.http import HttpClient


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def gigya(key):
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with GigyaEmulator("3_a", "AK", accounts=generate_accounts(30), public_key=public) as emulator:
        yield emulator


QUERY = {"query": "SELECT count(*) FROM accounts"}


@pytest.mark.parametrize("spelling", [lambda text: text, lambda text: base64.b64encode(text.encode()).decode()])
def test_a_private_key_takes_the_secrets_place(gigya, key, spelling):
    site = idx.Site("3_a", "AK", "", url=gigya.url)
    client = GigyaClient(site, HttpClient(SystemClock()), SystemClock(), private_key=Secret(spelling(pem(key))))

    for _ in range(3):
        assert client.call("accounts.search", QUERY)["results"] == [{"count(*)": 30}]


@pytest.mark.parametrize(
    ("user_key", "own", "late", "code"),
    [("AK", False, 0, 403003), ("AK-other", True, 0, 403001), ("AK", True, 3600, 403002)],
)
def test_a_wrong_key_another_user_and_an_old_token_are_refused(gigya, key, user_key, own, late, code):
    used = key if own else rsa.generate_private_key(65537, 2048)
    clock = FixedClock(datetime.now(UTC) - timedelta(seconds=late))
    site = idx.Site("3_a", user_key, "", url=gigya.url)
    client = GigyaClient(site, HttpClient(clock), clock, private_key=Secret(pem(used)))

    with pytest.raises(GigyaError) as caught:
        client.call("accounts.search", QUERY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        "-----BEGIN PRIVATE KEY-----\nbroken\n-----END PRIVATE KEY-----",
        pem(ed25519.Ed25519PrivateKey.generate()),
    ],
)
def test_what_is_no_rsa_key_is_said_to_be(text):
    with pytest.raises(InvalidParameter, match="RSA key"):
        GigyaClient(idx.Site("3_a", "AK", ""), HttpClient(SystemClock()), SystemClock(), private_key=Secret(text))


def test_a_step_can_bring_its_own_site_with_a_private_key(gigya, key):
    params = {"select": "UID", "apiKey": "3_a", "userKey": "AK", "privateKey": pem(key), "url": gigya.url}
    flow = idx.Dataflow(steps=[idx.Step("read", "datasource.read.gigya.account", params)])

    assert len(list(idx.stream(flow, until="read"))) == 30
