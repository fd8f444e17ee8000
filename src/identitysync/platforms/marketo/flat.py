"""Several values in one field of a lead: one text, with ``;`` between them.

A field of Marketo holds one text, number, boolean or date (``rest/lead-database/field-types`` of
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/); no page was found that says how one holds
several. The semicolon is what Salesforce, with which Marketo exchanges leads, has between the values of a multi-select
picklist.
"""

from typing import Any, Final

from identitysync.values import text_of

_BETWEEN: Final = ";"


def joined(values: list[Any]) -> str | None:
    """Make one text of several values; of objects, such as the likes of a profile, their ``name`` is taken.

    Args:
        values: The values; null and empty ones are left out.

    Returns:
        The text; None where there is no value.

    Raises:
        ValueError: There is an array in the array, or an object without a name.
    """
    texts = [text for each in values if (text := _text(each))]
    return _BETWEEN.join(texts) or None


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value
    if isinstance(value, dict | list):
        raise ValueError("it is not flat")  # noqa: TRY004 - a value of the wrong shape, not of the wrong type
    return "" if value is None else text_of(value)
