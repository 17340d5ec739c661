"""What a report is made of: plain facts and the tables that passed disclosure control.

A report reads these and computes nothing about people. Where a cell was suppressed its value is null
and its reason begins with "suppressed".

How rows are told apart
-----------------------
evidence
    The proposed model is `candidate`; the other models are shown as references. Headline rows have
    ``group == "all"``, ``reference == "none"``, ``label == "coded"``. Rows of other horizons than
    `horizon_days` (or none) are left out. Metrics of this page: auroc, average_precision, brier,
    scaled_brier, calibration_in_the_large, calibration_slope, oe_ratio, ici, e50, e90, prevalence; at a
    threshold sensitivity, specificity, ppv, npv, share_flagged, net_benefit. Differences carry their
    comparator in `reference` (a model, "treat_all", "treat_none", a group). In the internal phase
    ``<metric>`` is apparent, ``<metric>_optimism`` the optimism, ``<metric>_corrected`` the corrected
    value. Rows with ``label == "true"`` are about the truth of a simulated world, also of the models "oracle",
    "oracle_features" and "oracle_coded"; their reference "coded" is registered minus true, ``regret_<metric>`` the
    oracle's value minus the model's, realised_auroc the AUROC on what happened, with reference "oracle" minus the
    oracle's; of model "none" models_beyond_oracle and oracle_years. Every other metric of a listed phase
    appears under "Further measures"; phases that `phases` does not list, or that are not opened, are left out.
curves
    ``calibration`` (series "model": x predicted, y observed), ``risk_of_events`` and
    ``risk_of_non_events`` (x middle of the bin, y share of that outcome group, n people),
    ``net_benefit`` (series "model", "treat_all", "treat_none", or another model's name; x threshold).
gates
    Rows of `candidate`, and rows with model "none" for phases without a model (feasibility).

Rows of the explanation
-----------------------
All have ``model == candidate``. Contributions are on the log-odds scale. If several phases hold
them, the last phase of the protocol is shown.

=====================================  ===========================================================
evidence ``mean_abs_shap``             group "feature=<name>"; value the mean absolute contribution,
                                       lower and upper its interval where one was estimated
evidence ``shap_direction``            group "feature=<name>"; value in [-1, 1]: rank correlation of the
                                       feature with its contribution (above 0: higher value, higher
                                       risk); null with a reason where it has no direction
curve ``dependence``                   series "<feature>": x the feature's value, y the mean
                                       contribution at it, lower and upper the quartiles of the
                                       contributions (spread of people, not uncertainty), n people
curve ``dependence``                   series "<feature>|missing": one point for people in whom the
                                       feature was not measured; x is 0 and not read
curve ``archetype``                    series "<archetype>|<feature>": x the feature's value, y its
                                       contribution; `point` 0 the largest; n people summarised
curve ``archetype``                    series "<archetype>|<feature>|missing": not measured; x not read
curve ``archetype``                    series "<archetype>|(base)": y the base value (log-odds),
                                       "<archetype>|(other)": y the sum of all features not named,
                                       "<archetype>|(risk)": y the predicted risk, a probability
=====================================  ===========================================================

An archetype is an average or a constructed person, never a person of the data.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from evidens.contracts import Characteristic, Curve, Evidence, Flow, GateVerdict, RowAccount, schema_of
from evidens.contracts.schema import dy
from evidens.foundation import EvidensError, Faults

FRAMES: dict[str, type[dy.Schema]] = {
    "evidence": Evidence,
    "curves": Curve,
    "gates": GateVerdict,
    "flow": Flow,
    "table_one": Characteristic,
    "accounts": RowAccount,
}


class ReportContentError(EvidensError):
    """The content of a report lacks columns or contradicts itself."""


@dataclass(frozen=True)
class PhaseFacts:
    """What the protocol says about one phase, and whether it was opened.

    Parameters
    ----------
    name : str
        As in the `phase` column of the tables, such as "external".
    question : str
        What the phase asks.
    regions : tuple of str
        Codes or names of regions; "81" to "85" are printed by name.
    years : tuple of int
        Index years.
    is_opened : bool
        Whether its outcomes were read.
    reason : str
        Why it was not opened, or who opened it and why; may be empty when opened.
    n_looks : int or None
        How often a model was evaluated on the phase; None when no ledger was given.
    """

    name: str
    question: str
    regions: tuple[str, ...]
    years: tuple[int, ...]
    is_opened: bool
    reason: str = ""
    n_looks: int | None = None


@dataclass(frozen=True)
class ReportContent:
    """Everything one report shows about one outcome; see the module's docstring for the rows.

    Parameters
    ----------
    outcome : str
        Name in the tables, such as "type_2_diabetes".
    title, question, population, intended_use : str
        In words for the reader.
    index : str
        When people are asked about, as a part of a sentence, such as "on 1 January of the index year".
    horizon_days : int
        Days after the index in which the outcome counts.
    thresholds : tuple of float
        Risks at which people would be flagged.
    main_threshold : float
        The one of them that the study prespecified.
    candidate : str
        The model proposed for release.
    world_note : str
        Where the data come from, in a sentence.
    delivery : str
        Name of the delivery.
    is_simulated : bool
        Whether the people are simulated.
    data_lock_on : datetime.date
        The last day of the data.
    phases : tuple of PhaseFacts
        In the order of the protocol.
    evidence, curves, gates, flow, table_one, accounts : polars.DataFrame
        Tables of evidens.contracts after disclosure control; rows of other outcomes are left out.
    feature_labels : mapping of str to str
        Readable labels of features; a feature without one is shown by its name.
    limits : tuple of str
        What the study cannot say, written by people.
    lineage : mapping of str to (str or mapping of str to str)
        Hashes, settings, versions; a mapping inside becomes a group of rows.
    reproduce : tuple of str
        Commands that make this report again, one per line.
    change_summary : tuple of str
        What changed since the version before, one paragraph each; empty when none was given.
    """

    outcome: str
    title: str
    question: str
    population: str
    intended_use: str
    index: str
    horizon_days: int
    thresholds: tuple[float, ...]
    main_threshold: float
    candidate: str
    world_note: str
    delivery: str
    is_simulated: bool
    data_lock_on: dt.date
    phases: tuple[PhaseFacts, ...]
    evidence: pl.DataFrame
    curves: pl.DataFrame
    gates: pl.DataFrame
    flow: pl.DataFrame
    table_one: pl.DataFrame
    accounts: pl.DataFrame
    feature_labels: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    lineage: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    reproduce: tuple[str, ...] = ()
    change_summary: tuple[str, ...] = ()


def check_content(content: ReportContent) -> ReportContent:
    """Return `content` with only the rows of its outcome, or stop with all its faults.

    Raises
    ------
    ReportContentError
        Naming missing columns, phases given twice, and a main threshold that is not a threshold.

    Notes
    -----
    Only names of columns are checked, not the whole contract: disclosure control takes counts away
    that the contracts demand.
    """
    faults = Faults()
    for name, contract in FRAMES.items():
        for column in schema_of(contract).names():
            if column not in getattr(content, name).columns:
                faults.add(f"report: {name}", f"no column '{column}'.", f"Give the table {contract.__name__}.")
    names = [phase.name for phase in content.phases]
    for name in sorted({n for n in names if names.count(n) > 1}):
        faults.add("report: phases", f"'{name}' occurs twice.", "Give each phase once, in the protocol's order.")
    if content.main_threshold not in content.thresholds:
        faults.add("report: main_threshold", "is not one of the thresholds.", "Add it to the thresholds.")
    faults.stop(ReportContentError)
    return _keep_outcome(content)


def _keep_outcome(content: ReportContent) -> ReportContent:
    kept = {
        name: getattr(content, name).filter(pl.col("outcome") == content.outcome)
        for name in FRAMES
        if name != "accounts"
    }
    return replace(content, **kept)
