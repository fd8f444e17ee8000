import pytest

from identitysync.errors import InvalidParameter
from identitysync.gigya.data_centers import HOSTS, endpoint, is_gigya


@pytest.mark.parametrize(
    ("data_center", "host"),
    [
        ("us1", "us1.gigya.com"), ("eu1", "eu1.gigya.com"), ("au1", "au1.gigya.com"), ("eu2", "eu2.gigya.com"),
        ("global", "global.gigya.com"), ("cn1", "cn1.sapcdm.cn"), ("EU1", "eu1.gigya.com"),
        ("login.example.org", "login.example.org"),
    ],
)  # fmt: skip
def test_a_method_is_called_at_its_namespace_in_the_data_center(data_center, host):
    assert endpoint("accounts.search", data_center) == f"https://accounts.{host}/accounts.search"
    assert endpoint("accounts.identifiers.verify.init", data_center).startswith(f"https://accounts.{host}/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"])
def test_an_address_of_ones_own_takes_the_data_centers_place(url):
    assert endpoint("ds.store", "nowhere", url) == "http://127.0.0.1:8080/ds.store"
    assert endpoint("ds.store", "us1", url + "/sub/") == "http://127.0.0.1:8080/sub/ds.store".replace(
        "8080/sub", "8080//sub" if url.endswith("/") else "8080/sub"
    )


@pytest.mark.parametrize(
    "data_center", ["us9", "", "mars", "us1.gigya.com/evil", "evil.com#", "a b.c", "user@evil.com"]
)
def test_a_data_center_that_does_not_exist_is_refused_with_those_that_do(data_center):
    with pytest.raises(InvalidParameter, match="us1, eu1"):
        endpoint("accounts.search", data_center)


@pytest.mark.parametrize(
    "method", ["search", "", ".search", "accounts.", "accounts.search?x=1", "../x.y", "a b.c", "a.b/c"]
)
@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1"])
def test_a_method_without_a_namespace_is_refused(method, url):
    with pytest.raises(InvalidParameter, match="namespace"):
        endpoint(method, "us1", url)


def test_all_data_centers_are_gigyas():
    assert all(is_gigya(host) for host in HOSTS.values())
    assert is_gigya("cn1.gigya-api.cn")


@pytest.mark.parametrize(
    "domain",
    ["evil.com", "evilgigya.com", "us1.gigya.com.evil.com", "us1.gigya.com/x", "x@us1.gigya.com", "", "gigya.com"],
)
def test_no_other_domain_is_gigyas(domain):
    assert not is_gigya(domain)
