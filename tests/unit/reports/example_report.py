"""Invented evidence for testing the page: the shapes of a study, none of its results."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from evidens.contracts import (
    NO_HORIZON,
    NO_THRESHOLD,
    Characteristic,
    Curve,
    Evidence,
    Flow,
    GateVerdict,
    RowAccount,
    schema_of,
)
from evidens.reports import PhaseFacts, ReportContent

OUTCOME, HORIZON = "type_2_diabetes", 1095
THRESHOLDS = (0.05, 0.1, 0.15)
SIZES = {"internal": (21840, 1106), "temporal": (14210, 742), "external": (18960, 951)}
AUROC = {"lightgbm": 0.792, "logistic": 0.781, "age_sex": 0.688}
OE = {"internal": 1.00, "temporal": 1.06, "external": 0.94}
FEATURES = {
    "hba1c_latest": ("HbA1c, latest (mmol/mol)", 0.62, 0.93),
    "age": ("Age (years)", 0.41, 0.88),
    "bmi_code": ("Obesity coded within 5 years", 0.23, 0.99),
    "antihypertensives": ("Prescriptions of antihypertensives within 2 years", 0.19, 0.71),
    "triglycerides": ("Triglycerides, latest (mmol/L)", 0.15, 0.66),
    "hdl": ("HDL cholesterol, latest (mmol/L)", 0.12, -0.72),
    "sex_male": ("Male sex", 0.09, 0.97),
    "n_contacts": ("Hospital contacts within 1 year", 0.05, 0.04),
    "gestational_diabetes": ("Gestational diabetes, ever", 0.04, 0.99),
}


def build_example(*, n_opened: int = 6, verdict: str = "PASS", suppressed: bool = True) -> ReportContent:
    """Build the content of a report on invented numbers; the prospective phase is not opened."""
    phases = tuple(
        p if i < n_opened or not p.is_opened else replace(p, is_opened=False, reason="a gate before it is not reached")
        for i, p in enumerate(_phases())
    )
    opened = [p.name for p in phases if p.is_opened and p.name in SIZES]
    return ReportContent(
        outcome=OUTCOME,
        title="Type 2 diabetes",
        question="How likely is it that a resident of 30 to 89 without diabetes has it on record within three years?",
        population="Adults of 30 to 89 years, resident for 5 years, without diabetes, on 1 January of the index year.",
        intended_use="To choose whom a general practice invites to an HbA1c test. Not to diagnose, and not alone.",
        index="on 1 January of the index year",
        horizon_days=HORIZON,
        thresholds=THRESHOLDS,
        main_threshold=0.1,
        candidate="lightgbm",
        world_note="Invented numbers for testing this page; no study was run.",
        delivery="example",
        is_simulated=True,
        data_lock_on=dt.date(2025, 6, 30),
        phases=phases,
        evidence=_evidence(opened, suppressed=suppressed),
        curves=_curves(opened),
        gates=_gates(opened, verdict),
        flow=_flow(),
        table_one=_table_one(opened),
        accounts=_accounts(),
        feature_labels={name: label for name, (label, *_) in FEATURES.items()},
        limits=(
            "Diabetes treated in general practice alone is seen only through prescriptions and laboratory tests.",
            "Laboratory results are nationwide from late 2015 only; earlier years look healthier than they were.",
            "Emigration ends follow-up and may depend on health.",
        ),
        lineage={
            "Delivery manifest": "sha256 0f4c1f2a9d0b7c35e0a1c6b1f8b3d2e49a7c5d6e8f90123456789abcdef01234",
            "Protocol": "sha256 8c2d5e0f41a3b6978d0c1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d",
            "Model": "lightgbm sha256 77aa0c3d5b1e2f4968d7c0b1a2938475f6e5d4c3b2a190807f6e5d4c3b2a1908",
            "Settings": {"cohort": "adults", "features": "windows", "protocol": "staged"},
            "Packages": {"evidens": "0.1.0", "polars": "2.1.0", "lightgbm": "4.7.0"},
        },
        reproduce=("git checkout v0.1.0", "dvc repro report@type_2_diabetes"),
        change_summary=(
            "The lookback of laboratory results was lengthened from 2 to 5 years. AUROC in temporal validation rose "
            "by 0.006 (0.002 to 0.010); calibration is unchanged.",
        ),
    )


def evidence_row(metric: str, phase: str, value: float | None, half: float = 0.0, **more: object) -> dict[str, object]:
    """Make one row of evidence with a symmetric interval of `half` on each side."""
    n, n_events = SIZES.get(phase, (1000, 50))
    row = {
        "outcome": OUTCOME, "model": "lightgbm", "phase": phase, "group": "all", "metric": metric,
        "threshold": NO_THRESHOLD, "horizon_days": HORIZON, "reference": "none", "label": "coded", "value": value,
        "se": None if value is None else half / 1.96, "lower": None if value is None or not half else value - half,
        "upper": None if value is None or not half else value + half, "n": n, "n_events": n_events,
        "method": "invented", "reason": None,
    }  # fmt: skip
    return row | more


def _phases() -> tuple[PhaseFacts, ...]:
    own, other = ("84", "85", "82"), ("81", "83")
    return (
        PhaseFacts("feasibility", "Is there enough signal and data to go on?", own, (2016, 2017), True,
                   "The first phase is always open.", 1),
        PhaseFacts("development", "Fit the models.", own, (2016, 2017), True, "After feasibility passed.", None),
        PhaseFacts("internal", "How much of the performance is optimism?", own, (2016, 2017), True,
                   "After feasibility passed.", 3),
        PhaseFacts("temporal", "Does it hold in the same regions, later?", own, (2018, 2019), True,
                   "After internal validation passed.", 3),
        PhaseFacts("external", "Does it hold in regions never seen?", other, (2016, 2017, 2018, 2019), True,
                   "After temporal validation passed.", 4),
        PhaseFacts("prospective", "Does it hold on the data as known on the day?", (*own, *other), (2021,), False,
                   "outcomes of people predicted in 2021 are not complete before the data lock", 0),
    )  # fmt: skip


def _evidence(opened: list[str], *, suppressed: bool) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    rows += _feasibility_rows()
    for phase in opened:
        rows += _phase_rows(phase)
        rows += _group_rows(phase, suppressed=suppressed)
        rows += [] if phase == "internal" else _truth_rows(phase)
    if "internal" in opened:
        corrected = {"auroc": (0.792, 0.013, 0.014), "calibration_slope": (0.94, 0.05, 0.06), "oe_ratio": (1, 0.06, 0)}
        for metric, (value, half, optimism) in corrected.items():
            rows.append(evidence_row(f"{metric}_corrected", "internal", value, half))
            rows.append(evidence_row(f"{metric}_optimism", "internal", float(optimism)))
    if opened:
        for feature, (_, size, direction) in FEATURES.items():
            group = f"feature={feature}"
            more = {"group": group, "n": 2000, "n_events": 0, "horizon_days": NO_HORIZON}
            rows.append(evidence_row("mean_abs_shap", "development", size, 0.04 * size + 0.004, **more))
            rows.append(evidence_row("shap_direction", "development", direction, **more))
        more = {"n": 2000, "n_events": 0, "horizon_days": NO_HORIZON}
        rows.append(evidence_row("shap_additivity_gap", "development", 3e-12, **more))
    return pl.DataFrame(rows, schema=schema_of(Evidence))


def _feasibility_rows() -> list[dict[str, object]]:
    more = {"model": "none", "n": 2184, "n_events": 111}
    rows = [
        evidence_row("prevalence", "feasibility", 0.0508, 0.0092, **more),
        evidence_row("events_needed_share", "feasibility", 2.68, **more),
        evidence_row("age_auroc", "feasibility", 0.662, 0.051, **more),
        evidence_row("highest_feature_auroc", "feasibility", 0.711, 0.049, reference="feature=hba1c_latest", **more),
        evidence_row("suspected_leaks", "feasibility", 0.0, **more),
    ]
    for feature, share in (("hba1c_latest", 0.682), ("triglycerides", 0.447), ("hdl", 0.451)):
        own = more | {"group": f"feature={feature}", "horizon_days": NO_HORIZON}
        rows.append(evidence_row("measured_share", "feasibility", share, 0.0066, **own))
    return rows


def _phase_rows(phase: str) -> list[dict[str, object]]:
    n, events = SIZES[phase]
    shift = {"internal": 0.014, "temporal": -0.006, "external": -0.021}[phase]
    rows = [
        evidence_row("prevalence", phase, events / n, 1.96 * np.sqrt(events) / n),
        evidence_row("average_precision", phase, 0.214 + shift, 0.024),
        evidence_row("brier", phase, 0.0441 - shift / 10, 0.0021),
        evidence_row("scaled_brier", phase, 0.082 + shift, 0.011),
        evidence_row("calibration_in_the_large", phase, float(np.log(OE[phase])), 0.065),
        evidence_row("calibration_slope", phase, 1.0 if phase == "internal" else 0.93, 0.07),
        evidence_row("ici", phase, 0.0042, 0.0019, reason="biased upward in small samples"),
        evidence_row("e50", phase, 0.0031, 0.0014),
        evidence_row("auroc", phase, AUROC["lightgbm"] - AUROC["age_sex"] + shift, 0.014, reference="age_sex"),
        evidence_row("auroc", phase, 0.011 + shift / 10, 0.006, reference="logistic"),
    ]
    for model, auroc in AUROC.items():
        rows.append(evidence_row("auroc", phase, auroc + shift, 0.014, model=model))
        oe = OE[phase] * {"lightgbm": 1, "logistic": 1.02, "age_sex": 1.05}[model]
        rows.append(evidence_row("oe_ratio", phase, oe, 0.06, model=model))
        if model != "lightgbm":
            rows.append(evidence_row("calibration_slope", phase, 0.98, 0.08, model=model))
            rows.append(evidence_row("scaled_brier", phase, auroc / 10 - 0.01, 0.01, model=model))
    for i, threshold in enumerate(THRESHOLDS):
        at = {"threshold": threshold}
        rows += [
            evidence_row("share_flagged", phase, (0.31, 0.142, 0.071)[i], 0.006, **at),
            evidence_row("sensitivity", phase, (0.78, 0.534, 0.331)[i] + shift, 0.03, **at),
            evidence_row("specificity", phase, (0.72, 0.879, 0.943)[i], 0.006, **at),
            evidence_row("ppv", phase, (0.131, 0.192, 0.238)[i], 0.014, **at),
            evidence_row("npv", phase, (0.984, 0.971, 0.963)[i], 0.003, **at),
            evidence_row("net_benefit", phase, (0.0248, 0.0133, 0.0071)[i] + shift / 20, 0.0018, **at),
            evidence_row("net_benefit", phase, (0.0241, 0.068, 0.124)[i], 0.0021, reference="treat_all", **at),
            evidence_row("net_benefit", phase, (0.0248, 0.0133, 0.0071)[i], 0.0018, reference="treat_none", **at),
            evidence_row("net_benefit", phase, (0.0081, 0.0069, 0.0052)[i], 0.0016, reference="age_sex", **at),
        ]
    return rows


GROUP_METRICS = ("auroc", "oe_ratio", "calibration_slope", "sensitivity", "ppv", "share_flagged")
GROUPS = ("sex=female", "sex=male", "age=30-39", "age=40-49", "age=50-59", "age=60-69", "age=70-79", "age=80-89",
          "origin=danish", "origin=western", "origin=non_western", "origin=unknown")  # fmt: skip


def _group_rows(phase: str, *, suppressed: bool) -> list[dict[str, object]]:
    rows = []
    n, events = SIZES[phase]
    if phase == "internal":
        return _left_out_rows()
    regions = ("81", "83") if phase == "external" else ("82", "84", "85")
    for i, group in enumerate((*GROUPS, *(f"region={r}" for r in regions))):
        size = {"n": n // (2 + i % 5), "n_events": events // (2 + i % 5), "group": group}
        if group == "origin=unknown":
            # Disclosure control keeps the key and writes 0 for the counts that it takes away.
            few = {"n": 0, "n_events": 0, "reason": "suppressed: rests on fewer than 5 people"} if suppressed else {
                "n": 141, "n_events": 7, "reason": "insufficient: fewer than 10 events"}  # fmt: skip
            for metric in GROUP_METRICS:
                at = 0.1 if metric in GROUP_METRICS[3:] else NO_THRESHOLD
                rows.append(evidence_row(metric, phase, None, threshold=at, **(size | few)))
            continue
        rows.append(evidence_row("auroc", phase, 0.80 - 0.012 * i + 0.02 * (i % 3), 0.016 + 0.006 * (i % 5), **size))
        oe = 1 + 0.05 * ((i * 7) % 5 - 2)
        width = 0.07 + 0.05 * (i % 5)
        limits = {"lower": oe * np.exp(-width), "upper": oe * np.exp(width)}
        rows.append(evidence_row("oe_ratio", phase, oe, **size) | limits)
        rows.append(evidence_row("sensitivity", phase, 0.5 + 0.02 * (i % 4), 0.05, threshold=0.1, **size))
        rows.append(evidence_row("ppv", phase, 0.19 + 0.01 * (i % 3), 0.03, threshold=0.1, **size))
        rows.append(evidence_row("share_flagged", phase, 0.1 + 0.02 * (i % 6), 0.01, threshold=0.1, **size))
        rows.append(evidence_row("calibration_slope", phase, 1.01 - 0.02 * (i % 4), 0.06 + 0.03 * (i % 3), **size))
        for k, metric in enumerate(GROUP_METRICS):
            at = 0.1 if metric in GROUP_METRICS[3:] else NO_THRESHOLD
            gap = 0.013 * ((i + k) % 5 - 2)
            rows.append(evidence_row(metric, phase, gap, 0.02 + 0.01 * (i % 4), reference="rest", threshold=at, **size))
    for variable in ("sex", "age", "origin", "region"):
        for k, metric in enumerate(("share_flagged_gap", "sensitivity_gap", "equalized_odds_gap", "oe_ratio_gap")):
            at = NO_THRESHOLD if metric == "oe_ratio_gap" else 0.1
            rows.append(evidence_row(metric, phase, 0.04 + 0.02 * k, 0.03, group=variable, threshold=at))
    return rows


def _truth_rows(phase: str) -> list[dict[str, object]]:
    """What an audit finds: values without intervals, two oracles, and registered outcomes that miss cases."""
    true = {"label": "true", "method": "invented, no sampling error"}
    counted = true | {"model": "none", "n_events": 0}
    rows = [evidence_row("audited_share", phase, 0.9991, **counted),
            evidence_row("unrecorded_share", phase, 0.0132, **counted),
            evidence_row("models_beyond_oracle", phase, 0.0, **counted),
            evidence_row("oracle_years", phase, 5.0, **counted)]  # fmt: skip
    for i, (model, auroc) in enumerate({**AUROC, "oracle_features": 0.778, "oracle": 0.8234}.items()):
        at = true | {"model": model}
        values = {"auroc": auroc - 0.011, "scaled_brier": 0.09 - 0.02 * i, "oe_ratio": 1.18 * OE[phase],
                  "calibration_slope": 0.93 + 0.01 * i, "ici": 0.0061}  # fmt: skip
        rows += [evidence_row(metric, phase, value, **at) for metric, value in values.items()]
        rows.append(evidence_row("net_benefit", phase, 0.0141 + 0.001 * i, threshold=0.1, **at))
        if model != "oracle_features":
            rows.append(evidence_row("realised_auroc", phase, auroc - 0.008, 0.02, **at))
        if not model.startswith("oracle"):
            rows.append(evidence_row("realised_auroc", phase, auroc - 0.8234, 0.009, reference="oracle", **at))
            rows.append(evidence_row("regret_auroc", phase, 0.8124 - auroc + 0.011, **at))
            rows.append(evidence_row("regret_net_benefit", phase, 0.0023, threshold=0.1, **at))
    misled = {"auroc": 0.0043, "oe_ratio": -0.18 * OE[phase], "calibration_slope": 0.0002}
    rows += [evidence_row(metric, phase, value, reference="coded", **true) for metric, value in misled.items()]
    for metric, value, apart in (("sensitivity", 0.512, 0.022), ("ppv", 0.226, -0.034)):
        rows.append(evidence_row(metric, phase, value, threshold=0.1, **true))
        rows.append(evidence_row(metric, phase, apart, threshold=0.1, reference="coded", **true))
    rows.append(evidence_row("net_benefit", phase, -0.0021, threshold=0.1, reference="coded", **true))
    for i, group in enumerate(GROUPS):
        few = {"reason": "insufficient: fewer than 10 events are expected"} if group == "origin=unknown" else {}
        at = true | {"group": group} | few
        for k, metric in enumerate(("auroc", "regret_auroc", "oe_ratio", "sensitivity")):
            value = None if few else (0.79 - 0.01 * (i % 5), 0.02 + 0.001 * i, 1.1 + 0.03 * (i % 4), 0.5)[k]
            threshold = 0.1 if metric == "sensitivity" else NO_THRESHOLD
            rows.append(evidence_row(metric, phase, value, threshold=threshold, **at))
            if k > 1:
                apart = None if few else -0.05 * (i % 3)
                rows.append(evidence_row(metric, phase, apart, threshold=threshold, reference="coded", **at))
    for variable in ("sex", "age", "origin", "region"):
        for k, metric in enumerate(("share_flagged_gap", "sensitivity_gap", "oe_ratio_gap", "prevalence_gap")):
            at = true | {"group": variable, "threshold": 0.1 if k < 2 else NO_THRESHOLD}
            rows.append(evidence_row(metric, phase, 0.06 + 0.03 * k, **at))
            rows.append(evidence_row(metric, phase, -0.04, reference="coded", **at))
    return rows


def _left_out_rows() -> list[dict[str, object]]:
    return [
        evidence_row(f"{metric}_left_out", "internal", value + 0.01 * i, half, group=f"region={region}", n=7280)
        for i, region in enumerate(("82", "84", "85"))
        for metric, value, half in (("auroc", 0.768, 0.022), ("calibration_slope", 0.91, 0.11), ("oe_ratio", 0.97, 0.1))
    ]


def _curves(opened: list[str]) -> pl.DataFrame:
    rows: list[dict[str, object]] = []

    def add(
        phase: str, curve: str, series: str, x: Any, y: Any, low: Any = None, high: Any = None, n: Any = 0,
        model: str = "lightgbm",
    ) -> None:  # fmt: skip
        size = len(x)
        columns = [np.broadcast_to(np.asarray(c, dtype=object), size) for c in (x, y, low, high, n)]
        for i, (px, py, pl_, ph, pn) in enumerate(zip(*columns, strict=True)):
            rows.append({"outcome": OUTCOME, "model": model, "phase": phase, "group": "all", "curve": curve,
                         "series": series, "point": i, "x": px, "y": py, "lower": pl_, "upper": ph, "n": pn,
                         "n_events": 0})  # fmt: skip

    for phase in opened:
        n, events = SIZES[phase]
        x = np.linspace(0.004, 0.34, 40)
        y = x * OE[phase] * (1 - 0.25 * (x - 0.1) * (phase != "internal"))
        half = 0.004 + 0.18 * x**1.3
        add(phase, "calibration", "model", x, y, np.maximum(y - half, 0), y + half)
        edges = np.concatenate([[0.0], 1 / (1 + np.exp(-np.linspace(np.log(0.0001), np.log(19), 39))), [1.0]])
        bins = (edges[:-1] + edges[1:]) / 2  # even on the log-odds scale, as the study bins them
        for name, at, total in (("risk_of_events", 0.13, events), ("risk_of_non_events", 0.035, n - events)):
            share = np.exp(-((np.log(bins / (1 - bins)) - np.log(at)) ** 2) / 1.6)
            share /= share.sum()
            add(phase, name, "model", bins, share, n=[int(s * total) for s in share])
        t = np.linspace(0.01, 0.25, 49)
        rate = events / n
        for model, fall, spec in (("lightgbm", 5.2, 0.55), ("logistic", 5.6, 0.56), ("age_sex", 8.5, 0.72)):
            sens = 0.95 * np.exp(-fall * t**1.1)
            benefit = rate * sens - (1 - rate) * spec * np.exp(-17 * t) * t / (1 - t)
            add(phase, "net_benefit", "model", t, benefit, model=model)
        add(phase, "net_benefit", "treat_all", t, rate - (1 - rate) * t / (1 - t))
        add(phase, "net_benefit", "treat_none", t, np.zeros_like(t))
    if opened:
        _add_explanation(add)
    return pl.DataFrame(rows, schema=schema_of(Curve))


def _add_explanation(add: Callable[..., None]) -> None:
    phase = "development"
    x = np.linspace(28, 47, 20)
    y = 2.2 / (1 + np.exp(-(x - 40) / 2.2)) - 0.7
    add(phase, "dependence", "hba1c_latest", x, y, y - 0.16, y + 0.16, 500)
    add(phase, "dependence", "hba1c_latest|missing", [0.0], [-0.31], [-0.4], [-0.22], 7000)
    age = np.linspace(30, 89, 24)
    y = 0.7 * np.sin((age - 30) / 38) - 0.35
    add(phase, "dependence", "age", age, y, y - 0.08, y + 0.1, 500)
    for feature, on in (("bmi_code", 0.71), ("sex_male", 0.16)):
        add(phase, "dependence", feature, [0.0, 1.0], [-0.1, on], [-0.14, on - 0.12], [-0.07, on + 0.1], 900)
    x = np.arange(0, 13, dtype=float)
    y = 0.09 * x - 0.2
    add(phase, "dependence", "antihypertensives", x, y, y - 0.1, y + 0.1, 300)
    x = np.linspace(0.4, 5, 20)
    add(phase, "dependence", "triglycerides", x, 0.3 * np.log(x), 0.3 * np.log(x) - 0.1, 0.3 * np.log(x) + 0.1, 300)
    add(phase, "dependence", "triglycerides|missing", [0.0], [-0.05], [-0.1], [0.02], 6000)
    people = {
        "High risk": ({"hba1c_latest": (45.0, 1.31), "age": (67.0, 0.33), "bmi_code": (1.0, 0.71),
                       "antihypertensives": (6.0, 0.33), "triglycerides": (2.9, 0.30), "hdl": (0.9, 0.22),
                       "sex_male": (1.0, 0.16), "n_contacts": (1.0, -0.02)}, -3.35, 0.08, 0.54),
        "Low risk": ({"hba1c_latest": (33.0, -0.62), "age": (41.0, -0.16), "bmi_code": (0.0, -0.10),
                      "antihypertensives": (0.0, -0.20), "hdl": (1.7, -0.14), "sex_male": (0.0, -0.12)},
                     -3.35, -0.03, 0.0089),
    }  # fmt: skip
    for name, (parts, base, rest, risk) in people.items():
        for feature, (value, contribution) in parts.items():
            add(phase, "archetype", f"{name}|{feature}", [value], [contribution], n=40)
        if name == "Low risk":
            add(phase, "archetype", f"{name}|triglycerides|missing", [0.0], [-0.05], n=40)
        for special, value in (("(base)", base), ("(other)", rest), ("(risk)", risk)):
            add(phase, "archetype", f"{name}|{special}", [0.0], [value], n=40)


def _gates(opened: list[str], verdict: str) -> pl.DataFrame:
    rows = [("lightgbm", "feasibility", "events_needed_share of none at least 1", "PASS", "2.68")]
    if "external" not in opened or verdict == "PASS":
        rows.append(("lightgbm", "prospective", "the phase is open", "INCONCLUSIVE", "outcomes are not complete"))
    for phase in opened:
        last = phase == opened[-1]
        oe = OE[phase]
        rows += [
            ("lightgbm", phase, "lower limit of auroc >= 0.70", "PASS", "lower limit 0.757"),
            ("lightgbm", phase, "interval of oe_ratio within 0.80 to 1.25", verdict if last else "PASS",
             f"{oe:.2f} ({oe - 0.06:.2f} to {oe + 0.06:.2f})"),
            ("lightgbm", phase, "net benefit above age and sex", "PASS", "difference 6.9 per 1,000 (5.3 to 8.5)"),
        ]  # fmt: skip
    return pl.DataFrame([(OUTCOME, *row) for row in rows], schema=schema_of(GateVerdict), orient="row")


def _flow() -> pl.DataFrame:
    steps = (
        ("All people in the delivery with a valid person number", 100000, 100000, 0),
        ("Not resident in Denmark at any index date of the study", 92140, 401220, 7860),
        ("Younger than 30 or older than 89 years at the index date", 61870, 268410, 30270),
        ("Fewer than 5 years of residence before the index date: the lookback would be cut short", 58900, 251020, 2970),
        ("Diabetes of any type coded or treated before the index date", 55130, 231770, 3770),
        ("One index date drawn per person, people assigned to phases", 55010, 55010, 120),
    )
    rows = [(OUTCOME, i, rule, people, n_rows, left) for i, (rule, people, n_rows, left) in enumerate(steps)]
    return pl.DataFrame(rows, schema=schema_of(Flow), orient="row")


def _table_one(opened: list[str]) -> pl.DataFrame:
    rows = []
    for k, phase in enumerate(opened):
        n = SIZES[phase][0]

        def add(variable: str, level: str, share: float, phase: str = phase, n: int = n) -> None:
            rows.append((OUTCOME, phase, variable, level, round(share * n), n, share, None, None))

        rows.append((OUTCOME, phase, "age", "median (quartiles)", n, n, 54.0 + k, 43.0, 66.0))
        add("sex", "female", 0.52)
        add("sex", "male", 0.48)
        add("origin", "danish", 0.88)
        add("origin", "western", 0.05)
        add("origin", "non_western", 0.068)
        rows.append((OUTCOME, phase, "origin", "unknown", 0, n, None, None, None))  # suppressed
        rows.append((OUTCOME, phase, "hba1c_latest", "median (quartiles)", n, n, 36.0, 33.5, 38.0))
        add("hba1c_latest", "missing", 0.32 - 0.05 * k)
    return pl.DataFrame(rows, schema=schema_of(Characteristic), orient="row")


def _accounts() -> pl.DataFrame:
    rows = [
        ("intake", "lab", "in", "", 1843020), ("intake", "lab", "kept", "", 1839115),
        ("intake", "lab", "dropped", "result is not a number and not a known word", 3105),
        ("intake", "lab", "quarantined", "unit is not the one of the analysis code", 800),
        ("intake", "lmdb", "in", "", 2410333), ("intake", "lmdb", "kept", "", 2410333),
        ("intake", "lpr3", "in", "", 512204), ("intake", "lpr3", "kept", "", 511990),
        ("intake", "lpr3", "dropped", "contact ends before it begins", 214),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema_of(RowAccount), orient="row")
