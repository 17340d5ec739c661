"""From aggregate evidence to what leaves: released tables, the report, the recorded version."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import yaml

from evidens.cohort.target import build_target
from evidens.contracts import Characteristic, Curve, Evidence, Flow, GateVerdict, RowAccount
from evidens.privacy import suppress_small_cells
from evidens.study.composition import PER_OUTCOME
from evidens.study.features import read_features
from evidens.study.lineage import digest_files, read_digests, read_versions
from evidens.study.phases import OPENED, SEALED, open_ledger, stage_of
from evidens.study.study import Study, write_parquet

PHASES = ("feasibility", "internal", *SEALED)
WITH_CURVES = (*(stage_of(phase) for phase in PHASES[1:]), "explain")
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
RELEASED = {
    "evidence": Evidence,
    "curves": Curve,
    "gates": GateVerdict,
    "flow": Flow,
    "table_one": Characteristic,
    "accounts": RowAccount,
}


def disclose_tables(study: Study, outcome: str) -> None:
    """Write every aggregate table of one outcome with its small cells suppressed."""
    settings = study.settings("disclosure")
    stages = [stage_of(phase) for phase in PHASES]
    parts = {
        "evidence": [study.read("evidence", stage, outcome) for stage in (*stages, "explain", "assess_fairness")],
        "curves": [study.read("curves", stage, outcome) for stage in WITH_CURVES],
        "gates": [study.read("gates", stage, outcome) for stage in stages],
        "flow": [study.read("flow", outcome)],
        "table_one": [study.read("table_one", outcome)],
        "accounts": [study.read("accounts", "pseudonymise"), study.read("accounts", "intake")],
    }
    folder = study.out_folder("released", outcome)
    for name, contract in RELEASED.items():
        released = suppress_small_cells(pl.concat(parts[name]), contract, settings)
        write_parquet(released.frame.sort(contract.primary_key()), folder / f"{name}.parquet")
        study.log.count(released.frame.height)
        study.log.say(f"{outcome}, {name}: {released.frame.height:,} rows, {released.n_suppressed:,} suppressed")


def read_released(study: Study, outcome: str) -> dict[str, pl.DataFrame]:
    """Read the released tables of one outcome by name."""
    folder = study.folder("released", outcome)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in RELEASED}


def write_report(study: Study, outcome: str) -> None:
    """Render the report of one outcome from released tables only."""
    from evidens.reports import ReportContent, render_report

    question, delivery = study.settings("outcome", outcome), study.settings("delivery")
    report = study.settings("report")
    tables = read_released(study, outcome)
    content = ReportContent(
        outcome=outcome,
        title=question.title,
        question=question.question,
        population=question.population,
        intended_use=question.intended_use,
        horizon_days=question.horizon_days,
        thresholds=question.thresholds,
        main_threshold=question.main_threshold,
        candidate=study.settings("candidate").candidate,
        world_note=report.world_note if delivery.kind == "simulated" else "",
        delivery=delivery.name,
        is_simulated=delivery.kind == "simulated",
        data_lock_on=delivery.data_lock_on,
        phases=_describe_phases(study, outcome, tables["gates"]),
        feature_labels=_label_features(tables),
        limits=report.limits,
        lineage=_describe_lineage(study, outcome),
        change_summary=(
            f"Written after this page, into release/changes/{outcome}/change_record.md, and kept with the version.",
        ),
        reproduce=("git checkout <the commit named in the change record>", "make repro"),
        **tables,
    )
    page = study.out_folder("report", outcome) / "index.html"
    page.write_text(render_report(content, report), encoding="utf-8")
    study.log.count(sum(frame.height for frame in tables.values()))
    study.log.say(f"{outcome}: {page.relative_to(study.root)}")


def _describe_phases(study: Study, outcome: str, gates: pl.DataFrame) -> tuple[Any, ...]:
    from evidens.changes import count_looks
    from evidens.reports import PhaseFacts

    ledger, facts = open_ledger(study), []
    for phase in study.settings("protocol").phases:
        closed = gates.filter(pl.col("phase") == phase.name, pl.col("criterion") == OPENED)
        facts.append(
            PhaseFacts(
                name=phase.name,
                question=phase.question,
                regions=phase.regions,
                years=phase.index_years,
                is_opened=closed.is_empty(),
                reason=str(closed["finding"].first()) if closed.height else "",
                n_looks=count_looks(ledger, outcome, phase.name) if phase.sealed else None,
            )
        )
    return tuple(facts)


def _label_features(tables: dict[str, pl.DataFrame]) -> dict[str, str]:
    from evidens.features import describe_feature

    groups = tables["evidence"]["group"].unique().to_list()
    names = sorted(group.removeprefix("feature=") for group in groups if group.startswith("feature="))
    return {name: describe_feature(name) for name in names}


def _describe_lineage(study: Study, outcome: str) -> dict[str, str | dict[str, str]]:
    from evidens.models import model_digest
    from evidens.protocol import protocol_hash

    candidate = study.settings("candidate").candidate
    return {
        "Model digest": model_digest(study.folder("model", outcome) / candidate),
        "Protocol hash": protocol_hash(study.settings("protocol")),
        "Data (MD5 by DVC)": _digests_of(study),
        "Packages": read_versions(),
    }


def _digests_of(study: Study) -> dict[str, str]:
    """DVC's hashes of what was delivered and taken in, which no setting of an analysis changes."""
    tables = [study.catalog[name].dir for name in ("raw", "events", "persons", "residence")]
    return {path: md5 for path, md5 in read_digests(study.root).items() if path.startswith(tuple(tables))}


def record_version(study: Study, outcome: str) -> None:
    """Record the candidate as a new version, if anything about model, evidence or settings is new."""
    from evidens import changes

    ledger, store = open_ledger(study), changes.open_store(study.root)
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
        data=_digests_of(study),
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
