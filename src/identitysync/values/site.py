"""A Gigya site and the key that opens it."""

from collections.abc import Mapping

import attrs

from identitysync.values.secret import Secret


def _secret(value: Secret | str) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


@attrs.frozen
class Site:
    """Say which Gigya site to work on, and with which application key.

    Attributes:
        api_key: The site's API key.
        user_key: The application's user key.
        secret: The application's secret (base64), a ``Secret`` or text.
        data_center: ``us1``, ``eu1``, ``au1``, ``eu2``, ``global`` or ``cn1``.
        url: An address that takes the data center's place, such as an emulator's.
    """

    api_key: str
    user_key: str
    secret: Secret = attrs.field(converter=_secret)
    data_center: str = "us1"
    url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Site | None":
        """Read a site from ``GIGYA_API_KEY``, ``_USER_KEY``, ``_SECRET``, ``_DATA_CENTER`` and ``_URL``.

        Args:
            environ: The environment, such as ``os.environ``.

        Returns:
            The site, or None when no API key is set.
        """
        api_key = environ.get("GIGYA_API_KEY", "")
        if not api_key:
            return None
        return cls(
            api_key,
            environ.get("GIGYA_USER_KEY", ""),
            Secret(environ.get("GIGYA_SECRET", "")),
            environ.get("GIGYA_DATA_CENTER") or "us1",
            environ.get("GIGYA_URL") or None,
        )
