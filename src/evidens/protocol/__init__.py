"""Staged validation: who is in which phase, what each phase has to show, and what that opens."""

from evidens.protocol.assignment import assign_phases, keep_sample, split_members
from evidens.protocol.calendar import PhaseSettings, find_overlaps
from evidens.protocol.characteristics import describe_cohort
from evidens.protocol.contract import Assignment, Label, Member
from evidens.protocol.criteria import (
    Criterion,
    DifferenceAbove,
    IntervalWithin,
    LowerLimit,
    MinEvents,
    UpperLimit,
    ValueWithin,
)
from evidens.protocol.gates import Opening, is_passed, review_opening, review_phase
from evidens.protocol.settings import ProtocolSettings, protocol_hash

__all__ = [
    "Assignment",
    "Criterion",
    "DifferenceAbove",
    "IntervalWithin",
    "Label",
    "LowerLimit",
    "Member",
    "MinEvents",
    "Opening",
    "PhaseSettings",
    "ProtocolSettings",
    "UpperLimit",
    "ValueWithin",
    "assign_phases",
    "describe_cohort",
    "find_overlaps",
    "is_passed",
    "keep_sample",
    "protocol_hash",
    "review_opening",
    "review_phase",
    "split_members",
]
