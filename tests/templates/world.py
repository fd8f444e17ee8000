"""The other ends that templates talk to, and what must be filled in for them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import attrs

import identitysync as idx
from identitysync.testing import GigyaEmulator, SftpServer
from tests.remotes.ftp.servers import PASSWORD
from tests.templates.buckets import KINDS, Buckets
from tests.templates.ends import Ends

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
        ftp: Starts an FTP server when it is asked.
        buckets: Starts stores of objects when they are asked for.
        ends: Starts platforms when they are asked for.
    """

    gigya: GigyaEmulator
    other: object
    sftp: SftpServer
    folder: Path
    ftp: Callable
    buckets: Buckets
    ends: Ends

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
        if kind in KINDS:
            return self.buckets.of(kind).values(step)
        if kind == "ftp":
            box = "incoming" if ".read." in step.type else "outgoing"
            server = {"host": "127.0.0.1", "port": self.ftp().port, "encryption": "none"}
            return {**server, "username": "demo", "password": PASSWORD, "remotePath": box}
        if kind == "file":
            return {"url": str(self.folder / ("incoming" if ".read." in step.type else "outgoing"))}
        if step.type.startswith("datasource.") and self.ends.knows(kind):
            module, end = self.ends.of(kind)
            return module.values(end, step)
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

    def put(self, name, content, flow):
        """Put a file where the flow's reader looks."""
        for bucket in self.buckets.needed(flow):
            bucket.put(name, content)
        roots = [self.sftp.root, self.folder]
        if any(step.type == "datasource.read.ftp" for step in flow.steps):
            roots.append(self.ftp().root)
        for root in roots:
            (root / "incoming").mkdir(parents=True, exist_ok=True)
            (root / "incoming" / name).write_bytes(content)

    def outgoing(self, flow):
        """Give all files that the flow delivered."""
        made = self.buckets.outgoing(flow)
        for kind in self.ends.kinds(flow):
            module, end = self.ends.of(kind)
            made |= module.arrived(end)
        roots = [self.sftp.root, self.folder]
        types = {step.type for step in flow.steps}
        if "datasource.write.ftp" in types:
            roots.append(self.ftp().root)
        folders = [root / "outgoing" for root in roots]
        return made | {
            path.name: path.read_bytes() for folder in folders if folder.exists() for path in folder.iterdir()
        }


def put_incoming(world, flow, uids):
    """Put a file into the way of the flow's reader that its parser and renames understand."""
    for kind in world.ends.kinds(flow):
        module, end = world.ends.of(kind)
        if hasattr(module, "put"):
            module.put(end, uids)
    types = {step.type: step for step in flow.steps}
    if not any(each.startswith("file.parse.") for each in types):
        return
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
    world.put(name, content, flow)


def _encrypted(content):
    out = []
    steps = [
        idx.Step("r", "file.uncompress.gzip", next=["e"]),
        idx.Step("e", "file.encrypt.pgp", {"publicKey": pgp_keys()[0]}),
    ]
    idx.run(idx.Dataflow(steps=steps), inputs={"r": [content]}, outputs={"e": out}).raise_for_status()
    return out[0].open().read()
