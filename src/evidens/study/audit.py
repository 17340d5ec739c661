"""Audit what was found on registered outcomes against the truth of a simulated world: the only reader of that zone."""

import polars as pl

from evidens.contracts import Evidence
from evidens.study.phases import SEALED
from evidens.study.study import Study

RISKS = ("risk_true", "risk_features", "risk_coded")


def audit_opened_phases(study: Study, outcome: str) -> pl.DataFrame:
    """Evaluate every model in every opened phase under the true risk; nothing, where the delivery is real."""
    from evidens.audit import Least, audit_predictions

    if study.settings("delivery").kind != "simulated":
        study.log.say("the delivery is not simulated: its truth is not known, nothing to audit")
        return Evidence.create_empty()
    question, fairness = study.settings("outcome", outcome), study.settings("fairness")
    least = Least(fairness.min_people, fairness.min_events, fairness.min_non_events)
    truth = read_truth(study, outcome)
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
                outcome=outcome,
                phase=phase,
                horizon_days=question.horizon_days,
            )
        )
    return pl.concat(found).sort(Evidence.primary_key())


def read_truth(study: Study, outcome: str) -> pl.DataFrame:
    """Read the true risks of one outcome under the pseudonyms of the study.

    Returns
    -------
    polars.DataFrame
        person_id, index_on, and the risks.
    """
    from evidens.privacy import PseudonymMap, key_for

    truth = study.scan("truth_risk").filter(outcome=outcome).select("pnr", "index_on", *RISKS).collect()
    seed = study.settings("simulation").seed
    key = key_for(study.settings("delivery"), world_seed=seed, forbidden_roots=(study.root,))
    numbers = truth["pnr"].unique(maintain_order=True)
    named = pl.DataFrame({"pnr": numbers, "person_id": PseudonymMap(key, "person").ids(numbers)})
    return truth.join(named, on="pnr").select("person_id", "index_on", *RISKS)


def _describe_groups(study: Study, outcome: str, phase: str) -> pl.DataFrame:
    from evidens.fairness import band_age

    members = study.read("members", outcome, phase)
    return members.select("person_id", "sex", band_age(members["age"]).alias("age"), "origin", "region")
