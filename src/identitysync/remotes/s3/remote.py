"""A bucket as a place for files: keys are paths, folders are what keys have in common."""

import base64
import hashlib
import io
import posixpath
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO, Final, Self, TypeAlias, TypeVar, cast

from identitysync.contract import Clock
from identitysync.errors import LocalStorageError, RemoteError, RemoteNotFound
from identitysync.remotes.attempts import persist
from identitysync.remotes.base import Entry
from identitysync.remotes.moving import moving
from identitysync.remotes.names import safe_name
from identitysync.remotes.s3.faults import speaking
from identitysync.remotes.s3.login import S3Login
from identitysync.remotes.s3.staged import Part, StagedParts
from identitysync.remotes.storage import LocalTarget, Source, blocks, local_storage

T = TypeVar("T")
Entries: TypeAlias = list[Entry]

_BLOCK: Final = 8 << 20
_PART: Final = 16 << 20
_MOST_PARTS: Final = 9_000
"""A little less than S3 allows."""


class S3Remote:
    """A bucket. An upload is complete, and unseen, until it is published; an older object stays until then."""

    def __init__(self, login: S3Login, clock: Clock, *, timeout: float = 60.0) -> None:
        """Remember where to connect.

        Args:
            login: Which bucket, and as whom.
            clock: Passes the time between two attempts.
            timeout: Seconds that may pass until something moves.
        """
        self._login, self._clock, self._timeout = login, clock, timeout
        self._files: Any = None
        self._lock = threading.Lock()

    def list(self, folder: str = "") -> Entries:
        """Give the objects of a folder, without its sub-folders."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""
        found = self._listed(prefix, Delimiter="/")
        if found is None and folder:
            raise RemoteNotFound(f"there is nothing below {self.address(prefix)}")
        return found or []

    def find(self, prefix: str) -> Entries:
        """Give all objects whose keys begin with a prefix, which may be a whole key.

        Args:
            prefix: The prefix; empty for all of the bucket.

        Returns:
            The objects; what stands for a folder is left out.
        """
        return self._listed(prefix) or []

    def fetch(self, path: str, target: BinaryIO) -> int:
        """Copy an object into an empty stream; when it is replaced meanwhile, from the start again."""
        kept = LocalTarget(target)

        def work() -> int:
            kept.restart()
            head = self._call("head_object", Key=path)
            size, etag = int(head["ContentLength"]), head["ETag"]

            def read(start: int, length: int) -> bytes:
                return self._body("get_object", Key=path, Range=f"bytes={start}-{start + length - 1}", IfMatch=etag)

            return kept.fill(size, _BLOCK, read)

        return self._do(f"read {path!r}", work)

    def stage(self, source: Source, path: str) -> StagedParts:
        """Upload an object in parts, each verified by the service; it is not seen before it is published."""
        safe_name(posixpath.basename(path))
        with local_storage(f"read {source}"):
            size = source.stat().st_size
        if not size:
            return StagedParts(self, path, "", ())
        doing = f"write {path!r}"
        upload = str(self._do(doing, lambda: self._call("create_multipart_upload", Key=path)["UploadId"]))
        parts: list[Part] = []
        try:
            for number, block in enumerate(blocks(source, max(_PART, -(-size // _MOST_PARTS))), 1):
                parts.append(self._do(doing, lambda: self._send(path, upload, number, block)))  # noqa: B023 - it is called at once
        except BaseException:
            with suppress(RemoteError):  # the first error matters more
                self.abort(path, upload)
            raise
        if sum(part.size for part in parts) != size:
            self.abort(path, upload)
            raise LocalStorageError(f"{source} had {size} bytes, and others while it was read")
        return StagedParts(self, path, upload, tuple(parts))

    def complete(self, path: str, upload: str, parts: tuple[Part, ...]) -> None:
        """Make an object of its parts; done again after a drop, it finds itself done.

        Args:
            path: The key.
            upload: The upload; empty for an object without bytes.
            parts: All parts, in order.
        """

        def work() -> None:
            if not upload:
                self._call("put_object", Key=path, Body=b"")
                return
            listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
            try:
                self._call("complete_multipart_upload", Key=path, UploadId=upload, MultipartUpload={"Parts": listed})
            except FileNotFoundError as fault:  # there is no such upload any more
                there = ""
                with suppress(FileNotFoundError):
                    there = self._call("head_object", Key=path)["ETag"]
                if not there or there != Part.whole(parts):
                    message = (
                        f"{self.address(path)}: the upload was aborted meanwhile, by a lifecycle rule or by somebody"
                    )
                    raise RemoteError(message) from fault

        self._do(f"write {path!r}", work)

    def abort(self, path: str, upload: str) -> None:
        """Have the service forget an upload with all its parts, if it knows it."""

        def work() -> None:
            with suppress(FileNotFoundError):
                self._call("abort_multipart_upload", Key=path, UploadId=upload)

        self._do(f"abort the upload of {path!r}", work)

    def delete(self, path: str) -> None:
        """Remove an object."""

        def work() -> None:
            self._call("head_object", Key=path)  # S3 itself says nothing of an object that is not there
            self._call("delete_object", Key=path)

        self._do(f"remove {path!r}", work)

    def move(self, entry: Entry, path: str) -> None:
        """Copy an object within the bucket, and remove the first."""
        safe_name(posixpath.basename(path))
        bucket = self._login.bucket_name

        def work() -> None:
            self._call("head_object", Key=entry.path)
            self._open().cp_file(f"{bucket}/{entry.path}", f"{bucket}/{path}")

        self._do(f"move {entry.path!r} to {path!r}", work)
        self.delete(entry.path)

    def make_folders(self, path: str) -> None:
        """Make nothing: folders are there when something is in them."""

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            self._files = None  # s3fs closes them when nobody needs it any more

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address(self, path: str) -> str:
        """Give the address of an object for people."""
        return f"s3://{self._login.bucket_name}/{path}"

    def _listed(self, prefix: str, **how: str) -> Entries | None:
        """Give the objects below a prefix, or None when there is nothing at all."""

        def pages() -> Iterator[dict[str, Any]]:
            page = self._call("list_objects_v2", Prefix=prefix, **how)
            yield page
            while page.get("IsTruncated"):
                page = self._call(
                    "list_objects_v2", Prefix=prefix, ContinuationToken=page["NextContinuationToken"], **how
                )
                yield page

        def work() -> Entries | None:
            found, folders = [], False
            for page in pages():
                found += page.get("Contents", ())
                folders |= bool(page.get("CommonPrefixes"))
            if not found and not folders:
                return None
            named = [each for each in found if not each["Key"].endswith("/")]
            return [
                Entry(posixpath.basename(each["Key"]), each["Key"], int(each["Size"]), each["LastModified"])
                for each in named
            ]

        return self._do(f"list {prefix!r}", work)

    def _send(self, path: str, upload: str, number: int, block: bytes) -> Part:
        digest = hashlib.md5(block, usedforsecurity=False)
        body = io.BytesIO(block)
        told = self._call(
            "upload_part", Key=path, UploadId=upload, PartNumber=number, Body=body,
            ContentMD5=base64.b64encode(digest.digest()).decode(),
        )  # fmt: skip
        return Part(number, told["ETag"], len(block))

    def _do(self, what: str, work: Callable[[], T]) -> T:
        where = f"s3://{self._login.bucket_name}: cannot {what}"

        def once() -> T:
            with speaking(where):
                return work()

        return persist(once, where, self._clock)

    def _call(self, method: str, **how: Any) -> Any:
        """Ask for something, and give the answer; a body of it is still on the line."""

        async def answer(files: Any) -> Any:
            asked = files._call_s3(method, Bucket=self._login.bucket_name, **how)  # noqa: SLF001 - what call_s3 awaits
            return await (moving(asked, how["Body"], self._timeout) if how.get("Body") else asked)

        return self._await(answer)

    def _body(self, method: str, **how: Any) -> bytes:
        """Give the whole body of an answer."""

        async def read(files: Any) -> bytes:
            answer = await files._call_s3(method, Bucket=self._login.bucket_name, **how)  # noqa: SLF001
            async with answer["Body"] as body:
                return bytes(await body.read())

        return bytes(self._await(read))

    def _await(self, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        from fsspec.asyn import sync

        files = self._open()
        return cast(T, sync(files.loop, work, files))

    def _open(self) -> Any:
        with self._lock:
            if self._files is None:
                self._files = _file_system(self._login, self._timeout)
            return self._files


@cache
def _descriptions() -> Any:
    """Give what knows the API and no login: reading its descriptions takes longer than most calls."""
    from aiobotocore.session import AioSession

    return AioSession()


def _file_system(login: S3Login, timeout: float) -> Any:
    from s3fs import S3FileSystem

    files = S3FileSystem(
        key=login.access_key.reveal(),
        secret=login.secret_key.reveal(),
        endpoint_url=login.endpoint_url or None,
        client_kwargs={"region_name": login.region} if login.region else {},
        cache_regions=not (login.endpoint_url or login.region),
        config_kwargs={
            "connect_timeout": timeout,
            "read_timeout": timeout,
            "retries": {"total_max_attempts": 1},  # trying again is done here, for all places alike
            "request_checksum_calculation": "when_required",  # other services do not know the newer checksums
            "response_checksum_validation": "when_required",
        },
        session=_descriptions(),
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    files.retries = 1
    return files
