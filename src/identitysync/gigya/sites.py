"""Which site a script works on: the run's, unless its own parameters name another."""

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.values import Secret, Site


@entry
class SiteParams:
    """The parameters that all Gigya scripts share; what is absent comes from the run's site."""

    api_key: str = param(default="", doc="Another site than the run's.", example="3_abc")
    user_key: str = param(default="", doc="The application key for that site.", example="AKabc")
    secret: Secret | None = param(
        default=None, doc="The application's secret.", example="${env:GIGYA_SECRET}", secret=True
    )
    private_key: Secret | None = param(
        default=None,
        doc="The application's RSA key (PEM, or base64 of that), which takes the secret's place.",
        example="${file:~/gigya.pem}",
        secret=True,
    )
    data_center: str = param(default="", doc="That site's data center.", example="eu1")
    url: str = param(default="", doc="An address in the data center's place.", example="http://127.0.0.1:8080")

    def site_for(self, default: Site | None) -> Site:
        """Give the site that these parameters name, completed from the run's.

        Args:
            default: The run's site.

        Returns:
            The site.

        Raises:
            InvalidParameter: There is none.
        """
        if default is None and not (self.api_key and self.user_key and (self.secret or self.private_key)):
            raise InvalidParameter(
                "there is no Gigya site: give run(site=…), set GIGYA_API_KEY, GIGYA_USER_KEY and GIGYA_SECRET, "
                "or put apiKey, userKey and secret or privateKey into the step"
            )
        base = default or Site("", "", Secret(""))
        return Site(
            self.api_key or base.api_key,
            self.user_key or base.user_key,
            self.secret or base.secret,
            self.data_center or base.data_center,
            self.url or base.url,
        )
