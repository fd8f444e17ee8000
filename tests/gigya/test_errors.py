import pickle

import pytest

from identitysync.errors import AuthenticationFailed, GigyaError, RemoteError
from identitysync.gigya.errors import PAUSES, REFUSED, RETRYABLE, error_of


@pytest.mark.parametrize("code", [0, 200_000, 200_009, 206_001, 206_002, 299_999])
def test_zero_and_states_are_no_errors(code):
    assert error_of({"errorCode": code}) is None


@pytest.mark.parametrize("code", [403048, 500001, 504002, 503001, 409030])
def test_passing_faults_are_retryable(code):
    assert error_of({"errorCode": code}).retryable


@pytest.mark.parametrize(
    "code", [100, 199_999, 300_000, 301001, 400002, 400003, 400004, 400006, 400009, 400093, 403003, 403005, 403007, -1]
)
def test_other_errors_are_not_retryable(code):
    error = error_of({"errorCode": code})
    assert isinstance(error, GigyaError)
    assert not error.retryable


@pytest.mark.parametrize("code", [400093, 403001, 403002, 403003, 403004])
def test_refused_keys_and_signatures_are_failed_authentication_too(code):
    assert isinstance(error_of({"errorCode": code}), AuthenticationFailed)


def test_an_error_carries_all_that_gigya_said():
    answer = {"errorCode": 400009, "errorMessage": "Validation error", "errorDetails": "age", "callId": "c1", "x": [1]}
    error = error_of(answer)
    assert (error.code, error.details, error.call_id, error.response) == (400009, "age", "c1", answer)
    assert str(error) == "Gigya answered 400009 Validation error (age) [callId c1]"


def test_an_error_of_which_nothing_is_said_is_still_a_sentence():
    assert str(error_of({"errorCode": 1, "errorMessage": None, "errorDetails": None, "callId": None})) == (
        "Gigya answered 1 an error without a message"
    )


def test_an_expired_request_hints_at_the_clock():
    assert "check this machine's clock" in str(error_of({"errorCode": 403002, "errorMessage": "Request has expired"}))


@pytest.mark.parametrize("code", [403048, 403003, 400009])
def test_errors_can_be_pickled(code):
    error = error_of({"errorCode": code, "errorMessage": "m", "errorDetails": "d", "callId": "c"})
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.retryable) == (type(error), str(error), error.retryable)
    assert isinstance(again, RemoteError)


def test_what_was_refused_or_must_wait_is_retryable():
    assert RETRYABLE >= REFUSED
    assert set(PAUSES) <= RETRYABLE
