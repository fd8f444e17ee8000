"""What belongs to a store itself: a few named texts."""

from identitysync.stores.database import Database, one


class SettingStore:
    """Keep named texts."""

    def __init__(self, base: Database) -> None:
        """Use a database whose tables are there."""
        self._base = base

    def get(self, name: str) -> str | None:
        """Give a text, or None."""
        with self._base.reading() as tx:
            found = one(tx.all("SELECT value FROM setting WHERE name = :name", {"name": name}))
        return str(found[0]) if found else None

    def settle(self, name: str, value: str) -> str:
        """Keep a text unless there is one of that name already.

        Args:
            name: Its name.
            value: The text.

        Returns:
            What is kept from now on.
        """
        with self._base.transaction() as tx:
            tx.change(
                "INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
                {"name": name, "value": value},
            )
            return str(tx.all("SELECT value FROM setting WHERE name = :name", {"name": name})[0][0])
