"""A container to which a service of its owner gives the keys."""

import datetime as dt
import json
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import generate_container_sas

from identitysync.errors import AuthenticationFailed, RemoteError, RemoteUnavailable
from identitysync.remotes.azure import AzureRemote, SasContainer, SasLogin
from identitysync.values import Secret
from tests.world.loopback import Loopback, Reply


class Desk:
    """Give tokens and signatures, as an owner's service does."""

    def __init__(self, azurite, container, folder="", form=json.dumps):
        self.azurite, self.container, self.folder, self.form = azurite, container, folder, form
        self.seconds, self.rights, self.given = 60, "rwdlc", 0

    def __call__(self, request):
        if request.target.endswith("/token"):
            asked = {key: value[0] for key, value in parse_qs(request.body.decode()).items()}
            if asked["client_secret"] != "s3cret" or asked["grant_type"] != "client_credentials":
                return Reply(b'{"error": "invalid_client"}', 401)
            return Reply(json.dumps({"access_token": "a token", "resource": asked["resource"]}).encode())
        if request.headers.get("authorization") != "Bearer a token":
            return Reply(b"", 401)
        self.given += 1
        return Reply(self.form(self.address()).encode())

    def address(self):
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.seconds)
        signature = generate_container_sas(
            self.azurite.account, self.container, self.azurite.key, permission=self.rights, expiry=until
        )
        place = f"http://127.0.0.1:{self.azurite.port}/{self.azurite.account}/{self.container}"
        return f"{place}{self.folder}?{signature}"


@pytest.fixture
def desk(azurite, container):
    return Desk(azurite, container)


def login(service, **more):
    how = {"login_url": f"{service.url}/tenant", "client_id": "me", "client_secret": Secret("s3cret")}
    return SasLogin(**{**how, "authentication_url": service.url, "blob_uri": "/api/sas/create/", **more})


def names(azurite, container):
    with azurite.client(container) as client:
        return [blob.name for blob in client.list_blobs()]


@pytest.mark.parametrize(
    "form",
    [str, json.dumps, lambda address: json.dumps({"a": 1, "data": {"sasUri": address}})],
    ids=["text", "JSON text", "JSON object"],
)
def test_a_signed_address_opens_the_container(desk, azurite, container, clock, source, form):
    desk.form = form
    with Loopback(desk) as service, AzureRemote(SasContainer(login(service), clock), clock) as remote:
        remote.stage(source, "out/x.csv").publish()
        assert [entry.path for entry in remote.find("")] == ["out/x.csv"]
        address = remote.address("out/x.csv")
        assert address == f"http://127.0.0.1:{azurite.port}/tests/{container}/out/x.csv"
    assert desk.given == 1


def test_all_happens_below_the_folder_that_is_signed(desk, azurite, container, clock, source):
    desk.folder = "/mine"
    with azurite.client(container) as client:
        client.upload_blob("elsewhere", b"")
    with Loopback(desk) as service, AzureRemote(SasContainer(login(service), clock), clock) as remote:
        remote.stage(source, "in/x").publish()
        assert [entry.path for entry in remote.find("")] == ["in/x"]
        remote.move(remote.find("")[0], "done/x")
        assert [entry.path for entry in remote.list("done")] == ["done/x"]
        assert remote.address("done/x").endswith(f"{container}/mine/done/x")
        remote.delete("done/x")
    assert names(azurite, container) == ["elsewhere"]


def test_the_service_may_give_the_signature_alone(desk, azurite, container, clock, source):
    desk.form = lambda address: json.dumps({"token": f"?{address.partition('?')[2]}"})
    place = desk.address().partition("?")[0]
    with Loopback(desk) as service, AzureRemote(SasContainer(login(service, blob_uri=place), clock), clock) as remote:
        remote.stage(source, "x").publish()
    assert names(azurite, container) == ["x"]


def test_another_signature_is_asked_for_when_one_is_over(desk, clock, source):
    desk.seconds = -60
    with Loopback(desk) as service, AzureRemote(SasContainer(login(service), clock), clock) as remote:
        with pytest.raises(AuthenticationFailed) as told:
            remote.find("")
        assert "sig=" not in str(told.value)
        assert desk.given == 2
        desk.seconds = 60
        remote.stage(source, "x").publish()
        assert desk.given == 3


def test_a_wrong_secret_is_said_and_not_shown(desk, clock):
    with Loopback(desk) as service:
        wrong = login(service, client_secret=Secret("hunter2"))
        with (
            AzureRemote(SasContainer(wrong, clock), clock) as remote,
            pytest.raises(AuthenticationFailed, match="does not accept") as told,
        ):
            remote.find("")
    assert "hunter2" not in str(told.value)
    assert desk.given == 0


@pytest.mark.parametrize("answer", ["nothing", '{"uri": "https://acme.blob.core.windows.net/c"}', ""])
def test_an_answer_without_a_signature_is_said_to_be(desk, clock, answer):
    desk.form = lambda address: answer
    with (
        Loopback(desk) as service,
        AzureRemote(SasContainer(login(service), clock), clock) as remote,
        pytest.raises(RemoteError, match=r"was to answer with the signed address of a container"),
    ):
        remote.find("")


def test_no_signature_stands_in_an_error(desk, azurite, clock, source):
    from tests.remotes.processes import free_port

    desk.azurite = type(azurite)(free_port(), azurite.account, azurite.key)
    with (
        Loopback(desk) as service,
        AzureRemote(SasContainer(login(service), clock), clock) as remote,
        pytest.raises(RemoteUnavailable) as told,
    ):
        remote.find("")
    assert "sig=" not in str(told.value).replace("sig=***", "")
