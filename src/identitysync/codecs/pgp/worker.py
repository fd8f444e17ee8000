"""A process of its own for one piece of work, because Sequoia neither lets other threads run nor can be stopped.

It reads what to do as JSON on its standard input, and answers in JSON on its standard output. It is run by its path and
imports nothing of this package.
"""

import base64
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


def main() -> None:
    """Do one piece of work."""
    job = json.load(sys.stdin)
    sys.path[:] = job["sys_path"]
    import pysequoia

    try:
        answer = _WORK[job["work"]](pysequoia, job)
    except _CannotUnlock as fault:
        answer = {"stage": "key", "error": str(fault)}
    except (RuntimeError, OSError) as fault:
        answer = {"stage": "work", "error": str(fault)}
    json.dump(answer, sys.stdout)


class _CannotUnlock(Exception):
    """The private key, or its passphrase, is wrong."""


def _encrypt(library: Any, job: dict[str, Any]) -> dict[str, Any]:
    keys = library.Cert.split_bytes(_key(job, "public"))
    for key in keys:
        if key.is_revoked:
            raise RuntimeError(f"the key {key.fingerprint} was revoked by its owner")
        if key.expiration is not None and key.expiration < datetime.now(UTC):
            raise RuntimeError(f"the key {key.fingerprint} expired at {key.expiration:%Y-%m-%d %H:%M} UTC")
    signer = _signer(library, job) if job["private"] else None
    library.encrypt_file(job["input"], job["output"], keys, signer, armor=job["armor"])
    return {}


def _sign(library: Any, job: dict[str, Any]) -> dict[str, Any]:
    library.sign_file(_signer(library, job), job["input"], job["output"], armor=job["armor"])
    return {}


def _decrypt(library: Any, job: dict[str, Any]) -> dict[str, Any]:
    fault: RuntimeError | None = None
    for key in _keys(library, _key(job, "private")):
        decryptor = _unlocked(key, job, "decryptor")
        try:
            done = library.decrypt_file(job["input"], job["output"], decryptor, _store(library, job))
        except RuntimeError as raised:
            fault = fault or raised
            if not str(raised).startswith("No key to decrypt"):
                raise
        else:
            return {"signatures": len(done.valid_sigs)}
    raise fault or RuntimeError("No key to decrypt")


def _keys(library: Any, data: bytes) -> Iterator[Any]:
    """Give the key, and then the key with each of its subkeys alone: the library tries one subkey only."""
    yield library.Tsk.from_bytes(data)
    packets = list(library.packet.PacketPile.from_bytes(data))
    subkey = library.packet.Tag.SecretSubkey
    starts = [number for number, packet in enumerate(packets) if packet.tag == subkey]
    for start, end in zip(starts, [*starts[1:], len(packets)], strict=True):
        if len(starts) > 1:
            yield library.Tsk.from_packets(packets[: starts[0]] + packets[start:end])


def _verify(library: Any, job: dict[str, Any]) -> dict[str, Any]:
    # what only verifies keeps the whole file in memory; what decrypts does not, and takes unencrypted files too
    nobody = library.Tsk.generate(user_id="nobody").decryptor()
    done = library.decrypt_file(job["input"], job["output"], nobody, _store(library, job))
    return {"signatures": len(done.valid_sigs)}


_WORK = {"encrypt": _encrypt, "sign": _sign, "decrypt": _decrypt, "verify": _verify}


def _signer(library: Any, job: dict[str, Any]) -> Any:
    try:
        key = library.Tsk.from_bytes(_key(job, "private"))
    except RuntimeError as fault:
        raise _CannotUnlock(str(fault)) from fault
    return _unlocked(key, job, "signer")


def _unlocked(key: Any, job: dict[str, Any], what: str) -> Any:
    try:
        return getattr(key, what)(job["passphrase"] or None)
    except RuntimeError as fault:
        raise _CannotUnlock(str(fault)) from fault


def _store(library: Any, job: dict[str, Any]) -> Any:
    if not job["public"]:
        return None
    keys = library.Cert.split_bytes(_key(job, "public"))
    return lambda _: keys


def _key(job: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(job[name])


if __name__ == "__main__":
    main()
