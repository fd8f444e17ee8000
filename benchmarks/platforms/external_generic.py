"""Any HTTP API, in batches that tell of each record."""

from benchmarks.platforms import address

from identitysync.testing import HttpEmulator

CALLS = (100, 4)


def emulator(**options):
    """Make the emulator."""
    return HttpEmulator(token="token-of-benchmarks", **options)


def record(number):
    """Make the record of that number."""
    return {"email": address(number), "profile": {"city": "Łódź", "n": number}}


def params(store):
    """Give the writer's parameters."""
    return {
        "url": f"{store.url}/people/batch",
        "auth": {"kind": "bearer", "key": "token-of-benchmarks"},
        "body": '{"email": ${email}, "city": "${profile.city}", "n": ${profile.n}}',
        "batchSize": CALLS[0],
        "results": {"path": "results", "key": "key", "messagePath": "error.message", "codePath": "error.code"},
        "keyField": "email",
        "retry": {"idempotencyHeader": "Idempotency-Key"},
        "maxConnections": CALLS[1],
    }


def arrived(store):
    """Tell how many records the store has."""
    return store.count("people")
