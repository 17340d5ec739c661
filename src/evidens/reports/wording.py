"""Readable names of phases, models, groups and metrics; what has none keeps its own name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evidens.contracts import NO_THRESHOLD
from evidens.reports.numbers import format_threshold

PHASES = {
    "feasibility": "Feasibility",
    "development": "Development",
    "internal": "Internal validation",
    "temporal": "Temporal validation",
    "external": "External validation",
    "prospective": "Silent prospective",
}
PHASES_IN_SENTENCE = {"feasibility": "the feasibility study", "prospective": "the silent prospective phase"}
MODELS = {"lightgbm": "LightGBM", "logistic": "Logistic", "age_sex": "Age and sex only", "none": "No model",
          "oracle": "Oracle, recent record", "oracle_features": "Oracle, few features",
          "oracle_coded": "Oracle of the registered outcome"}  # fmt: skip
STRATEGIES = {"treat_all": "Flag everyone", "treat_none": "Flag no one", "model": "Proposed model"}
REGIONS = {
    "81": "North Denmark",
    "82": "Central Denmark",
    "83": "Southern Denmark",
    "84": "Capital Region",
    "85": "Zealand",
}
VARIABLES = {"sex": "Sex", "age": "Age", "origin": "Origin", "region": "Region", "year": "Index year"}
LEVELS = {"female": "Women", "male": "Men", "non_western": "Non-western", "western": "Western", "danish": "Danish"}

_ENDINGS = (
    ("_corrected", "corrected"),
    ("_optimism", "optimism"),
    ("_left_out", "region left out"),
    ("_gap", "largest gap"),
)

Scale = Literal["index", "percent", "per_1000"]


@dataclass(frozen=True)
class Metric:
    """How one metric is printed."""

    label: str
    hint: str = ""  # how to read it, in a few words
    scale: Scale = "index"

    @property
    def factor(self) -> float:
        """What a value is multiplied by before it is printed."""
        return {"index": 1.0, "percent": 100.0, "per_1000": 1000.0}[self.scale]

    @property
    def unit(self) -> str:
        """What is printed behind a value."""
        return "%" if self.scale == "percent" else ""


METRICS = {
    "prevalence": Metric("Observed risk", "share with the outcome within the horizon", "percent"),
    "auroc": Metric("AUROC", "1 ranks perfectly, 0.5 is chance"),
    "average_precision": Metric("AUPRC", "chance equals the share with the outcome"),
    "brier": Metric("Brier score", "mean squared error, 0 is best"),
    "scaled_brier": Metric("Scaled Brier score", "100% is best, 0% no better than the mean", "percent"),
    "calibration_in_the_large": Metric("Calibration in the large", "0 is ideal, above 0: risk too low"),
    "calibration_slope": Metric("Calibration slope", "1 is ideal, below 1: risks too extreme"),
    "oe_ratio": Metric("Observed / expected", "1 is ideal, above 1: risk too low"),
    "ici": Metric("ICI", "mean distance from the calibration curve, 0 is ideal", "percent"),
    "e50": Metric("E50", "median distance from the calibration curve", "percent"),
    "e90": Metric("E90", "90th percentile of that distance", "percent"),
    "sensitivity": Metric("Sensitivity", "flagged among those with the outcome", "percent"),
    "specificity": Metric("Specificity", "not flagged among those without", "percent"),
    "ppv": Metric("PPV", "with the outcome among the flagged", "percent"),
    "npv": Metric("NPV", "without the outcome among those not flagged", "percent"),
    "share_flagged": Metric("Flagged", "share of people", "percent"),
    "net_benefit": Metric("Net benefit per 1,000", "true positives net of false ones", "per_1000"),
    "cumulative_incidence": Metric("Cumulative incidence", "with death as a competing event", "percent"),
    "events_needed_share": Metric("Events in development / events needed", "at least 1 is enough"),
    "age_auroc": Metric("AUROC of age alone"),
    "highest_feature_auroc": Metric("Highest AUROC of a single feature"),
    "suspected_leaks": Metric("Features suspected to know the outcome"),
    "audited_features": Metric("Features built again with another future"),
    "features_of_the_future": Metric("Features that changed with the future"),
    "measured_share": Metric("Measured", "share of people", "percent"),
    "equalized_odds": Metric("Equalised odds", "", "percent"),
    "realised_auroc": Metric("AUROC on what happened", "of the true outcome, chance included"),
    "models_beyond_oracle": Metric("Models better on what happened than luck allows"),
    "oracle_years": Metric("Years of record given to the oracle"),
    "regret_auroc": Metric("AUROC left to gain", "oracle minus model"),
    "regret_net_benefit": Metric("Net benefit left to gain, per 1,000", "oracle minus model", "per_1000"),
    "audited_share": Metric("People whose truth is known", "", "percent"),
    "unrecorded_share": Metric("Diagnosed before, shown by no register", "", "percent"),
    "shap_additivity_gap": Metric("Largest gap between contributions and prediction"),
}
PERFORMANCE = (
    "prevalence",
    "auroc",
    "average_precision",
    "brier",
    "scaled_brier",
    "calibration_in_the_large",
    "calibration_slope",
    "oe_ratio",
    "ici",
)
CLASSIFICATION = ("share_flagged", "sensitivity", "specificity", "ppv", "npv")


def name_phase(phase: str) -> str:
    """Name a phase: 'external' is 'External validation'."""
    return PHASES.get(phase, _sentence(phase))


def say_phase(phase: str) -> str:
    """Name a phase inside a sentence.

    >>> say_phase("external"), say_phase("prospective")
    ('external validation', 'the silent prospective phase')
    """
    return PHASES_IN_SENTENCE.get(phase) or name_phase(phase).lower()


def name_model(model: str) -> str:
    """Name a model or a strategy: 'age_sex' is 'Age and sex only'."""
    return MODELS.get(model) or STRATEGIES.get(model) or _sentence(model)


def find_metric(metric: str) -> Metric:
    """Say how `metric` is printed, also when this page does not know it.

    >>> find_metric("auroc_corrected").label, find_metric("n_centres").label
    ('AUROC, corrected', 'N centres')
    """
    if metric in METRICS:
        return METRICS[metric]
    for ending, words in _ENDINGS:
        base = METRICS.get(metric.removesuffix(ending))
        if metric.endswith(ending) and base:
            return Metric(f"{base.label}, {words}", "", base.scale)
    return Metric(_sentence(metric))


def name_metric(metric: str, threshold: float) -> str:
    """Name a metric with the threshold it depends on.

    >>> name_metric("ppv", 0.1), name_metric("auroc", NO_THRESHOLD)
    ('PPV, threshold 10%', 'AUROC')
    """
    label = find_metric(metric).label
    return label if threshold == NO_THRESHOLD else f"{label}, threshold {format_threshold(threshold)}"


def name_region(region: str) -> str:
    """Name a region: '81' is 'North Denmark'."""
    return REGIONS.get(region, region)


def name_variable(variable: str) -> str:
    """Name the variable of a group: 'sex' is 'Sex'."""
    return VARIABLES.get(variable, _sentence(variable))


def name_level(variable: str, level: str) -> str:
    """Name a level of a variable.

    >>> name_level("age", "80-"), name_level("region", "81"), name_level("sex", "female")
    ('80-', 'North Denmark', 'Women')
    """
    if variable == "region":
        return name_region(level)
    level = re.sub(r"(?<=\d)-(?=\d)", "\N{EN DASH}", level)
    return LEVELS.get(level, _sentence(level))


def name_group(group: str) -> str:
    """Name a group in a sentence: 'sex=female' is 'Sex: Women'.

    >>> name_group("all"), name_group("sex=female"), name_group("sex=male,region=81")
    ('Everyone', 'Sex: Women', 'Sex: Men, Region: North Denmark')
    """
    if group == "all":
        return "Everyone"
    named = []
    for part in re.split(r"[,&]", group):
        variable, _, level = part.partition("=")
        named.append(f"{name_variable(variable)}: {name_level(variable, level)}" if level else name_variable(variable))
    return ", ".join(named)


def name_feature(feature: str, labels: Mapping[str, str]) -> str:
    """Name a feature by its label, or by its own name."""
    return labels.get(feature, feature)


def name_years(years: Sequence[int]) -> str:
    r"""Write index years as a range where they follow one another.

    >>> name_years((2021,)), name_years((2016, 2018)), name_years(())
    ('2021', '2016, 2018', 'no years')
    >>> name_years((2016, 2017, 2018)) == "2016\N{EN DASH}2018"
    True
    """
    if not years:
        return "no years"
    first, last = min(years), max(years)
    if len(set(years)) > 1 and set(years) == set(range(first, last + 1)):
        return f"{first}\N{EN DASH}{last}"
    return ", ".join(str(year) for year in sorted(set(years)))


def join_words(words: Sequence[str]) -> str:
    """Join words as in a sentence.

    >>> join_words(["a"]), join_words(["a", "b"]), join_words(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _sentence(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
