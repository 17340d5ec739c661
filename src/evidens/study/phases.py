"""Go through the phases: a sealed one opens only when the gates before it pass, and every look is counted."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from types import SimpleNamespace
from typing import Literal

import numpy as np
import polars as pl

from evidens.changes import Ledger, record_opening, record_predictions, record_protocol
from evidens.cohort.target import build_target
from evidens.contracts import Characteristic, Curve, Evidence, GateVerdict, schema_of
from evidens.features import FeatureMatrix
from evidens.foundation import stream
from evidens.models import fit_predict, load_model, model_digest
from evidens.protocol import (
    Label,
    Member,
    PhaseSettings,
    ProtocolSettings,
    assign_phases,
    describe_cohort,
    protocol_hash,
    review_opening,
    review_phase,
    split_members,
)
from evidens.study.features import read_features, read_labels, read_members
from evidens.study.study import Study
from evidens.validation import (
    Performance,
    Prediction,
    correct_optimism,
    evaluate,
    leave_regions_out,
)

SEALED = ("temporal", "external", "prospective")
OPENED = "the phase is open"  # the criterion that says, in the table of gates, that a phase was not opened


def stage_of(phase: str) -> str:
    """Name of the stage that writes the evidence and gates of a phase."""
    return "assess_feasibility" if phase == "feasibility" else f"validate_{phase}"


def open_ledger(study: Study) -> Ledger:
    """Return the study's ledger, which is never an output of a stage."""
    return Ledger(study.root / "mlruns" / "ledger.jsonl")


def is_open(study: Study, *, outcome: str, phase: str) -> bool:
    """Whether people of `phase` may be looked at outside its own stage: development always, others once opened."""
    if phase == "development":
        return True
    path = study.root / study.catalog["gates"].dir / stage_of(phase) / outcome / "part.parquet"
    return path.exists() and pl.read_parquet(path).filter(pl.col("criterion") == OPENED).is_empty()


def divide_cohort(study: Study, outcome: str) -> pl.DataFrame:
    """Write members and labels of every phase with people of its own, bucket by bucket; return Table 1."""
    protocol = study.settings("protocol")
    phases = [phase.name for phase in protocol.phases_with_people]
    writes = {f"{table}_of_{phase}": (table, outcome, phase) for phase in phases for table in ("members", "labels")}
    people: dict[str, list[pl.DataFrame]] = {phase: [Member.create_empty()] for phase in phases}
    parts = study.map_buckets(
        partial(_divide_bucket, protocol=protocol), writes=writes, keep=attrgetter("members"),
        cohort=("cohort", outcome),
    )  # fmt: skip
    for _, members in parts:
        for phase in phases:
            people[phase].append(members[phase])
    described = [describe_cohort(pl.concat(parts), outcome=outcome, phase=phase) for phase, parts in people.items()]
    return pl.concat(described).sort(Characteristic.primary_key())


def _divide_bucket(cohort: pl.DataFrame, protocol: ProtocolSettings) -> SimpleNamespace:
    """Part one bucket: members by phase, and `members_of_<phase>` and `labels_of_<phase>` of each, empty or not."""
    parts = split_members(cohort, assign_phases(cohort, protocol))
    names = [phase.name for phase in protocol.phases_with_people]
    divided = {name: parts.get(name, (Member.create_empty(), Label.create_empty())) for name in names}
    frames = {f"members_of_{name}": members for name, (members, _) in divided.items()}
    frames |= {f"labels_of_{name}": labels for name, (_, labels) in divided.items()}
    return SimpleNamespace(**frames, members={name: members for name, (members, _) in divided.items()})


