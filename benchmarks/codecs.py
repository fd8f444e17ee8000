"""Every codec and formatter on a large file, against the library that it stands on: speed as a ratio, and peak memory.

Each measurement is a process of its own, on the same file, the best of three in turns; what is unpacked was packed by
the library. Prints megabytes of plain data per second of each side, their ratio (ours by theirs), and the peak memory of
ours; what OpenPGP does in another process is told apart. Seconds are those of the processor, so that neither others at
work on the machine nor a slow disk count. Krux and Audience Manager stand on no library: theirs is the
plainest loop, which looks for nothing that might be wrong, and no ratio is asked for.

``python benchmarks/codecs.py [MEGABYTES] [NAME…]``, 1000 megabytes unless told otherwise.
"""

import csv
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copyfileobj

BLOCK = 1 << 20
MEMORY = 100
RATIO = 0.5
ROUNDS = 3
KEY = "CODECS_KEY"  # names the file of the key that all processes share
LATE = {"seconds": float("inf")}


def make(path: Path, size: int) -> None:
    """Write lines of accounts, the same few again and again."""
    from identitysync.testing import generate_accounts
    from identitysync.values import json_bytes

    part = b"".join(json_bytes(account) + b"\n" for account in generate_accounts(20_000))
    with path.open("wb") as target:
        while target.tell() < size:
            target.write(part[: size - target.tell()])


def records() -> list[dict[str, object]]:
    """Give flat records, as they reach a formatter in a usual flow."""
    from identitysync.testing import generate_accounts

    return [
        {
            "UID": account["UID"],
            "email": f"p{number}@example.com",
            "name": "Ada",
            "city": "Łódź",
            "age": 40,
            "ok": True,
            "note": "x" * 60,
        }
        for number, account in enumerate(generate_accounts(5000))
    ]


def built(type: str, params: dict[str, object]) -> object:
    """Build one of our scripts as a flow does."""
    import identitysync as idx
    from identitysync.plan.bind import bind

    return bind(idx.Step("x", type, params), "$", idx.scripts(), lambda _: None, run=False).script


def through(script: object, source: Path, target: Path) -> None:
    """Bring a file through one of our scripts."""
    import identitysync as idx

    if isinstance(script, idx.FileTransform):
        with source.open("rb") as stream, target.open("wb") as made:
            script.convert(stream, made)
        return
    assert isinstance(script, idx.FileFlatMapper)
    for number, (_, blocks) in enumerate(script.expand(idx.File("a.csv", source))):
        with target.with_suffix(f".{number}" if number else "").open("wb") as made:
            made.writelines(blocks)


def format_ours(script: object, source: Path, target: Path) -> None:
    """Write records by one of our formatters until the file is as large as the source."""
    import identitysync as idx

    assert isinstance(script, idx.Formatter)
    size, batches, encoder = source.stat().st_size, _batches(), script.encoder()
    with target.open("wb") as made:
        made.write(encoder.start())
        while made.tell() < size:
            made.write(encoder.encode(next(batches)) + encoder.joint)
        made.write(encoder.finish())


def format_csv(source: Path, target: Path) -> None:
    size, batches = source.stat().st_size, _batches()
    with target.open("w", encoding="utf-8", newline="") as made:
        writer = csv.writer(made, lineterminator="\n")
        while target.stat().st_size < size:
            writer.writerows([list(record.values()) for record in next(batches)])


def format_msgspec(source: Path, target: Path) -> None:
    import msgspec

    size, batches, encoder = source.stat().st_size, _batches(), msgspec.json.Encoder()
    with target.open("wb") as made:
        while made.tell() < size:
            made.write(encoder.encode_lines(next(batches)))


def format_pairs(between: str, quote: str, sign: str, joint: str, source: Path, target: Path) -> None:
    """Write a user and pairs by the plainest loop that there is, which looks for nothing that might be wrong."""
    size, batches = source.stat().st_size, _batches()
    with target.open("wb") as made:
        while made.tell() < size:
            lines = []
            for record in next(batches):
                (_, user), *rest = record.items()
                pairs = [f"{quote}{name}{quote}{sign}{quote}{value}{quote}" for name, value in rest]
                lines.append(f"{user}{between}{joint.join(pairs)}\n")
            made.write("".join(lines).encode())


def _batches() -> "itertools.cycle[list[dict[str, object]]]":
    whole = records()
    return itertools.cycle([whole[start : start + 1000] for start in range(0, len(whole), 1000)])


def gzip_theirs(source: Path, target: Path) -> None:
    from isal import igzip

    with source.open("rb") as stream, igzip.open(target, "wb", 1) as made:
        copyfileobj(stream, made, BLOCK)


def gunzip_theirs(source: Path, target: Path) -> None:
    from isal import igzip

    with igzip.open(source, "rb") as stream, target.open("wb") as made:
        copyfileobj(stream, made, BLOCK)


