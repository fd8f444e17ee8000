"""Counts of a step, files that were delivered, samples of what was rejected."""

import attrs


@attrs.frozen
class StepReport:
    """Count what one step did; steps that carry files count files.

    Attributes:
        received: What came in; for readers and parsers, the records that they found.
        passed: Received and went on.
        dropped: Received and left out on purpose.
        rejected: Received and refused; ``received == passed + dropped + rejected``.
        emitted: What came out, which for one received may be several.
        bytes: Bytes read or written by steps that carry files.
        seconds: Time spent in the step itself.
    """

    received: int = 0
    passed: int = 0
    dropped: int = 0
    rejected: int = 0
    emitted: int = 0
    bytes: int = 0
    seconds: float = 0.0


@attrs.frozen
class DeliveredFile:
    """Describe a file that was published.

    Attributes:
        step: The writer's id.
        name: The file's name, with its sub-folders.
        address: Where it is now, for people; holds no credentials.
        size: Bytes.
        sha256: The checksum of its bytes, in hexadecimal.
    """

    step: str
    name: str
    address: str
    size: int
    sha256: str


@attrs.frozen
class RejectSample:
    """Say why one record was rejected; the record itself is in the dead letters or went to an ``error`` edge.

    Attributes:
        step: The id of the step that rejected it.
        code: A short word or the other system's number.
        message: Why.
        routed: Whether it went to an ``error`` edge.
    """

    step: str
    code: str
    message: str
    routed: bool
