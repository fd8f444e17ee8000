"""Scripts of which the compiler knows nothing."""

import json

import identitysync as idx


@idx.script("law.opaque", summary="Change a record in a way that the compiler cannot see.")
class Opaque(idx.Mapper):
    """Look at everything, in its order, and change some of it."""

    way: str = idx.param(doc="What is done.", example="nothing")

    def map(self, record):
        match self.way:
            case "nothing":
                return record
            case "dump":
                record["dumped"] = json.dumps(record)
            case "turn":
                return dict(reversed(record.items()))
            case "nested":
                for value in record.values():
                    if isinstance(value, dict):
                        value["new"] = value.pop("b", 1)
                    elif isinstance(value, list):
                        value.append("new")
            case "add":
                record.update(
                    {"int": 2**64, "float": 0.1, "null": None, "list": ["é", 'q"'], "object": {"x": [{}]}, "a": "new"}
                )
            case "drop":
                return None if len(record) % 2 else record
            case "refuse":
                record["begun"] = True
                if "c" in record:
                    raise idx.RecordRejected("it has a c", code="has-c")
            case "odd":
                if len(record) % 3 == 0:
                    record["odd"] = (1, 2)
                elif len(record) % 3 == 1:
                    record["odd"] = float("nan")
            case "fail":
                return record if len(record) < 3 else record["none"]
        return record
