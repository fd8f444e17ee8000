"""The engine itself, where Java and its jars are installed."""

import pytest

from tests.languages.jexl.oracle import Oracle


@pytest.fixture(scope="session")
def engine():
    """One process of Commons JEXL 3.1 for all tests."""
    try:
        oracle = Oracle("3.1")
    except FileNotFoundError as fault:
        pytest.skip(str(fault))
    with oracle:
        yield oracle
