"""What unpacks goes by what a file holds, whatever its name says."""

from itertools import permutations

import pytest

from tests.scripts.pack.flows import contents, through

KINDS = ("gzip", "zip", "lzo")
NAMES = ("a.csv.gz", "a.csv.zip", "a.csv.lzo", "a.csv")
TEXT = b"id\n1\n"


@pytest.fixture(scope="module")
def packed():
    made = {kind: through(f"file.compress.{kind}", {}, [("a.csv", TEXT)])[0] for kind in KINDS}
    return {kind: file.open().read() for kind, (file,) in made.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_unpacked_whatever_its_name(packed, kind, name):
    out, _, job = through(f"file.uncompress.{kind}", {}, [(name, packed[kind])])
    assert job.status == "succeeded", job.status_details
    assert list(contents(out).values()) == [TEXT]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("kind", "other"), list(permutations(KINDS, 2)))
def test_another_kind_is_refused_whatever_its_name_and_called_by_its_own(packed, kind, other, name):
    out, refused, job = through(f"file.uncompress.{kind}", {}, [(name, packed[other])], error=True)
    assert out == []
    assert contents(refused) == {name: packed[other]}
    assert any(f"{name}: not " in line and other in line.lower().split(f"{name}: not ")[1] for line in job.trace)
