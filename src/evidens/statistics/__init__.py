"""Statistics of clinical prediction models: arrays in, an estimate with its uncertainty out.

Pure functions in one order of arguments, `(outcome, risk, *, weights, level)`; usable without any other
room. Conventions are named in each result's `method`; what is undefined says why in `reason`.
"""

from evidens.statistics.average_precision import average_precision
from evidens.statistics.calibration import calibration_in_the_large, calibration_slope, oe_ratio
from evidens.statistics.calibration_curve import CalibrationCurve, CalibrationIndices, calibration_curve, ici
from evidens.statistics.censoring import aalen_johansen, censoring_weights
from evidens.statistics.classification import Classification, classification_at_threshold, paired_difference
from evidens.statistics.description import RiskDistribution, risk_distribution, standardized_mean_difference
from evidens.statistics.discrimination import auroc, compare_auroc, newcombe_interval
from evidens.statistics.estimate import Estimate, StatisticsError
from evidens.statistics.net_benefit import (
    NetBenefit,
    net_benefit,
    net_benefit_at_threshold,
    net_benefit_difference,
)
from evidens.statistics.optimism import Optimism, bootstrap_optimism
from evidens.statistics.overall import brier, compare_brier, log_loss, scaled_brier
from evidens.statistics.proportions import prevalence, tango_interval, wilson_interval
from evidens.statistics.sample_size_development import (
    DevelopmentSize,
    greatest_r2,
    r2_from_c_statistic,
    sample_size_development,
)
from evidens.statistics.sample_size_validation import ValidationSize, sample_size_validation

__all__ = [
    "CalibrationCurve",
    "CalibrationIndices",
    "Classification",
    "DevelopmentSize",
    "Estimate",
    "NetBenefit",
    "Optimism",
    "RiskDistribution",
    "StatisticsError",
    "ValidationSize",
    "aalen_johansen",
    "auroc",
    "average_precision",
    "bootstrap_optimism",
    "brier",
    "calibration_curve",
    "calibration_in_the_large",
    "calibration_slope",
    "censoring_weights",
    "classification_at_threshold",
    "compare_auroc",
    "compare_brier",
    "greatest_r2",
    "ici",
    "log_loss",
    "net_benefit",
    "net_benefit_at_threshold",
    "net_benefit_difference",
    "newcombe_interval",
    "oe_ratio",
    "paired_difference",
    "prevalence",
    "r2_from_c_statistic",
    "risk_distribution",
    "sample_size_development",
    "sample_size_validation",
    "scaled_brier",
    "standardized_mean_difference",
    "tango_interval",
    "wilson_interval",
]
