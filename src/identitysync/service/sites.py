"""Which Gigya site a stored flow runs on."""

from collections.abc import Iterable, Mapping

from identitysync.errors import Diagnostic, InvalidParameter
from identitysync.gigya import SiteParams
from identitysync.model import Dataflow
from identitysync.plan.bind import bind
from identitysync.registry import Registry
from identitysync.values import Site


class Sites:
    """The sites that the service knows."""

    def __init__(self, site: Site | None, sites: Iterable[Site], environ: Mapping[str, str]) -> None:
        """Learn the sites.

        Args:
            site: For flows whose ``apiKey`` is none of the others'.
            sites: For flows with their ``apiKey``.
            environ: Names the site that is left when there is no other.
        """
        self._site, self._environ = site, environ
        self._by_key = {each.api_key: each for each in sites}

    def learn(self, site: Site) -> None:
        """Learn one more."""
        self._by_key[site.api_key] = site

    def of(self, flow: Dataflow) -> Site | None:
        """Find the site of a flow: that with its ``apiKey``, else the common one, else the environment's."""
        if flow.api_key in self._by_key:
            return self._by_key[flow.api_key]
        return self._site or Site.from_environment(self._environ)

    def check(self, flow: Dataflow, registry: Registry) -> list[Diagnostic]:
        """Find the steps that work on a Gigya site and have none."""
        site = self.of(flow)
        faults = []
        for index, step in enumerate(flow.steps):
            bound = bind(step, "", registry, lambda _: None, run=False)
            if bound.spec is None or not issubclass(bound.spec.cls, SiteParams):
                continue
            if not isinstance(bound.script, SiteParams):  # something is left to fill in
                lacks = site is None and "apiKey" not in step.params
            else:
                lacks = _lacks(bound.script, site)
            if lacks:
                faults.append(
                    Diagnostic(
                        "no-site",
                        f"$.steps[{index}]",
                        f"{step.id!r} works on a Gigya site, and there is none for the apiKey {flow.api_key!r}",
                        "give IdentitySync(site=…) or sites=[…], set GIGYA_API_KEY, GIGYA_USER_KEY and GIGYA_SECRET, "
                        "or put apiKey, userKey and secret or privateKey into the step",
                    )
                )
        return faults


def _lacks(script: SiteParams, site: Site | None) -> bool:
    try:
        script.site_for(site)
    except InvalidParameter:
        return True
    return False