def validate_within_development(study: Study, outcome: str) -> None:
    """Write evidence, curves and gates of the internal phase for every model.

    Apparent performance of the fitted models, its correction for optimism with everything refitted, and each
    region predicted by models that never saw it.
    """
    question, settings = study.settings("outcome", outcome), study.settings("validation")
    comparator = study.settings("protocol").comparator
    features = read_features(study, outcome, "development")
    target = build_target(read_labels(study, outcome, "development"), horizon_days=question.horizon_days)
    rng = stream(0, "validate_internal", outcome)
    apparent = evaluate(
        target,
        _predict(study, outcome, features),
        question.thresholds,
        settings,
        comparator=comparator,
        outcome=outcome,
        phase="internal",
        rng=rng,
    )

    def refit(model: str, rows: np.ndarray) -> np.ndarray:
        return fit_predict(
            features,
            target.outcome,
            target.weights,
            study.settings("model", model),
            rows=rows,
            rng=stream(0, "refit", outcome, model),
        )

    refits = {model: partial(refit, model) for model in study.names["models"]}
    corrected = correct_optimism(
        target, refits, outcome=outcome, n_resamples=settings.n_resamples, rng=rng, in_order=study.run_in_order
    )
    regions = read_members(study, outcome, "development")["region"].to_list()
    left_out = leave_regions_out(target, regions, refits, outcome=outcome, in_order=study.run_in_order)
    evidence = pl.concat([apparent.evidence, corrected, left_out]).sort(Evidence.primary_key())
    _write_phase(study, outcome, "internal", Performance(evidence, apparent.curves))


def validate_sealed_phase(study: Study, outcome: str, phase: str) -> None:
    """Write predictions, evidence, curves and gates of a sealed phase; or, if it stays closed, why.

    Labels are read last: after the protocol, the opening and the predictions have been put on record.
    """
    protocol = study.settings("protocol")
    decision = decide_opening(study, outcome, phase, protocol)
    if not decision.is_open:
        study.log.say(f"{outcome}, {phase}: {decision.because}")
        _write_closed(study, outcome, phase, decision.because)
        return
    features = read_features(study, outcome, phase)
    risks = _predict(study, outcome, features)
    record_protocol_in_force(study, outcome)
    _put_on_record(study, outcome, phase, decision, risks)
    labels = read_labels(study, outcome, phase)
    study.write("predictions", outcome, phase, frame=_join_predictions(labels, risks))
    question, settings = study.settings("outcome", outcome), study.settings("validation")
    performance = evaluate(
        build_target(labels, horizon_days=question.horizon_days),
        risks,
        question.thresholds,
        settings,
        comparator=protocol.comparator,
        outcome=outcome,
        phase=phase,
        rng=stream(0, "validate", outcome, phase),
    )
    _write_phase(study, outcome, phase, performance)


@dataclass(frozen=True)
class Decision:
    """Whether a phase opens, why, and by whom."""

    is_open: bool
    because: str
    policy: Literal["gates", "manual"] = "gates"
    by: str = "gates"


def decide_opening(study: Study, outcome: str, phase: str, protocol: ProtocolSettings) -> Decision:
    """Decide by the gates before `phase`, unless a named person opened it in conf/openings.yaml."""
    person = study.settings("openings").find(outcome, phase)
    if person:
        return Decision(True, person.reason, policy="manual", by=person.by)
    earlier = [p.name for p in protocol.phases_before(phase) if p.criteria]
    verdicts = pl.concat([study.read("gates", stage_of(name), outcome) for name in earlier])
    opening = review_opening(protocol, phase, verdicts, outcome=outcome, model=study.settings("candidate").candidate)
    return Decision(opening.is_open, opening.because)


def assess_opened_phases(study: Study, outcome: str) -> pl.DataFrame:
    """Assess the candidate by group in every sealed phase that was opened; a closed one has no predictions."""
    from evidens.fairness import assess_groups, band_age

    candidate, question = study.settings("candidate").candidate, study.settings("outcome", outcome)
    found: list[pl.DataFrame] = [Evidence.create_empty()]
    for phase in SEALED:
        predictions = study.read("predictions", outcome, phase).filter(pl.col("model") == candidate).sort("person_id")
        if predictions.is_empty():
            continue
        members = read_members(study, outcome, phase)
        groups = members.select("sex", band_age(members["age"]).alias("age"), "origin", "region")
        target = build_target(predictions, horizon_days=question.horizon_days)
        found.append(
            assess_groups(
                target,
                predictions["risk"].to_numpy(),
                groups,
                question.main_threshold,
                study.settings("fairness"),
                outcome=outcome,
                model=candidate,
                phase=phase,
                rng=stream(0, "fairness", outcome, phase),
            )
        )
    return pl.concat(found).sort(Evidence.primary_key())


def review_models(study: Study, evidence: pl.DataFrame, phase: PhaseSettings, *, outcome: str) -> pl.DataFrame:
    """Judge the evidence of a phase for every model of the study, so that a change of candidate needs no rerun."""
    threshold = study.settings("outcome", outcome).main_threshold
    judged = [
        review_phase(evidence, phase, outcome=outcome, model=model, main_threshold=threshold)
        for model in study.names["models"]
    ]
    return pl.concat(judged).sort(GateVerdict.primary_key())


def _predict(study: Study, outcome: str, features: FeatureMatrix) -> dict[str, np.ndarray]:
    folder = study.folder("model", outcome)
    return {model: load_model(folder / model).predict_risk(features) for model in study.names["models"]}


def record_protocol_in_force(study: Study, outcome: str) -> None:
    """Note the protocol in the ledger, once for each change of it: first before any label of development is read."""
    protocol = study.settings("protocol")
    record_protocol(open_ledger(study), outcome, protocol_hash(protocol), at=_now())


def _put_on_record(study: Study, outcome: str, phase: str, decision: Decision, risks: dict[str, np.ndarray]) -> None:
    """Note who opens the phase, that every model will be seen on it, and what each of them predicted."""
    ledger, candidate = open_ledger(study), study.settings("candidate").candidate
    folder = study.folder("model", outcome)
    for model in sorted(risks, key=lambda name: (name != candidate, name)):  # the candidate's look is the opening
        record_opening(
            ledger, outcome, phase, model=model, model_digest=model_digest(folder / model), policy=decision.policy,
            by=decision.by, reason=decision.because, at=_now(),
        )  # fmt: skip
    digests = {model: hashlib.sha256(np.ascontiguousarray(risk).tobytes()).hexdigest() for model, risk in risks.items()}
    record_predictions(ledger, outcome, phase, digests, at=_now())


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _join_predictions(labels: pl.DataFrame, risks: dict[str, np.ndarray]) -> pl.DataFrame:
    parts = [labels.with_columns(model=pl.lit(model), risk=pl.Series(risk)) for model, risk in risks.items()]
    together = pl.concat(parts) if parts else Prediction.create_empty()
    return together.select(list(schema_of(Prediction))).sort(Prediction.primary_key())


def _write_phase(study: Study, outcome: str, phase: str, performance: Performance) -> None:
    judged = review_models(study, performance.evidence, study.settings("protocol").find_phase(phase), outcome=outcome)
    for table, frame in (("evidence", performance.evidence), ("curves", performance.curves), ("gates", judged)):
        study.write(table, stage_of(phase), outcome, frame=frame)


def _write_closed(study: Study, outcome: str, phase: str, because: str) -> None:
    study.write("predictions", outcome, phase, frame=Prediction.create_empty())
    study.write("evidence", stage_of(phase), outcome, frame=Evidence.create_empty())
    study.write("curves", stage_of(phase), outcome, frame=Curve.create_empty())
    rows = [(outcome, model, phase, OPENED, "INCONCLUSIVE", because) for model in study.names["models"]]
    closed = pl.DataFrame(rows, schema=schema_of(GateVerdict), orient="row").sort(GateVerdict.primary_key())
    study.write("gates", stage_of(phase), outcome, frame=closed)
