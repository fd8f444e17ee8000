"""The proof that a flow and the scripts fit together: every fault at once, and the plan when there is none."""

from identitysync.plan.plan import Plan, PlannedStep, check, make_plan

__all__ = ["Plan", "PlannedStep", "check", "make_plan"]