def zip_theirs(source: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.write(source, "a.csv")


def unzip_theirs(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as archive, archive.open("a.csv") as stream, target.open("wb") as made:
        copyfileobj(stream, made, BLOCK)


def lzo_theirs(source: Path, target: Path) -> None:
    """Blocks of the library with their lengths and checksums, without a container."""
    import lzallright

    squeezer = lzallright.LZOCompressor()
    with source.open("rb") as stream, target.open("wb") as made:
        while block := stream.read(256 << 10):
            packed = squeezer.compress(block)
            made.write(b"%12d%12d" % (len(packed), zlib.adler32(block)))
            made.write(packed)


def unlzo_theirs(source: Path, target: Path) -> None:
    import lzallright

    with source.open("rb") as stream, target.open("wb") as made:
        while head := stream.read(24):
            block = lzallright.LZOCompressor.decompress(stream.read(int(head[:12])), 256 << 10)
            assert zlib.adler32(block) == int(head[12:])
            made.write(block)


def keys() -> tuple[str, str]:
    """A public and a private key, made once for all processes."""
    import base64

    import pysequoia

    path = Path(os.environ[KEY])
    if not path.exists():
        path.write_bytes(bytes(pysequoia.Tsk.generate(user_id="bench", profile=pysequoia.Profile.RFC4880)))
    person = pysequoia.Tsk.from_bytes(path.read_bytes())
    public, private = (base64.b64encode(bytes(each)).decode() for each in (person.extract_certificate(), person))
    return public, private


def pgp_theirs(work: str, source: Path, target: Path) -> None:
    import base64

    import pysequoia

    public, private = (base64.b64decode(each) for each in keys())
    person, cert = pysequoia.Tsk.from_bytes(private), pysequoia.Cert.from_bytes(public)
    if work == "encrypt":
        pysequoia.encrypt_file(str(source), str(target), [cert], armor=False)
    elif work == "sign":
        pysequoia.sign_file(person.signer(), str(source), str(target), armor=False)
    else:
        pysequoia.decrypt_file(
            str(source), str(target), person.decryptor(), (lambda _: [cert]) if work == "verify" else None
        )


def ours(name: str) -> Callable[[Path, Path], None]:
    """Prepare our side of a measurement."""
    if name.startswith("file.format."):
        params = {"dpid": "1"} if name.endswith("aam") else {"fileName": "x"}
        params |= {"file.format.dsv": {"columnSeparator": ","}, "file.format.json": {"lines": True}}.get(name, {})
        params |= {"emailField": "email"} if name.endswith("mailchimp") else {}
        return partial(format_ours, built(name, params))
    public, private = keys() if name.endswith(".pgp") else ("", "")
    params = {
        "file.encrypt.pgp": {"publicKey": public},
        "file.decrypt.pgp": {"privateKey": private},
        "file.sign.pgp": {"signingKey": private},
        "file.verify.pgp": {"publicKey": public},
        "file.compress.lzo": {"createIndexFile": True},
    }
    return partial(through, built(name, params.get(name, {})))


THEIRS = {
    "file.compress.gzip": gzip_theirs, "file.uncompress.gzip": gunzip_theirs,
    "file.compress.zip": zip_theirs, "file.uncompress.zip": unzip_theirs,
    "file.compress.lzo": lzo_theirs, "file.uncompress.lzo": unlzo_theirs,
    "file.encrypt.pgp": lambda *paths: pgp_theirs("encrypt", *paths),
    "file.decrypt.pgp": lambda *paths: pgp_theirs("decrypt", *paths),
    "file.sign.pgp": lambda *paths: pgp_theirs("sign", *paths),
    "file.verify.pgp": lambda *paths: pgp_theirs("verify", *paths),
    "file.format.dsv": format_csv, "file.format.json": format_msgspec, "file.format.salesforce": format_csv,
    "file.format.mailchimp": format_csv,
    "file.format.krux": lambda *paths: format_pairs("^", "", ":", ";", *paths),
    "file.format.aam": lambda *paths: format_pairs("\t", '"', "=", ",", *paths),
}  # fmt: skip
ALONE = {"krux", "aam"}
FORTH = {"uncompress": "compress", "decrypt": "encrypt", "verify": "sign"}


def busy() -> float:
    """Tell the seconds that this process, and others that it started, kept a processor busy."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def one(name: str, side: str, source: Path, target: Path) -> None:
    work = ours(name) if side == "ours" else THEIRS[name]
    began = busy()
    work(source, target)
    seconds = busy() - began
    peaks = [resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "own": peaks[0], "other": peaks[1]}))


def measured(name: str, side: str, source: Path, target: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, side, str(source), str(target)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def main(megabytes: int, names: list[str]) -> int:
    short = 0
    with tempfile.TemporaryDirectory() as folder:
        plain, packed, made = Path(folder, "plain"), Path(folder, "packed"), Path(folder, "made")
        os.environ[KEY] = str(Path(folder, "key"))
        make(plain, megabytes * 1_000_000)
        print(f"{megabytes} MB             ours MB/s  theirs MB/s  ratio  memory MB  in another process")
        for name in names:
            _, kind, codec = name.split(".")
            told: dict[str, dict[str, float]] = {}
            for side in ("theirs", "ours") * ROUNDS:
                source = plain
                if kind in FORTH:  # containers differ for LZO: each side reads its own
                    source, forth = packed, f"file.{FORTH[kind]}.{codec}"
                    measured(forth, side if codec == "lzo" else "theirs", plain, packed)
                told[side] = min(
                    told.get(side, LATE), measured(name, side, source, made), key=lambda each: each["seconds"]
                )
            speeds = {side: megabytes / each["seconds"] for side, each in told.items()}
            ratio, own = speeds["ours"] / speeds["theirs"], told["ours"]["own"]
            other = f"{told['ours']['other']:9.0f}" if codec == "pgp" else ""
            fast = ratio >= RATIO or codec in ALONE
            verdict = "" if fast and own <= MEMORY else "  TOO LITTLE"
            short += bool(verdict)
            print(
                f"{name:22}{speeds['ours']:10.0f}{speeds['theirs']:13.0f}{ratio:7.2f}{own:11.0f}{other}{verdict}",
                flush=True,
            )
    return short


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
    else:
        size, *wanted = sys.argv[1:] or ["1000"]
        sys.exit(1 if main(int(size), wanted or list(THEIRS)) else 0)
