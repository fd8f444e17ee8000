"""What arrives at Krux: unpacked by lzop, read as the "Audience Studio Data Import Specification" says, its index followed
as Hadoop follows it; in a bucket of moto's S3."""

import shutil
import struct
import subprocess

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts

NAME = "Gigya_Krux_M6.csv"


def read_import(text):
    """Read an import file: two columns divided by a caret, attributes with one value or several."""
    users = {}
    for line in text.splitlines():
        user, attributes = line.split("^")
        assert user not in users
        users[user] = {}
        for pair in filter(None, attributes.split(";")):
            code, _, values = pair.partition(":")
            assert code
            assert code not in users[user]
            assert all(0 < len(value) < 255 for value in values.split(","))
            users[user][code] = values.split(",")
    return users


def blocks(packed, index):
    """Follow an index: how many bytes each block holds, from its header at the place that the index names."""
    assert len(index) % 8 == 0
    places = struct.unpack(f">{len(index) // 8}Q", index)
    sizes = []
    for place, end in zip(places, (*places, len(packed) - 4)[1:], strict=True):
        size, small = struct.unpack_from(">2L", packed, place)
        assert place + 12 + small == end  # after the lengths a checksum of what is unpacked, as lzop does by itself
        sizes.append(size)
    assert packed[-4:] == bytes(4)
    return sizes


def unpacked(packed):
    if shutil.which("lzop") is None:
        pytest.skip("lzop is not installed: apt-get install lzop")
    return subprocess.run(["lzop", "-dc"], input=packed, capture_output=True, check=True).stdout


def flow_to(s3, bucket):
    """The original's flow: no remove step, and a rename of a field that is not selected."""
    names = {"UID": "id", "profile.gender": "g_gender", "profile.age": "g_age", "profile.likes": "likes"}
    renames = [{"sourceField": source, "targetField": target} for source, target in names.items()]
    keys = {"bucketName": bucket, "accessKey": "key", "secretKey": "secret", "objectKeyPrefix": "gigya/"}
    return idx.Dataflow(name="Krux", steps=[
        idx.Step("account", "datasource.read.gigya.account", {"select": "UID,profile.gender,profile.age"}, next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": renames}, next=["krux"]),
        idx.Step("krux", "file.format.krux", {"fileName": NAME, "createEmptyFile": True}, next=["lzo"]),
        idx.Step("lzo", "file.compress.lzo", {"createIndexFile": True}, next=["s3"]),
        idx.Step("s3", "datasource.write.amazon.s3", {**keys, "endpointUrl": s3.endpoint}),
    ])  # fmt: skip


def arrived(s3, bucket):
    return {
        key.removeprefix("gigya/"): s3.boto.get_object(Bucket=bucket, Key=key)["Body"].read() for key in s3.keys(bucket)
    }


@pytest.mark.parametrize("count", [0, 200, 12_000])
def test_every_account_arrives_packed_and_with_an_index(s3, bucket, count):
    flow = flow_to(s3, bucket)
    assert {fault.code for fault in idx.check(flow)} <= {"clear-secret", "plaintext"}
    with GigyaEmulator("3_a", "AKa", accounts=generate_accounts(count)) as gigya:
        idx.run(flow, site=gigya.site, full_extract=True).raise_for_status()
        accounts = {account["UID"]: account["profile"] for account in gigya.accounts}

    files = arrived(s3, bucket)
    assert sorted(files) == [f"{NAME}.lzo", f"{NAME}.lzo.index"]
    plain = unpacked(files[f"{NAME}.lzo"])
    assert sum(blocks(files[f"{NAME}.lzo"], files[f"{NAME}.lzo.index"])) == len(plain)
    assert read_import(plain.decode("utf-8")) == {
        uid: {
            target: [str(profile[name])]
            for name, target in (("gender", "g_gender"), ("age", "g_age"))
            if profile.get(name) not in (None, "")
        }
        for uid, profile in accounts.items()
    }


def test_the_index_leads_to_every_block_of_a_file_of_several(s3, bucket):
    people = [{"id": f"u{n}", "interest": ["fishing", "boating"], "text": f"{n:0200d}"} for n in range(4000)]
    job = idx.run(flow_to(s3, bucket), inputs={"rename": people})
    files = arrived(s3, bucket)

    assert job.status == "succeeded", job.status_details
    plain = unpacked(files[f"{NAME}.lzo"])
    assert len(blocks(files[f"{NAME}.lzo"], files[f"{NAME}.lzo.index"])) == -(-len(plain) // (256 << 10)) > 3
    assert read_import(plain.decode()) == {
        each["id"]: {"interest": ["fishing", "boating"], "text": [each["text"]]} for each in people
    }
