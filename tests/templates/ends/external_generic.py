"""Any HTTP API: a small REST store."""

from identitysync.testing import HttpEmulator

TOKEN = "token-of-templates"


def start():
    return HttpEmulator(token=TOKEN, key_field="id")


def values(store, step):
    box = "incoming" if ".read." in step.type else "outgoing"
    return {"url": f"{store.url}/{box}", "auth": {"kind": "bearer", "key": TOKEN}}


def put(store, uids):
    store.put("incoming", ({"id": uid, "city": "Łódź"} for uid in uids))


def arrived(store):
    return {each["id"]: repr(each).encode() for each in store.records("outgoing")}
