"""``ds.store``, ``ds.get`` and ``ds.delete``: objects of any type, alone or of one user.

As SAP's pages "ds.store REST", "ds.get REST" and "ds.delete REST" say: ``oid``, with ``UID`` where the object belongs
to a user, names an object of a ``type``; fields are merged; 512 KB at most; names of fields begin with a letter.
"""

import re
import uuid
from datetime import datetime
from typing import Any, Final

from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.changes import Params, merged, read_object, stamp
from identitysync.testing.gigya.site import EmulatedSite
from identitysync.values import json_bytes

MAX_OBJECT: Final = 512 << 10
"""Bytes of JSON that an object may have."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_UPDATES: Final = frozenset({"arraySet", "arrayPush"})
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "i": (int,), "f": (int, float), "s": (str,), "t": (str,), "b": (bool,), "d": (str,),
}  # fmt: skip


def store(site: EmulatedSite, params: Params, now: datetime) -> dict[str, Any]:
    """Answer ``ds.store``: the object is made, or changed field by field; ``auto`` or no ``oid`` makes a new one."""
    type, oid = _needed(params, "type"), params.get("oid") or "auto"
    data = read_object("data", _needed(params, "data"))
    behaviour = params.get("updateBehavior", "arraySet")
    if behaviour not in _UPDATES:
        raise ApiError(400006, "Invalid parameter value: updateBehavior is arraySet or arrayPush")
    _check_names(data, "data")
    oid = uuid.uuid4().hex if oid == "auto" else oid
    kind, name = kind_of(type), _name(oid, params.get("UID", ""))
    with site.documents.locked():
        found = site.documents.get(kind, name)
        object: dict[str, Any] = found or {"oid": oid, "type": type}
        if params.get("UID"):
            object["UID"] = params["UID"]
        if found is None:
            stamp(object, "created", now)
        old = object.get("data")
        object["data"] = _pushed(old, data) if behaviour == "arrayPush" else merged(old, data)
        if len(json_bytes(object["data"])) > MAX_OBJECT:
            raise ApiError(400006, f"Invalid parameter value: data has more than {MAX_OBJECT} bytes")
        stamp(object, "lastUpdated", now)
        site.documents.add(kind, [(name, object)])
    return {"oid": oid}


def get(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``ds.get``: the whole object."""
    return _existing(site, params)[1]


def delete(site: EmulatedSite, params: Params, now: datetime) -> dict[str, Any]:
    """Answer ``ds.delete``: the whole object, or some of its fields."""
    with site.documents.locked():
        name, object = _existing(site, params)
        kind = kind_of(params["type"])
        fields = [field.strip() for field in params.get("fields", "*").split(",")]
        if "*" in fields:
            site.documents.delete(kind, name)
            return {}
        for field in fields:
            *parents, last = field.split(".")
            holder: Any = object["data"]
            for parent in parents:
                holder = holder.get(parent) if isinstance(holder, dict) else None
            if isinstance(holder, dict):
                holder.pop(last, None)
        stamp(object, "lastUpdated", now)
        site.documents.add(kind, [(name, object)])
    return {}


def kind_of(type: str) -> str:
    """Give the kind of the documents that hold the objects of a type."""
    return f"ds/{type}"


def _name(oid: str, uid: str) -> str:
    return f"{uid}/{oid}"


def _needed(params: Params, name: str) -> str:
    if not params.get(name):
        raise ApiError(400002, f"Missing required parameter: {name}")
    return params[name]


def _existing(site: EmulatedSite, params: Params) -> tuple[str, dict[str, Any]]:
    type, name = _needed(params, "type"), _name(_needed(params, "oid"), params.get("UID", ""))
    found = site.documents.get(kind_of(type), name)
    if found is None:
        raise ApiError(404000, f"there is no object {params['oid']} of the type {type}")
    return name, found


def _check_names(value: Any, path: str) -> None:
    if isinstance(value, list):
        for each in value:
            _check_names(each, path)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        below = f"{path}.{name}"
        if not _NAME.fullmatch(name):
            raise ApiError(400006, f"Invalid parameter value: {below}: a name is letters, digits and underscores")
        wanted = _TYPES.get(name.rpartition("_")[2]) if "_" in name else None
        for each in inner if isinstance(inner, list) else [inner]:
            if wanted is not None and each is not None and type(each) not in wanted:
                raise ApiError(400006, f"Invalid parameter value: {below} does not fit the type in its name")
        _check_names(inner, below)


def _pushed(old: Any, new: Any) -> Any:
    """Merge as ``merged`` does, but put the elements of arrays behind those that are there."""
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    if isinstance(old, dict) and isinstance(new, dict):
        return merged(old, {key: _pushed(old.get(key), value) for key, value in new.items()})
    return new
