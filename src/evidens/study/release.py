"""From aggregate evidence to what leaves: released tables and the report."""

from typing import Any

import polars as pl

from evidens.contracts import Characteristic, Curve, Evidence, Flow, GateVerdict, RowAccount
from evidens.privacy import suppress_small_cells
from evidens.study.lineage import describe_data, read_versions
from evidens.study.parquet_files import write_parquet
from evidens.study.phases import OPENED, SEALED, open_ledger, stage_of
from evidens.study.study import Study

PHASES = ("feasibility", "internal", *SEALED)
BESIDE = ("audit_features", "explain", "assess_fairness", "audit")
WITH_CURVES = (*(stage_of(phase) for phase in PHASES[1:]), "explain")
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
        "evidence": [study.read("evidence", stage, outcome) for stage in (*stages, *BESIDE)],
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
    from evidens.cohort import describe_landmark
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
        index=describe_landmark(study.settings("cohort", outcome).landmark),
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
                reason=str(closed["finding"].first()).removeprefix("not opened, because ") if closed.height else "",
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
        "Data (MD5 by DVC)": describe_data(study),
        "Packages": read_versions(),
    }
