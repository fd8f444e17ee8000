"""Where Gigya's data centers are."""

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


def endpoint(method: str, data_center: str, url: str | None = None) -> str:
    """Give the address of a method.

    Args:
        method: The method with its namespace, such as ``accounts.search``.
        data_center: ``us1`` and the like, or a domain of one's own.
        url: An address that takes the data center's place, such as an emulator's.

    Returns:
        The address.

    Raises:
        InvalidParameter: There is no such data center, or the method has no namespace.
    """
    namespace, dot, _ = method.partition(".")
    if not dot:
        raise InvalidParameter(f"a Gigya method has a namespace, such as accounts.search; found {method!r}")
    if url:
        return f"{url.rstrip('/')}/{method}"
    host = HOSTS.get(data_center.lower(), data_center if "." in data_center else "")
    if not host:
        raise InvalidParameter(f"there is no data center {data_center!r}; there are {', '.join(HOSTS)}")
    return f"https://{namespace}.{host}/{method}"
