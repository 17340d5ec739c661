"""How a model fares in groups of people: performance with intervals, differences, gaps."""

from evidens.fairness.assess import REST, assess_groups
from evidens.fairness.estimates import compare_to_rest, estimate_performance, subtract_independent
from evidens.fairness.gaps import GAPS, CellTable, count_cells, estimate_gaps
from evidens.fairness.groups import FairnessError, Group, band_age, judge_size, list_groups
from evidens.fairness.parity import check_parity, compute_parity_frame
from evidens.fairness.settings import FairnessSettings

__all__ = [
    "GAPS",
    "REST",
    "CellTable",
    "FairnessError",
    "FairnessSettings",
    "Group",
    "assess_groups",
    "band_age",
    "check_parity",
    "compare_to_rest",
    "compute_parity_frame",
    "count_cells",
    "estimate_gaps",
    "estimate_performance",
    "judge_size",
    "list_groups",
    "subtract_independent",
]
