"""Audit what was found on registered outcomes against the truth of a simulated world: the only reader of that zone."""

import polars as pl

from evidens.contracts import Evidence
from evidens.foundation import Fault
from evidens.study.catalog import StudyError
from evidens.study.phases import SEALED
from evidens.study.study import Study

KNOWN = ("risk_true", "risk_features", "risk_coded", "is_event")
QUARTERS_PER_YEAR, DAYS_PER_YEAR = 4, 365


def audit_opened_phases(study: Study, outcome: str) -> pl.DataFrame:
    """Evaluate every model in every opened phase on the truth; nothing, where the delivery is real.

    Raises
    ------
    StudyError
        If the study asks for another horizon than the truth is about.
    """
    from evidens.audit import Least, audit_predictions

    if study.settings("delivery").kind != "simulated":
        study.log.say("the delivery is not simulated: its truth is not known, nothing to audit")
        return Evidence.create_empty()
    question, fairness = study.settings("outcome", outcome), study.settings("fairness")
    check_horizon(outcome, question.horizon_days)
    least = Least(fairness.min_people, fairness.min_events, fairness.min_non_events)
    truth = read_truth(study, outcome)
    if truth.is_empty():
        study.log.say(f"{outcome}: the simulated world has no truth of this outcome, so that no one is audited")
    found: list[pl.DataFrame] = [Evidence.create_empty()]
    for phase in SEALED:
        predictions = study.read("predictions", outcome, phase)
        if predictions.is_empty():
            study.log.say(f"{outcome}, {phase}: not opened, not audited")
            continue
        found.append(
            audit_predictions(
                predictions,
                truth,
                _describe_groups(study, outcome, phase),
                question.thresholds,
                main_threshold=question.main_threshold,
                least=least,
                oracle_years=study.settings("simulation").oracle_lookback_quarters / QUARTERS_PER_YEAR,
                outcome=outcome,
                phase=phase,
                horizon_days=question.horizon_days,
            )
        )
    return pl.concat(found).sort(Evidence.primary_key())


def check_horizon(outcome: str, horizon_days: int) -> None:
    """Check that the study's horizon is the one that the true risks of this outcome are about.

    Raises
    ------
    StudyError
        If it is not.
    """
    from evidens.simulation.diseases import DISEASES

    simulated = {d.outcome: d.horizon_quarters * DAYS_PER_YEAR // QUARTERS_PER_YEAR for d in DISEASES}
    if outcome in simulated and simulated[outcome] != horizon_days:
        finding = f"horizon_days is {horizon_days}, and true risks are of {simulated[outcome]} days."
        remedy = "Set it to that, or change horizon_quarters in src/evidens/simulation/diseases.py."
        raise StudyError(Fault(f"conf/outcome/{outcome}.yaml", finding, remedy))


def read_truth(study: Study, outcome: str) -> pl.DataFrame:
    """Read true risks of one outcome, and whether it happened, under the pseudonyms of the study.

    Returns
    -------
    polars.DataFrame
        person_id, index_on, the risks and `is_event`.
    """
    from evidens.privacy import PseudonymMap, key_for

    truth = study.scan("truth_risk").filter(outcome=outcome).select("pnr", "index_on", *KNOWN).collect()
    seed = study.settings("simulation").seed
    key = key_for(study.settings("delivery"), world_seed=seed, forbidden_roots=(study.root,))
    numbers = truth["pnr"].unique(maintain_order=True)
    named = pl.DataFrame({"pnr": numbers, "person_id": PseudonymMap(key, "person").ids(numbers)})
    return truth.join(named, on="pnr").select("person_id", "index_on", *KNOWN)


def _describe_groups(study: Study, outcome: str, phase: str) -> pl.DataFrame:
    from evidens.fairness import band_age

    members = study.read("members", outcome, phase)
    return members.select("person_id", "sex", band_age(members["age"]).alias("age"), "origin", "region")
