"""What arrives at Audience Manager, read as its pages ask for it: "Inbound Data File Contents" and "Amazon S3 Name and
File Size Requirements for Inbound Data Files"; over OpenSSH's own server."""

import gzip
import re

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts

NAME = re.compile(r"ftp_dpm_(?P<dpid>\d+)(_(?P<owner>\d+))?_(?P<time>\d{10})\.(?P<kind>sync|overwrite)(\.\d+)?(\.gz)?")
FIELDS = ["relationshipStatus", "gender", "birthDay", "birthMonth", "birthYear", "age", "education", "educationLevel",
          "followersCount", "followingCount", "industry", "city"]  # fmt: skip


def read_inbound(name, content):
    """Read an inbound file: what its name tells, and the pairs of each user."""
    told = NAME.fullmatch(name)
    assert told, name
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    assert text.endswith("\n")
    users = {}
    for line in text.split("\n")[:-1]:
        user, tab, rest = line.partition("\t")
        assert tab
        assert user
        assert ":" not in user
        assert "\t" not in rest
        users.setdefault(user, []).extend(pairs(rest))
    return told.groupdict(), users


def pairs(rest):
    """Read pairs: key = value, each of them in quotes or not, blanks around the sign or not; or ids of traits alone."""
    found, place = [], 0
    while True:
        key, place = word(rest, place, "=,")
        if rest[place : place + 1] == "=":
            value, place = word(rest, place + 1, ",")
            assert value
            found.append((key.removeprefix("-"), value))
        else:
            assert key.isdecimal()
            found.append(("ic", key))
        if place == len(rest):
            return found
        assert rest[place] == ","
        place += 1


def word(text, place, ends):
    while text[place : place + 1] == " ":
        place += 1
    if text[place : place + 1] == '"':
        end = text.index('"', place + 1)
        found, place = text[place + 1 : end], end + 1
    else:
        end = place
        while end < len(text) and text[end] not in ends:
            end += 1
        found, place = text[place:end].rstrip(), end
    while text[place : place + 1] == " ":
        place += 1
    return found, place


def test_the_reader_reads_what_the_page_shows():
    line = '5976\tage = 32,"gender"=m, model = "pickup truck",d_sid=24,d_unsid=28\nDBw\t30608,50354\n'
    assert read_inbound("ftp_dpm_478_1366545717.sync", line.encode())[1] == {
        "5976": [("age", "32"), ("gender", "m"), ("model", "pickup truck"), ("d_sid", "24"), ("d_unsid", "28")],
        "DBw": [("ic", "30608"), ("ic", "50354")],
    }


@pytest.fixture
def flow(sshd, tmp_path):
    """The original's flow, with what it leaves open filled in."""
    login = {"host": "127.0.0.1", "port": sshd.port, "username": sshd.user, "privateKey": sshd.private_key,
             "hostKeyFingerprint": sshd.fingerprints["ed25519"], "remotePath": tmp_path.name}  # fmt: skip
    (sshd.root / tmp_path.name).mkdir()
    renames = [{"sourceField": f"profile.{name}", "targetField": name} for name in FIELDS]
    return idx.Dataflow(name="Adobe Audience Manager", steps=[
        idx.Step("account", "datasource.read.gigya.account", {"select": "UID,profile"}, next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": renames}, next=["remove"]),
        idx.Step("remove", "field.remove", {"fields": ["profile"]}, next=["aam"]),
        idx.Step("aam", "file.format.aam", {"dpid": "21"}, next=["sftp"]),
        idx.Step("sftp", "datasource.write.sftp", login),
    ])  # fmt: skip


@pytest.fixture
def gigya():
    accounts = list(generate_accounts(200))
    accounts[0]["profile"]["education"] = [{"school": "A, B & C", "degree": "PhD"}, {"school": "D"}]
    accounts[1]["profile"] = {"firstName": "of whom nothing is told"}
    accounts[2]["profile"]["industry"] = 'says "hello"'
    with GigyaEmulator("3_a", "AKa", accounts=accounts) as gigya:
        yield gigya


def told_of(account):
    """What Audience Manager should know of an account."""
    found = []
    for name in FIELDS:
        value = account["profile"].get(name)
        if isinstance(value, list):
            keys = list(dict.fromkeys(key for each in value for key in each))
            found += [(f"{name}.{key}", each[key]) for key in keys for each in value if key in each]
        elif value not in (None, ""):
            found.append((name, str(value)))
    return sorted(found)


@pytest.mark.parametrize("packed", [False, True])
def test_every_account_arrives_with_all_that_is_known_of_it(flow, gigya, sshd, tmp_path, packed):
    if packed:
        flow = flow.insert_after("aam", idx.Step("gzip", "file.compress.gzip"))
    assert [fault for fault in idx.check(flow) if fault.code != "clear-secret"] == []
    job = idx.run(flow, site=gigya.site, full_extract=True, dead_letters=tmp_path / "dead")

    assert job.status == "succeeded", job.status_details
    (path,) = (sshd.root / tmp_path.name).iterdir()
    assert path.name.endswith(".gz") == packed
    name, users = read_inbound(path.name, path.read_bytes())
    known = {account["UID"]: told_of(account) for account in gigya.accounts}
    unfit = {user for user, told in known.items() if any(set(value) & set('\t\r\n"') for _, value in told)}
    silent = {user for user, told in known.items() if not told}
    assert (name["dpid"], name["owner"], name["kind"]) == ("21", None, "sync")
    assert {reject.code for reject in job.rejects} == {"nothing-to-tell", "forbidden-character"}
    assert job.steps["aam"].rejected == len(unfit) + len(silent) == 200 - len(users)
    assert {user: sorted(found) for user, found in users.items()} == {
        user: told for user, told in known.items() if user not in unfit | silent
    }
