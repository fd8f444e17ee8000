"""The entry that renaming and copying share."""

from identitysync.contract import entry, param
from identitysync.values import FieldPath


@entry
class Pair:
    """Name a field, and what it becomes."""

    source_field: FieldPath = param(doc="The path of the field.", example="profile.email")
    target_field: FieldPath = param(
        doc="Where it goes; parents are made, and a path in single quotes is one literal key.", example="email"
    )
