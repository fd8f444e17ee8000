"""The call ``check``, which opens and runs nothing, and needs no engine."""

from identitysync.errors import Diagnostic
from identitysync.model import Dataflow
from identitysync.plan import check as check_plan
from identitysync.registry import discover


def check(flow: Dataflow) -> list[Diagnostic]:
    """Find every fault of a flow at once; nothing is opened, and nothing runs.

    Args:
        flow: The flow.

    Returns:
        All diagnostics, in the order of the flow: errors, warnings and remarks.
    """
    return check_plan(flow, discover())
