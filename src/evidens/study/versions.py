"""Record what is new: the version's facts, its differences from the one before, the ledger entry and its mirror."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import yaml

from evidens.cohort.target import build_target
from evidens.contracts import Evidence
from evidens.privacy import suppress_small_cells
from evidens.study.composition import PER_OUTCOME
from evidens.study.features import read_features
from evidens.study.lineage import describe_data, digest_files, read_versions
from evidens.study.phases import open_ledger
from evidens.study.release import read_released
from evidens.study.study import Study

DECISIVE = (
    "candidate",
    "cohort",
    "delivery",
    "disclosure",
    "explanation",
    "fairness",
    "features",
    "outcome",
    "protocol",
    "pseudonyms",
    "registers",
    "simulation",
    "validation",
)  # settings that decide results, beside models


def record_version(study: Study, outcome: str) -> None:
    """Record the candidate as a new version, if anything about model, evidence or settings is new.

    Raises
    ------
    evidens.changes.LedgerError
        If the ledger is broken, or lacks an entry that a registered version points to: it was rewritten.
    """
    from evidens import changes

    ledger, store = open_ledger(study), changes.open_store(study.root)
    ledger.mend(at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))  # a line torn by a crash is set aside
    ledger.check(known=changes.list_mirrored_entries(store, outcome))
    evidence = read_released(study, outcome)["evidence"]
    facts, model = gather_facts(study, outcome, evidence)
    before = changes.previous_version(ledger, outcome, new=facts)
    differences, why = compare_with_previous(study, outcome, store, before) if before else (None, "")
    recorded = changes.record_version(
        ledger,
        store,
        facts,
        plan=study.settings("change_plan"),
        model_path=study.folder("model", outcome) / facts.candidate,
        evidence=evidence,
        parameters=model.describe(),
        input_columns=model.feature_names,
        at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        differences=differences,
        why_no_differences=why,
        changed_paths=changes.list_changed_paths(study.root, before.facts.commit, facts.commit) if before else None,
        report=study.folder("report", outcome) / "index.html",
    )
    folder = study.out_folder("change_record", outcome)
    (folder / "change_record.json").write_text(recorded.record.to_json() + "\n", encoding="utf-8")
    (folder / "change_record.md").write_text(recorded.record.to_markdown(), encoding="utf-8")
    news = "recorded" if recorded.is_new else "is the last one already: nothing new"
    study.log.say(f"{outcome}: version {recorded.record.identity['version']} {news}")
    study.log.count(1)


def gather_facts(study: Study, outcome: str, evidence: pl.DataFrame) -> tuple[Any, Any]:
    """Gather what makes this version this version, and load its model.

    Returns
    -------
    tuple of evidens.changes.VersionFacts and evidens.models.Model
        Metrics and gates are released ones.
    """
    from evidens import changes
    from evidens.models import load_model, model_digest
    from evidens.protocol import protocol_hash

    candidate, question = study.settings("candidate").candidate, study.settings("outcome", outcome)
    folder = study.folder("model", outcome) / candidate
    model, code = load_model(folder), changes.describe_code(study.root)
    gates = read_released(study, outcome)["gates"].filter(pl.col("model") == candidate)
    facts = changes.VersionFacts(
        outcome=outcome,
        candidate=candidate,
        model_digest=model_digest(folder),
        evidence_digest=digest_files(
            study.folder("released", outcome).glob("*.parquet"), below=study.folder("released", outcome)
        ),
        settings=_resolved_settings(study, outcome),
        data=describe_data(study),
        features_digest=changes.digest_of(list(model.feature_names)),
        n_features=len(model.feature_names),
        commit=code.commit,
        is_dirty=code.is_dirty,
        packages=read_versions(),
        protocol_hash=protocol_hash(study.settings("protocol")),
        gates=tuple(gates.select("phase", "criterion", "verdict", "finding").to_dicts()),
        thresholds=question.thresholds,
        metrics=changes.name_metrics(evidence, candidate),
    )
    return facts, model


def compare_with_previous(study: Study, outcome: str, store: Any, before: Any) -> tuple[pl.DataFrame | None, str]:
    """Compare the candidate with the version `before` on the same people of the external phase.

    Returns
    -------
    tuple of polars.DataFrame or None, and str
        Paired differences under the contract Evidence; or None and the reason why there are none.
    """
    from evidens import changes

    candidate = study.settings("candidate").candidate
    new = study.read("predictions", outcome, "external").filter(pl.col("model") == candidate).sort("person_id")
    if new.is_empty():
        return None, "the external phase was not opened, so that there are no people to compare on"
    today = {
        group: study.settings.path(stem) for group, stem in (("protocol", "protocol"), ("cohort", f"cohort/{outcome}"))
    }
    for group, path in today.items():
        if not is_unchanged(before.facts.settings, group, yaml.safe_load(path.read_text(encoding="utf-8"))):
            return (
                None,
                f"the {group} changed, so that the version before may have been trained on people of today's phase",
            )
    features = read_features(study, outcome, "external")
    try:
        served = changes.load_version(store, outcome, before.number)
        old_risk = served.predict(as_pandas(features, served.metadata.get_input_schema().input_names()))
    except (changes.StoreError, KeyError) as error:
        return None, f"the version before cannot be applied to today's features: {error}"
    question = study.settings("outcome", outcome)
    target = build_target(new, horizon_days=question.horizon_days)
    rows = changes.estimate_differences(
        target.outcome,
        new["risk"].to_numpy(),
        np.asarray(old_risk, dtype=float),
        weights=target.weights,
        thresholds=question.thresholds,
    )
    differences = changes.describe_differences(
        rows,
        outcome=outcome,
        model=candidate,
        phase="external",
        reference=f"version {before.number}",
        horizon_days=question.horizon_days,
    )
    return suppress_small_cells(differences, Evidence, study.settings("disclosure")).frame, ""


def is_unchanged(before: Mapping[str, Any], group: str, today: Mapping[str, Any]) -> bool:
    """Whether the settings of `group` are those of a version, whose settings are kept as flat dotted keys."""
    from evidens.changes import flatten_settings

    now = flatten_settings({group: today})
    return now == {key: value for key, value in before.items() if key in now or key.startswith(f"{group}.")}


def as_pandas(features: Any, names: list[str]) -> Any:
    """Columns `names` of a feature matrix as the pandas frame that MLflow's served model takes."""
    import pandas as pd

    position = {name: i for i, name in enumerate(features.names)}
    columns = features.matrix.tocsc()
    return pd.DataFrame({name: columns[:, [position[name]]].toarray().ravel() for name in names})


def _resolved_settings(study: Study, outcome: str) -> dict[str, Any]:
    """Read the settings that decide the results of one outcome, by group; not those of others or of documents."""
    stems = {group: f"{group}/{outcome}" if group in PER_OUTCOME else group for group in DECISIVE}
    models = sorted(path.stem for path in study.folder("settings", "model").glob("*.yaml"))
    stems |= {f"model/{name}": f"model/{name}" for name in models}
    return {
        group: yaml.safe_load(study.settings.path(stem).read_text(encoding="utf-8")) for group, stem in stems.items()
    }
