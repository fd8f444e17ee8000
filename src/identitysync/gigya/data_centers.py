"""Where Gigya's data centers are."""

import re
from typing import Final

from identitysync.errors import InvalidParameter

HOSTS: Final = {
    "us1": "us1.gigya.com",
    "eu1": "eu1.gigya.com",
    "au1": "au1.gigya.com",
    "eu2": "eu2.gigya.com",
    "ru1": "ru1.gigya.com",
    "global": "global.gigya.com",
    "cn1": "cn1.sapcdm.cn",
}
"""Data centers and their domains, as SAP's documentation lists them."""

_OWN: Final = ("gigya.com", "sapcdm.cn", "gigya-api.cn")
_METHOD: Final = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?")


def endpoint(method: str, data_center: str, url: str | None = None) -> str:
    """Give the address of a method.

    Args:
        method: The method with its namespace, such as ``accounts.search``.
        data_center: ``us1`` and the like, or a domain of one's own.
        url: An address that takes the data center's place, such as an emulator's or a proxy's.

    Returns:
        The address.

    Raises:
        InvalidParameter: There is no such data center, or the method has no namespace.
    """
    if _METHOD.fullmatch(method) is None:
        raise InvalidParameter(f"a Gigya method has a namespace, such as accounts.search; found {method!r}")
    if url:
        return f"{url.rstrip('/')}/{method}"
    domain = HOSTS.get(data_center.lower(), data_center if _DOMAIN.fullmatch(data_center) else "")
    if not domain:
        raise InvalidParameter(f"there is no data center {data_center!r}; there are {', '.join(HOSTS)}")
    return f"https://{method.partition('.')[0]}.{domain}/{method}"


def is_gigya(domain: str) -> bool:
    """Tell whether a domain is one of Gigya's.

    Args:
        domain: A domain, such as an answer names it.

    Returns:
        Whether requests may go there without anybody's word but the answer's.
    """
    return _DOMAIN.fullmatch(domain) is not None and domain.lower().endswith(tuple(f".{own}" for own in _OWN))
