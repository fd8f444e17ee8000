import base64
import hashlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter
from identitysync.gigya.auth import base_string, encode, form, key_of, signature, signed_form
from identitysync.values import Secret

SECRET = Secret(base64.b64encode(b"a key of thirty-two bytes, or so").decode())
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def by_hand(secret: str, text: str) -> str:
    """HMAC-SHA1 as RFC 2104 writes it down, without the module that the client uses."""
    key = base64.b64decode(secret)
    if len(key) > 64:
        key = hashlib.sha1(key).digest()
    key = key.ljust(64, b"\0")
    inner = hashlib.sha1(bytes(byte ^ 0x36 for byte in key) + text.encode()).digest()
    return base64.b64encode(hashlib.sha1(bytes(byte ^ 0x5C for byte in key) + inner).digest()).decode()


def encoded_by_hand(text: str) -> str:
    """RFC 3986, section 2: unreserved characters stay, each other byte is a percent sign and two upper-case digits."""
    out = ""
    for byte in text.encode("utf-8"):
        char = chr(byte)
        out += (
            char
            if byte < 128 and (char.isalnum() or char in "-._~")
            else "%" + "0123456789ABCDEF"[byte >> 4] + "0123456789ABCDEF"[byte & 15]
        )
    return out


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", ""), (" ", "%20"), ("~", "~"), ("-._", "-._"), ("+", "%2B"), ("*", "%2A"), ("!'()", "%21%27%28%29"),
        ("a&b=c", "a%26b%3Dc"), ("%", "%25"), ("%20", "%2520"), ("/", "%2F"), ("ü", "%C3%BC"), ("😀", "%F0%9F%98%80"),
        ("\0\n\x7f", "%00%0A%7F"),
    ],
)  # fmt: skip
def test_text_is_encoded_as_rfc_3986_wants(text, encoded):
    assert encode(text) == encoded


@given(TEXT)
def test_encoding_is_as_by_hand(text):
    assert encode(text) == encoded_by_hand(text)


@pytest.mark.parametrize(
    ("method", "url", "params", "expected"),
    [
        (
            "POST", "https://accounts.us1.gigya.com/accounts.search", {"b": "2", "a": "1"},
            "POST&https%3A%2F%2Faccounts.us1.gigya.com%2Faccounts.search&a%3D1%26b%3D2",
        ),
        (
            "get", "HTTPS://Accounts.US1.Gigya.com:443/accounts.search?x=1", {"a": "b c&d"},
            "GET&https%3A%2F%2Faccounts.us1.gigya.com%2Faccounts.search&a%3Db%2520c%2526d",
        ),
        ("POST", "http://127.0.0.1:80/a.b", {}, "POST&http%3A%2F%2F127.0.0.1%2Fa.b&"),
        ("POST", "http://127.0.0.1:8080/sub/a.b", {"q": "~"}, "POST&http%3A%2F%2F127.0.0.1%3A8080%2Fsub%2Fa.b&q%3D~"),
        ("POST", "https://h:80/a.b", {"q": "ü"}, "POST&https%3A%2F%2Fh%3A80%2Fa.b&q%3D%25C3%25BC"),
        ("POST", "http://[::1]:99/a.b", {"B": "1", "a": "2"}, "POST&http%3A%2F%2F%5B%3A%3A1%5D%3A99%2Fa.b&B%3D1%26a%3D2"),
    ],
)  # fmt: skip
def test_the_base_string_is_method_address_and_sorted_parameters(method, url, params, expected):
    assert base_string(method, url, params) == expected


@pytest.mark.parametrize(
    ("key", "text", "digest"),
    [  # RFC 2202, section 3: test cases for HMAC-SHA-1
        (b"\x0b" * 20, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        (b"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (b"\xaa" * 80, "Test Using Larger Than Block-Size Key - Hash Key First", "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
    ],
)  # fmt: skip
def test_signatures_are_those_of_the_rfc(key, text, digest):
    secret = Secret(base64.b64encode(key).decode())
    assert signature(secret, text) == base64.b64encode(bytes.fromhex(digest)).decode()
    assert signature(secret, text) == by_hand(secret.reveal(), text)


@given(st.binary(min_size=1, max_size=100), TEXT)
def test_any_signature_is_as_by_hand(key, text):
    secret = Secret(base64.b64encode(key).decode())
    assert signature(secret, text) == by_hand(secret.reveal(), text)


@given(st.dictionaries(st.sampled_from(["UID", "apiKey", "data", "profile", "q", "timestamp"]), TEXT))
def test_a_signed_form_holds_all_parameters_and_a_signature_that_whoever_receives_it_can_check(params):
    url = "http://127.0.0.1:8080/accounts.search"
    body = signed_form(url, params, key_of(SECRET)).decode("ascii")
    received = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
    sig = received.pop("sig")
    assert received == params
    query = "&".join(f"{name}={encoded_by_hand(text)}" for name, text in sorted(received.items()))
    base = f"POST&{encoded_by_hand(url)}&{encoded_by_hand(query)}"
    assert sig == by_hand(SECRET.reveal(), base)


def test_a_form_is_read_back_as_it_was():
    params = {"a": "1 2+3&4=5%ü😀\n", "odd name&": "~"}
    assert dict(parse_qsl(form(params).decode("ascii"), strict_parsing=True)) == params


@pytest.mark.parametrize("text", ["planted", "planted!", "pl=nted=", "cGxhbnRlZA==\n", "cGxhbnRlZA", "plänted="])
def test_a_secret_that_is_not_base64_is_refused_and_not_shown(text):
    with pytest.raises(InvalidParameter, match="not base64") as caught:
        key_of(Secret(text))
    assert "pl" not in str(caught.value).replace("copy", "")
    assert caught.value.__cause__ is None


def test_an_empty_secret_is_refused():
    with pytest.raises(InvalidParameter, match="empty"):
        signature(Secret(""), "text")
