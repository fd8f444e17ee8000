"""Names of files before and after they are packed."""


def bare(name: str, *endings: str) -> str:
    """Take an ending off a name, whatever its case; a name that has none, or is nothing else, is kept.

    Args:
        name: The name, perhaps with folders.
        *endings: What may stand at its end, such as ``.gz``.

    Returns:
        The name without.
    """
    for ending in endings:
        short = name[: -len(ending)]
        if name.lower().endswith(ending) and short and not short.endswith("/"):
            return short
    return name
