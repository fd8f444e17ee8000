"""What a flow needs of the world: told from its scripts, with nothing opened."""

import pytest

import identitysync as idx
from identitysync.registry import discover
from identitysync.service import Address, reach

S = idx.Step
READ, WRITE = "datasource.read.gigya.account", "datasource.write.gigya.account"


def reached(*steps, site=None):
    return reach(idx.Dataflow(name="f", steps=steps), discover(), site)


def test_a_flow_that_reads_needs_viewers_and_one_that_writes_needs_editors():
    assert reached(S("r", READ, {"select": "*"})).permissions == ("_idx_application_viewers",)
    assert reached(S("w", WRITE)).permissions == ("_idx_application_editors",)
    assert reached(S("r", READ), S("w", WRITE)).permissions == ("_idx_application_viewers", "_idx_application_editors")
    assert reached(S("r", "datasource.read.file", {"url": "in"}), S("f", "field.remove", {"fields": ["a"]})).permissions == ()  # fmt: skip


@pytest.mark.parametrize(
    ("type", "params", "expected"),
    [
        (READ, {}, ("accounts.us1.gigya.com", 443)),
        (READ, {"dataCenter": "eu1"}, ("accounts.eu1.gigya.com", 443)),
        (READ, {"url": "http://127.0.0.1:8080"}, ("127.0.0.1", 8080)),
        (READ, {"dataCenter": "<dc>"}, ("accounts.<dc>", 443)),
        ("datasource.write.sftp", {"host": "sftp.example.com"}, ("sftp.example.com", 22)),
        ("datasource.write.sftp", {"host": "{{host}}", "port": "2222"}, ("{{host}}", 2222)),
        ("datasource.read.file", {"url": "https://example.com/a.csv"}, ("example.com", 443)),
        ("datasource.read.file", {"url": "ftp://example.com:{{port}}/a.csv"}, ("example.com", 0)),
        (
            "datasource.read.amazon.s3",
            {"bucketName": "b", "region": "eu-central-1"},
            ("b.s3.eu-central-1.amazonaws.com", 443),
        ),
        ("datasource.read.amazon.s3", {"bucketName": "b"}, ("b.s3.<region>.amazonaws.com", 443)),
        ("datasource.read.amazon.s3", {"endpointUrl": "https://s3.example.com:9000"}, ("s3.example.com", 9000)),
        ("datasource.write.azure.blob", {"accountName": "acme"}, ("acme.blob.core.windows.net", 443)),
        (
            "datasource.read.external.generic",
            {"auth": {"kind": "oauth2", "tokenUrl": "https://login.example.com/token"}},
            ("login.example.com", 443),
        ),
        ("datasource.lookup.gender", {}, None),
        ("datasource.read.file", {"url": "/local/a.csv"}, None),
        ("datasource.write.file", {"url": "file:///tmp"}, None),
    ],
)
def test_hosts_and_ports_are_those_of_the_parameters(type, params, expected):
    found = reached(S("s", type, params))
    assert found.addresses == ((Address(*expected, "s"),) if expected else ())
    assert found.untold == ()


def test_the_runs_site_counts_where_the_step_names_none():
    site = idx.Site("3_a", "u", "s", "au1")
    assert reached(S("r", READ), site=site).addresses == (Address("accounts.au1.gigya.com", 443, "r"),)
    assert reached(S("r", READ, {"dataCenter": "eu1"}), site=site).addresses[0].host == "accounts.eu1.gigya.com"


def test_a_script_that_does_not_tell_is_named():
    @idx.script("test.elsewhere", summary="Go somewhere.")
    class Elsewhere(idx.RecordReader):
        def read(self, services):
            yield {}

    assert reached(S("a", "no.such.script"), S("b", Elsewhere)).untold == ("a", "b")


def test_no_built_in_script_leaves_it_untold():
    for type, description in discover().items():
        if description.package == "identitysync" and description.spec.cls.edge:
            assert reached(S("s", type, description.spec.examples[0].params)).untold == (), type


def test_no_secret_is_told():
    params = {"host": "sftp.example.com", "username": "u", "password": "https://planted.example"}
    assert [each.host for each in reached(S("s", "datasource.read.sftp", params)).addresses] == ["sftp.example.com"]
