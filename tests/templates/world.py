"""The other ends that templates talk to, and what must be filled in for them."""

import json
from functools import cache
from pathlib import Path

import attrs

import identitysync as idx
from identitysync.testing import GigyaEmulator, SftpServer

SECRET = "cGxhbnRlZC1zZWNyZXQtb2YtYS10ZXN0"


@cache
def pgp_keys():
    """A public and a private key, in base64."""
    import base64

    import pysequoia

    person = pysequoia.Tsk.generate(user_id="partner", profile=pysequoia.Profile.RFC4880)
    return [base64.b64encode(bytes(each)).decode() for each in (person.extract_certificate(), person)]


@attrs.frozen
class World:
    """Servers on loopback.

    Attributes:
        gigya: The site of the run.
        other: Another site, with the same accounts.
        sftp: An SFTP server.
        folder: A folder of this machine.
    """

    gigya: GigyaEmulator
    other: object
    sftp: SftpServer
    folder: Path

    def values_for(self, step):
        """Give what is to be filled in for a step; a kind that nobody thought of is an error."""
        kind = step.type.removeprefix("datasource.").partition(".")[2]
        if step.type.startswith("datasource.") and "gigya" in step.type:
            return self._site(step)
        if kind == "sftp":
            box = "incoming" if step.type.startswith("datasource.read") else "outgoing"
            server = {
                "host": self.sftp.host,
                "port": self.sftp.port,
                "hostKeyFingerprint": self.sftp.host_key_fingerprint,
            }
            return {**server, "username": "demo", "password": "demo-password", "remotePath": box}
        if kind == "file":
            return {"url": str(self.folder / ("incoming" if ".read." in step.type else "outgoing"))}
        known = {
            "file.encrypt.pgp": {"publicKey": pgp_keys()[0]},
            "file.decrypt.pgp": {"privateKey": pgp_keys()[1]},
            "file.format.aam": {"dpid": "21"},
        }
        if step.type in known:
            return known[step.type]
        left = [name for name, value in step.params.items() if value == ""]
        assert not left, f"{step.type} leaves {left} open: say in {Path(__file__).name} what its test server is"
        return {}

    def _site(self, step):
        if "apiKey" not in step.params:
            return {}
        site = self.gigya.site if ".read." in step.type else self.other.site
        return {"apiKey": site.api_key, "userKey": site.user_key, "secret": site.secret.reveal(), "url": self.gigya.url}

    def incoming(self):
        """Give the folders that readers look into."""
        return [self.sftp.root / "incoming", self.folder / "incoming"]

    def outgoing(self):
        """Give all files that were delivered."""
        folders = [self.sftp.root / "outgoing", self.folder / "outgoing"]
        return {path.name: path.read_bytes() for folder in folders if folder.exists() for path in folder.iterdir()}


def put_incoming(world, flow, uids):
    """Put a file into the way of the flow's reader that its parser and renames understand."""
    types = {step.type: step for step in flow.steps}
    renames = types["field.rename"].params["fields"] if "field.rename" in types else []
    names = {pair["targetField"]: pair["sourceField"] for pair in renames}
    if "file.parse.json" in types:
        name, text = "people.json", json.dumps([{"UID": uid, "profile": {"city": "Łódź"}} for uid in uids])
    else:
        columns = [names.pop("UID", "UID"), *names.values()]
        rows = [",".join([uid, *[f"Łódź{number}@example.com"] * len(names)]) for number, uid in enumerate(uids)]
        name, text = "people.csv", "\n".join([",".join(columns), *rows, ""])
    content = text.encode()
    for step in flow.steps:
        if step.type == "file.decrypt.pgp":
            content, name = _encrypted(content), f"{name}.pgp"
    for folder in world.incoming():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _encrypted(content):
    out = []
    steps = [
        idx.Step("r", "file.uncompress.gzip", next=["e"]),
        idx.Step("e", "file.encrypt.pgp", {"publicKey": pgp_keys()[0]}),
    ]
    idx.run(idx.Dataflow(steps=steps), inputs={"r": [content]}, outputs={"e": out}).raise_for_status()
    return out[0].open().read()
