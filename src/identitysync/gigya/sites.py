"""Which site a script works on: the run's, unless its own parameters name another."""

from identitysync.errors import InvalidParameter
from identitysync.values import Secret, Site


def site_for(
    default: Site | None,
    *,
    api_key: str = "",
    user_key: str = "",
    secret: Secret | None = None,
    data_center: str = "",
    url: str = "",
) -> Site:
    """Give the site that a script names, completed from the run's.

    Args:
        default: The run's site.
        api_key: The script's own, or nothing; so with all that follow.
        user_key: The application key.
        secret: The application's secret.
        data_center: The data center.
        url: An address in its place.

    Returns:
        The site.

    Raises:
        InvalidParameter: There is none.
    """
    if default is None and not (api_key and user_key and secret):
        raise InvalidParameter(
            "there is no Gigya site: give run(site=…), set GIGYA_API_KEY, GIGYA_USER_KEY and GIGYA_SECRET, "
            "or put apiKey, userKey and secret into the step"
        )
    base = default or Site("", "", Secret(""))
    return Site(
        api_key or base.api_key,
        user_key or base.user_key,
        secret or base.secret,
        data_center or base.data_center,
        url or base.url,
    )
