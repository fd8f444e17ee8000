"""Buckets and containers that templates talk to: what comes in lies below ``incoming/``, all else went out."""

import contextlib
import json
from urllib.parse import quote

import attrs

from tests.remotes.azure.test_sas import Desk
from tests.world.loopback import Loopback

IN = "incoming/"
KINDS = ("amazon.s3", "azure.blob", "azure.sas", "googlecloud")


def box(step):
    return IN if ".read." in step.type else "outgoing/"


@attrs.frozen
class S3Bucket:
    """A bucket of moto's."""

    service: object
    bucket: str

    def values(self, step):
        keys = {"bucketName": self.bucket, "accessKey": "key", "secretKey": "secret", "objectKeyPrefix": box(step)}
        return {**keys, "endpointUrl": self.service.endpoint}

    def put(self, name, content):
        self.service.boto.put_object(Bucket=self.bucket, Key=IN + name, Body=content)

    def everything(self):
        get = self.service.boto.get_object
        return {key: get(Bucket=self.bucket, Key=key)["Body"].read() for key in self.service.keys(self.bucket)}


@attrs.frozen
class AzureContainer:
    """A container of azurite's, opened by the account's key."""

    azurite: object
    container: str

    def values(self, step):
        login = self.azurite.login(self.container)
        keys = {"accountName": login.account_name, "accountKey": login.account_key.reveal()}
        return {**keys, "container": self.container, "blobPrefix": box(step), "endpointUrl": login.endpoint_url}

    def put(self, name, content):
        with self.azurite.client(self.container) as client:
            client.upload_blob(IN + name, content)

    def everything(self):
        with self.azurite.client(self.container) as client:
            return {blob.name: client.download_blob(blob.name).readall() for blob in client.list_blobs()}


@attrs.frozen
class SignedContainer:
    """A folder in a container of azurite's, opened by a service that signs."""

    inner: AzureContainer
    services: dict

    def values(self, step):
        url = self.services[box(step)].url
        keys = {"loginUrl": f"{url}/tenant", "clientId": "me", "clientSecret": "s3cret"}
        return {**keys, "authenticationUrl": url, "blobUri": "/api/sasstorage/create/"}

    def put(self, name, content):
        self.inner.put(name, content)

    def everything(self):
        return self.inner.everything()


@attrs.frozen
class GcsBucket:
    """A bucket of gcp-storage-emulator's."""

    gcs: object
    bucket: str

    def values(self, step):
        keys = {"bucket": self.bucket, "projectId": "tests", "clientEmail": "idx@tests.example"}
        more = {"objectKeyPrefix": box(step), "endpointUrl": self.gcs.login(self.bucket).endpoint_url}
        return {**keys, "privateKey": self.gcs.private_key, **more}

    def put(self, name, content):
        self.gcs.put(self.bucket, IN + name, content)

    def everything(self):
        found = json.loads(self.gcs.request("GET", f"/storage/v1/b/{self.bucket}/o")).get("items", ())
        place = f"/download/storage/v1/b/{self.bucket}/o"
        return {
            each["name"]: self.gcs.request("GET", f"{place}/{quote(each['name'], safe='')}?alt=media") for each in found
        }


class Buckets:
    """Start what a flow needs, when it needs it."""

    def __init__(self, have):
        """Remember how fixtures are asked for."""
        self._have, self._stack, self._made = have, contextlib.ExitStack(), {}

    def of(self, kind):
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def needed(self, flow):
        """Give the buckets of a flow's steps."""
        kinds = {step.type.removeprefix("datasource.").partition(".")[2] for step in flow.steps}
        return [self.of(kind) for kind in KINDS if kind in kinds]

    def outgoing(self, flow):
        """Give all that went into them, by names without folders of the run."""
        return {
            name.removeprefix("outgoing/"): content
            for bucket in self.needed(flow)
            for name, content in bucket.everything().items()
            if not name.startswith(IN)
        }

    def close(self):
        self._stack.close()

    def _make(self, kind):
        have = self._have
        if kind == "amazon.s3":
            return S3Bucket(have("s3"), have("bucket"))
        if kind == "googlecloud":
            return GcsBucket(have("gcs"), have("gcs_bucket"))
        azurite, container = have("azurite"), have("container")
        if kind == "azure.blob":
            return AzureContainer(azurite, container)
        desks = {folder: Desk(azurite, container, f"/{folder.rstrip('/')}") for folder in (IN, "outgoing/")}
        services = {folder: self._stack.enter_context(Loopback(desk)) for folder, desk in desks.items()}
        return SignedContainer(AzureContainer(azurite, container), services)
