"""The truncation audit of a study: every feature, as it lies on the disk, against records with other futures."""

from functools import partial
from typing import Any

import numpy as np
import polars as pl

from evidens.contracts import Evidence, schema_of
from evidens.contracts.evidence import NO_HORIZON, NO_THRESHOLD
from evidens.features import FeatureAudit, Features, Vocabulary, audit_features, build_features
from evidens.foundation import stream
from evidens.phenotypes import load_phenotype
from evidens.study.phases import SEALED
from evidens.study.study import Study

METHOD = "built again from records with other futures, compared bit by bit"


def audit_built_features(study: Study, outcome: str) -> pl.DataFrame:
    """Audit the features of every phase on some of its people.

    Returns
    -------
    polars.DataFrame
        Evidence of model "none": per phase `audited_features`, and `features_of_the_future` (0), of n people.

    Raises
    ------
    evidens.features.FeatureError
        Naming every feature that changed; nothing is written then.
    """
    found = {phase: _audit_phase(study, outcome, phase) for phase in ("development", *SEALED)}
    for phase, audit in found.items():
        study.log.count(audit.n_rows)
        study.log.say(f"{outcome}, {phase}: {len(audit.names):,} features of {audit.n_people:,} people audited")
    sum(found.values(), start=FeatureAudit()).check(minimum=study.settings("disclosure").minimum)
    rows = [row for phase, audit in found.items() for row in _tell(audit, outcome, phase)]
    return pl.DataFrame(rows, schema=schema_of(Evidence)).sort(Evidence.primary_key())


def _audit_phase(study: Study, outcome: str, phase: str) -> FeatureAudit:
    """Audit people of one phase: everyone of a bucket is as good as drawn, so that few buckets are read."""
    settings = study.settings("feature_audit")
    rng = stream(settings.seed, "feature_audit", outcome, phase)
    vocabulary = Vocabulary(study.read("vocabulary", outcome))
    build = partial(
        build_features,
        settings=study.settings("features"),
        vocabulary=vocabulary,
        excluded=load_phenotype(study.settings("outcome", outcome).phenotype).suspicion,
    )
    found = FeatureAudit()
    for bucket in rng.permutation(study.buckets("members", outcome, phase)).tolist():
        members = study.read("members", outcome, phase, bucket=bucket)
        members = _draw_people(members, settings.n_people - found.n_people, rng)
        if members.is_empty():
            continue
        stored = Features(
            study.read("dense_features", outcome, phase, bucket=bucket),
            study.read("count_features", outcome, phase, bucket=bucket),
        )
        found += audit_features(
            members, study.events_of(bucket), build=build, vocabulary=vocabulary, rng=rng, stored=stored
        )
    return found


def _draw_people(members: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """Keep the rows of `n` people, or of everybody where there are no more."""
    people = members["person_id"].unique().sort().to_numpy()
    drawn = rng.permutation(people)[: max(n, 0)]
    return members.filter(pl.col("person_id").is_in(drawn.tolist()))


def _tell(audit: FeatureAudit, outcome: str, phase: str) -> list[dict[str, Any]]:
    shared = {
        "outcome": outcome,
        "model": "none",
        "phase": phase,
        "group": "all",
        "threshold": NO_THRESHOLD,
        "horizon_days": NO_HORIZON,
        "reference": "none",
        "label": "coded",
        "n": audit.n_people,
        "n_events": 0,
        "method": METHOD,
    }
    values = {"audited_features": len(audit.names), "features_of_the_future": len(audit.differing)}
    return [shared | {"metric": metric, "value": float(value)} for metric, value in values.items()]
