"""All holes of a call, with the places where they stand, so that names can be checked before anything runs."""

from identitysync.platforms.generic.params import CallParams
from identitysync.platforms.generic.template import (
    BodyFormat,
    body_template,
    header_template,
    query_template,
    url_template,
)


def holes(params: CallParams, body: str, body_format: BodyFormat) -> list[tuple[str, str]]:
    """Find the holes of a call.

    Args:
        params: Address, query and headers.
        body: The body's template, or nothing.
        body_format: How it is written.

    Returns:
        The parameter's path below ``params``, and the name in the hole.

    Raises:
        InvalidParameter: A template is none.
    """
    found = [("url", name) for name in url_template(params.url).template.names]
    for index, each in enumerate(params.query):
        found += [(f"query[{index}].value", name) for name in query_template(each.value).names]
    for index, header in enumerate(params.headers):
        found += [(f"headers[{index}].value", name) for name in header_template(header.value).names]
    if body:
        found += [("body", name) for name in body_template(body, body_format).names]
    return found
