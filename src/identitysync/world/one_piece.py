"""Send the head and the body of a request in one piece: one packet and one TLS record less for each small request."""

from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class _InOnePiece(HTTPConnection):
    _held: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request."""
        self._held = []
        try:
            super().request(*args, **kwargs)
            whole = b"".join(self._held)
        finally:
            self._held = None
        self.send(whole)

    def send(self, data: Any) -> None:
        """Send what stands alone; keep what belongs to a request."""
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)


class _Connection(_InOnePiece):
    pass


class _SecureConnection(_InOnePiece, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def pool_manager(**options: Any) -> PoolManager:
    """Give a pool of such connections.

    Args:
        options: As for ``urllib3.PoolManager``; bodies must be bytes.

    Returns:
        The pool.
    """
    manager = PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager
