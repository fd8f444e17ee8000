"""A transform for expressions with ``language: "pyjexl"``: ``name|mirror``."""


def mirror(value: str, middle: str = "") -> str:
    """Write a text and then its mirror image."""
    return value + middle + value[::-1]
