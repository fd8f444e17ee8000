"""Booleans, texts and states say alike whether somebody wants a newsletter."""

import pytest

from identitysync.platforms import wanted
from identitysync.values import MISSING


@pytest.mark.parametrize("value", [True, "true", " TRUE", "yes", 1, "1", "on"])
def test_these_mean_that_it_is_wanted(value):
    assert wanted(value) is True


@pytest.mark.parametrize("value", [False, "false", "No", 0, "0", "off"])
def test_these_mean_that_it_is_not_wanted(value):
    assert wanted(value) is False


@pytest.mark.parametrize("value", [None, MISSING, "", "  "])
def test_these_say_nothing(value):
    assert wanted(value) is None


def test_a_state_is_given_back_for_the_platform_to_judge():
    assert wanted("Unsubscribed") == "unsubscribed"
