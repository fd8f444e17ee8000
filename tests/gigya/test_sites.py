import pytest

from identitysync.errors import InvalidParameter
from identitysync.gigya import SiteParams
from identitysync.values import Secret, Site

RUN = Site("3_run", "run-user", "cnVu", "eu1", "http://127.0.0.1:1")
OWN = {"api_key": "3_o", "user_key": "u", "secret": Secret("planted==")}


def test_without_parameters_it_is_the_runs_site():
    assert SiteParams().site_for(RUN) == RUN


def test_a_step_may_name_another_site_in_whole_or_in_part():
    part = SiteParams(api_key="3_other").site_for(RUN)
    assert part == Site("3_other", "run-user", "cnVu", "eu1", "http://127.0.0.1:1")
    whole = SiteParams(**OWN, data_center="us1", url="http://h").site_for(RUN)
    assert whole == Site("3_o", "u", "planted==", "us1", "http://h")


def test_without_a_site_of_the_run_the_steps_own_is_enough():
    assert SiteParams(**OWN).site_for(None) == Site("3_o", "u", "planted==", "us1", None)


@pytest.mark.parametrize("missing", OWN)
def test_without_any_whole_site_it_is_said_how_to_give_one(missing):
    given = {name: value for name, value in OWN.items() if name != missing}
    with pytest.raises(InvalidParameter, match="GIGYA_API_KEY") as caught:
        SiteParams(**given).site_for(None)
    assert "planted" not in str(caught.value)
