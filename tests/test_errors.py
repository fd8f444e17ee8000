"""The tree of errors is as it is drawn, has one public path, and travels between processes."""

import pickle
import re

import pytest

from identitysync import errors
from identitysync.errors import IdentitySyncError
from identitysync.model import JobStatus

ALL = {name: each for name in errors.__all__ if isinstance(each := getattr(errors, name), type)}
KINDS = {name: each for name, each in ALL.items() if issubclass(each, IdentitySyncError)}
MADE = {
    "FormatError": (("is no CSV",), {"file": "a.csv", "line": 3}),
    "GigyaError": (("Bad",), {"code": 400, "call_id": "c", "details": "really", "response": {"a": 1}}),
    "InvalidDataflow": (((errors.Diagnostic("x", "$", "is wrong", "mend it", "warning"),),), {}),
    "JobFailed": ((JobStatus("j", "d"),), {}),
    "MissingExtra": (("pgp", "file.encrypt.pgp"), {}),
    "PlatformError": (("Salesforce", "is no field"), {"code": "INVALID_FIELD", "status": 400}),
    "RecordRejected": (("has no UID",), {"code": "missing-uid"}),
    **dict.fromkeys(
        (name for name, each in KINDS.items() if issubclass(each, errors.LanguageError)),
        (("stops here", "a +\nb", 4), {}),
    ),
}


def drawn():
    """Read the picture: each error, and the one it hangs below."""
    path, found = [], {}
    for line in errors.__doc__.splitlines():
        branch = re.match(r"    ((?:│   |    )*)(├── |└── )?([A-Z]\w+)", line)
        if branch:
            depth = len(branch[1]) // 4 + bool(branch[2])
            path[depth:] = [branch[3]]
            found[branch[3]] = path[depth - 1] if depth else "Exception"
    return found


def test_the_tree_is_as_it_is_drawn():
    assert drawn() == {name: each.__bases__[0].__name__ for name, each in KINDS.items()}


@pytest.mark.parametrize("name", ALL)
def test_each_is_named_by_the_path_that_everybody_imports(name):
    assert ALL[name].__module__ == "identitysync.errors"
    assert pickle.loads(pickle.dumps(ALL[name])) is ALL[name]


@pytest.mark.parametrize("name", KINDS)
def test_each_can_be_sent_to_another_process_as_it_is(name):
    told, more = MADE.get(name, (("says why",), {}))
    error = KINDS[name](*told, **more)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
