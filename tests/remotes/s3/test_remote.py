"""A bucket as a place for files."""

import io
import urllib.request

import attrs
import boto3
import pytest
from botocore.exceptions import ClientError

from identitysync.errors import AuthenticationFailed, LocalStorageError, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.s3 import S3Remote
from identitysync.testing.faults import Fault, FaultProxy, Spoil
from identitysync.values import Secret
from tests.remotes.object_stores import prefixes_find_their_names

PART = 16 << 20


@pytest.fixture
def remote(s3, bucket, clock):
    with S3Remote(s3.login(bucket), clock) as remote:
        yield remote


def test_an_upload_is_unseen_until_it_is_published(s3, bucket, remote, source):
    staged = remote.stage(source, "out/x.csv")
    assert (s3.keys(bucket), s3.uploads(bucket)) == ([], ["out/x.csv"])
    assert staged.publish() == f"s3://{bucket}/out/x.csv"
    assert (s3.keys(bucket), s3.uploads(bucket)) == (["out/x.csv"], [])


def test_an_object_of_several_parts_is_one(s3, bucket, remote, tmp_path):
    large = tmp_path / "large"
    content = b"0123456789abcdef" * (PART // 16) + b"rest"
    large.write_bytes(content)
    remote.stage(large, "large").publish()
    told = s3.boto.get_object(Bucket=bucket, Key="large")
    assert told["Body"].read() == content
    assert told["ETag"].endswith('-2"')


def test_what_is_discarded_or_fails_leaves_no_upload(s3, bucket, remote, source, monkeypatch):
    remote.stage(source, "x").discard()
    call = S3Remote._call

    def failing(self, method, **how):
        if method == "upload_part":
            raise ConnectionResetError("reset")
        return call(self, method, **how)

    monkeypatch.setattr(S3Remote, "_call", failing)
    with pytest.raises(RemoteUnavailable, match=r"cannot write 'y': .*reset; tried 3 times"):
        remote.stage(source, "y")
    monkeypatch.setattr(S3Remote, "_call", call)
    assert (s3.keys(bucket), s3.uploads(bucket)) == ([], [])


@pytest.mark.parametrize("other", [b"", b"someone else's"])
def test_a_completion_whose_answer_is_lost_finds_itself_done(s3, bucket, remote, source, monkeypatch, other):
    """Only when the object is really the one that was uploaded."""
    call, lost = S3Remote._call, []

    def losing(self, method, **how):
        if method != "complete_multipart_upload":
            return call(self, method, **how)
        if lost:  # as S3 answers the second time
            answer = {"Error": {"Code": "NoSuchUpload", "Message": "The upload ID may be invalid"}}
            raise FileNotFoundError from ClientError(answer, "CompleteMultipartUpload")
        lost.append(call(self, method, **how))
        if other:
            s3.boto.put_object(Bucket=bucket, Key="x", Body=other)
        raise ConnectionResetError("reset")

    monkeypatch.setattr(S3Remote, "_call", losing)
    staged = remote.stage(source, "x")
    if other:
        with pytest.raises(RemoteError, match="was aborted meanwhile"):
            staged.publish()
    else:
        staged.publish()
    assert s3.boto.get_object(Bucket=bucket, Key="x")["Body"].read() == (other or b"new content")


def test_a_prefix_is_a_folder_a_part_of_a_name_or_a_whole_key(s3, bucket, remote):
    for key in ("a.csv", "in/", "in/a.csv", "in/ab.csv", "in/b/a.csv", "inside.csv"):
        s3.boto.put_object(Bucket=bucket, Key=key, Body=b"x")
    prefixes_find_their_names(remote)
    assert len(remote.find("")) == 5
    assert [entry.name for entry in remote.find("in/b")] == ["a.csv"]


def test_a_listing_of_many_pages_is_whole(s3, bucket, remote, monkeypatch):
    for number in range(7):
        s3.boto.put_object(Bucket=bucket, Key=f"in/{number}", Body=b"")
    call = S3Remote._call

    def short(self, method, **how):
        return call(self, method, **how, **({"MaxKeys": 2} if method == "list_objects_v2" else {}))

    monkeypatch.setattr(S3Remote, "_call", short)
    assert len(remote.find("in/")) == len(remote.list("in")) == 7


def test_an_object_that_is_replaced_while_it_is_read_is_read_anew(s3, bucket, remote, monkeypatch):
    s3.boto.put_object(Bucket=bucket, Key="x", Body=b"a" * (10 << 20))
    body, seen = S3Remote._body, []

    def replacing(self, method, **how):
        got = body(self, method, **how)
        if not seen:
            seen.append(how)
            s3.boto.put_object(Bucket=bucket, Key="x", Body=b"b" * (9 << 20))
        return got

    monkeypatch.setattr(S3Remote, "_body", replacing)
    target = io.BytesIO()
    assert remote.fetch("x", target) == 9 << 20
    assert set(target.getvalue()) == {ord("b")}


def test_what_is_missing_is_said_to_be(s3, bucket, remote, clock):
    with pytest.raises(RemoteNotFound, match=rf"s3://{bucket}: cannot read 'gone': there is no such object"):
        remote.fetch("gone", io.BytesIO())
    with (
        S3Remote(s3.login("no-such-bucket"), clock) as other,
        pytest.raises(RemoteNotFound, match="there is no such bucket"),
    ):
        other.find("")
    assert clock.slept == []


def test_a_source_that_is_missing_is_said_before_anything_happens(s3, bucket, remote, tmp_path):
    with pytest.raises(LocalStorageError, match="cannot read"):
        remote.stage(tmp_path / "nowhere", "x")
    assert s3.uploads(bucket) == []


def test_a_stall_ends_in_time(s3, bucket, clock, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(12_000_000))
    with FaultProxy("127.0.0.1", s3.port, [Fault(Spoil.STALL, 1_000_000)] * 9) as proxy:
        login = attrs.evolve(s3.login(bucket), endpoint_url=f"http://127.0.0.1:{proxy.port}")
        with (
            S3Remote(login, clock, timeout=0.5) as remote,
            pytest.raises(RemoteUnavailable, match=r"nothing moved for 0\.5 s; tried 3"),
        ):
            remote.stage(large, "x")


@pytest.fixture
def closed_door(s3, bucket):
    """Have the service check keys; gives a login with rights on the bucket alone."""
    iam = boto3.client(
        "iam",
        endpoint_url=s3.endpoint,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    iam.create_user(UserName=bucket)
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:List*", "s3:PutObject"],'
        ' "Resource": "*"}]}'
    )
    iam.put_user_policy(UserName=bucket, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=bucket)["AccessKey"]

    def after(count):
        url, text = f"{s3.endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(url, str(count).encode(), text, method="POST")).close()

    after(0)
    yield s3.login(bucket, access_key=Secret(key["AccessKeyId"]), secret_key=Secret(key["SecretAccessKey"]))
    after("inf")


def test_a_wrong_key_is_not_accepted_and_a_poor_one_lacks_rights(closed_door, clock, source):
    with S3Remote(closed_door, clock) as remote:
        remote.stage(source, "x").publish()
        assert [entry.path for entry in remote.find("")] == ["x"]
        with pytest.raises(RemoteError, match="the key lacks the right to do so") as told:
            remote.delete("x")
        assert type(told.value) is RemoteError
    for wrong in ({"secret_key": Secret("hunter2")}, {"access_key": Secret("AKIAHUNTER2")}):
        with S3Remote(attrs.evolve(closed_door, **wrong), clock) as remote:
            with pytest.raises(AuthenticationFailed, match="access key is not accepted") as told:
                remote.find("")
            assert "hunter2" not in str(told.value)
    assert clock.slept == []
