"""Section 9, in simulated studies only: how good the models are on the truth, which no register shows."""

import polars as pl

from evidens.contracts import NO_THRESHOLD
from evidens.reports.blocks import Block, Cell, Row, RowGroup, Section, Table, Text
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Estimate, Findings
from evidens.reports.numbers import format_number, format_threshold
from evidens.reports.sections.cells import estimate_cell, opened_phases
from evidens.reports.sections.realised import describe_realised, say_lookback
from evidens.reports.sections.subgroups import sort_groups
from evidens.reports.wording import METRICS, find_metric, name_level, name_model, name_phase, name_variable, say_phase

TRUE, CODED = "true", "coded"  # labels; the latter also the reference of registered minus true
ORACLES = ("oracle_features", "oracle")
_HEADING = "What the registers do not show: performance on the truth"
_DECIMALS = {"index": 3, "percent": 1, "per_1000": 1}  # of values that no sampling error surrounds
_FINER = {"ici": 2}
_MODELS = ("auroc", "regret_auroc", "scaled_brier", "oe_ratio", "calibration_slope", "ici")
_COMPARED = ("auroc", "oe_ratio", "calibration_slope", "sensitivity", "ppv", "net_benefit")
_IN_GROUPS = ("auroc", "regret_auroc", "oe_ratio", "sensitivity")
_GAPS = ("prevalence_gap", "sensitivity_gap", "specificity_gap", "share_flagged_gap", "oe_ratio_gap")
_AT_THRESHOLD = ("sensitivity", "specificity", "ppv", "share_flagged", "net_benefit", "regret_net_benefit")
_EXACT = "Expected under everyone's true risk: no chance is in these numbers, so they have no interval."


def describe_truth(content: ReportContent, findings: Findings, strongest: str | None) -> Section:
    """Say what is left to gain and how far registered outcomes mislead; then models, measures and groups."""
    phases = [p for p in opened_phases(content) if _find(findings, "auroc", p.name).is_there]
    if not phases:
        return Section("truth", _HEADING, (Text(_say_why_nothing_is_known(content, findings), "absent"),))
    names = [p.name for p in phases]
    phase = strongest if strongest in names else names[-1]
    blocks: list[Block] = [
        *_say_what_is_left(content, findings, phase),
        *_say_how_far_registers_mislead(findings, phase),
    ]
    blocks += describe_realised(content, findings, phases)
    blocks += [_tabulate_models(content, findings, phases), *_tabulate_labels(content, findings, phases)]
    blocks += [*_tabulate_groups(content, findings, phase), *_tabulate_gaps(content, findings, phase)]
    blocks.append(Text(_say_who_is_audited(findings, phases), "note"))
    return Section("truth", _HEADING, tuple(blocks))


def exact_cell(estimate: Estimate, *, signed: bool = False) -> Cell:
    """Print a value without sampling error to a fixed number of decimals; why there is none, where there is none."""
    if estimate.value is None:
        return estimate_cell(estimate)
    return Cell(_write(estimate, signed=signed), note=estimate.reason or "")


def _write(estimate: Estimate, *, signed: bool = False) -> str:
    metric = find_metric(estimate.metric)
    value = (estimate.value or 0.0) * metric.factor
    decimals = _FINER.get(estimate.metric, _DECIMALS[metric.scale])
    text = format_number(value, decimals) + metric.unit
    return f"+{text}" if signed and value > 0 and text.strip("0.%") else text


def _find(
    findings: Findings, metric: str, phase: str, *, model: str | None = None, group: str = "all",
    threshold: float = NO_THRESHOLD, reference: str = "none",
) -> Estimate:  # fmt: skip
    return findings.find(
        metric, phase, model=model, group=group, threshold=threshold, reference=reference, label=TRUE
    )  # fmt: skip


def _at(metric: str, content: ReportContent) -> float:
    return content.main_threshold if metric.removesuffix("_gap") in _AT_THRESHOLD else NO_THRESHOLD


def _say_what_is_left(content: ReportContent, findings: Findings, phase: str) -> list[Block]:
    own, best = (_find(findings, "auroc", phase, model=m) for m in (None, "oracle"))
    lost = _find(findings, "regret_net_benefit", phase, threshold=content.main_threshold)
    if own.value is None or best.value is None:
        return []
    text = (
        f"In {say_phase(phase)} the proposed model's AUROC on the truth is {_write(own)}. Someone who knew everyone's "
        f"record of {say_lookback(findings, phase)} and how this world works would reach {_write(best)}: the most that "
        "so much of a record can tell."
    )
    if lost.value is not None:
        at = format_threshold(content.main_threshold)
        text += f" At the main threshold of {at}, a net benefit of {_write(lost)} per 1,000 people is left to gain."
    return [Text(text)]


def _say_how_far_registers_mislead(findings: Findings, phase: str) -> list[Block]:
    auroc, oe = (_find(findings, m, phase, reference=CODED) for m in ("auroc", "oe_ratio"))
    if auroc.value is None or oe.value is None:
        return []
    words = [
        f"{METRICS[e.metric].label} {_write(e, signed=True)}" if _write(e).strip("0.\N{MINUS SIGN}") else
        f"{METRICS[e.metric].label} the same" for e in (auroc, oe)
    ]  # fmt: skip
    text = "On registered outcomes the same predictions are expected to show, compared with the truth: "
    return [Text(f"{text}{', '.join(words)}.")]


def _tabulate_models(content: ReportContent, findings: Findings, phases: list[PhaseFacts]) -> Table:
    groups = []
    for phase in phases:
        models = [m for m in (*findings.models(), *ORACLES) if _find(findings, "auroc", phase.name, model=m).is_there]
        rows = []
        for model in models:
            cells = [exact_cell(_find(findings, m, phase.name, model=model)) for m in _MODELS]
            net = _find(findings, "net_benefit", phase.name, model=model, threshold=content.main_threshold)
            rows.append(
                Row(name_model(model), (*cells, exact_cell(net)), "proposed" if model == content.candidate else "")
            )
        groups.append(RowGroup(name_phase(phase.name), tuple(rows)))
    note = (
        f"{_EXACT} Net benefit: per 1,000 people at the main threshold. The oracle of the recent record knows what the "
        f"registers hold of {say_lookback(findings, phases[0].name)}; that of few features knows age, sex, "
        "origin, residence, and of one laboratory test how often and when last it was made and what it showed."
    )
    columns = ("Model", *(METRICS[m].label for m in _MODELS), "Net benefit")
    return Table("Models and oracles on the true outcome", columns, tuple(groups), note)


def _tabulate_labels(content: ReportContent, findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    """Set each measure as registered beside the true one, and how far the two are expected to lie apart."""
    groups = []
    for metric in _COMPARED:
        at = _at(metric, content)
        if not any(_find(findings, metric, p.name, threshold=at).is_there for p in phases):
            continue
        seen = tuple(estimate_cell(findings.find(metric, p.name, threshold=at)) for p in phases)
        true = tuple(exact_cell(_find(findings, metric, p.name, threshold=at)) for p in phases)
        apart = tuple(
            exact_cell(_find(findings, metric, p.name, threshold=at, reference=CODED), signed=True) for p in phases
        )
        rows = (Row("As registered", seen, "with 95% interval"), Row("On the truth", true),
                Row("Registered minus true", apart, "expected"))  # fmt: skip
        groups.append(RowGroup(METRICS[metric].label + (f" at {format_threshold(at)}" if at > 0 else ""), rows))
    note = (
        "As registered: estimated from registered outcomes, as in the sections above. Registered minus true: on "
        "average over chance, so that what the registers get wrong is told from bad luck."
    )
    caption = "The proposed model on registered outcomes and on the truth"
    columns = ("Outcome", *(name_phase(p.name) for p in phases))
    return [Table(caption, columns, tuple(groups), note)] if groups else []


def _tabulate_groups(content: ReportContent, findings: Findings, phase: str) -> list[Block]:
    found = findings.keep(model=findings.candidate, phase=phase, metric="auroc", reference="none", label=TRUE)
    groups = sort_groups(found.filter(pl.col("group").str.contains("="))["group"].to_list())
    rows: dict[str, list[Row]] = {}
    for group in groups:
        variable, _, level = group.partition("=")
        true = [exact_cell(_find(findings, m, phase, group=group, threshold=_at(m, content))) for m in _IN_GROUPS]
        apart = [
            exact_cell(_find(findings, m, phase, group=group, threshold=_at(m, content), reference=CODED), signed=True)
            for m in ("oe_ratio", "sensitivity")
        ]
        rows.setdefault(name_variable(variable), []).append(Row(name_level(variable, level), (*true, *apart)))
    columns = ("Group", *(METRICS[m].label for m in _IN_GROUPS), "O/E, registered minus true",
               "Sensitivity, registered minus true")  # fmt: skip
    caption = f"The proposed model on the truth in groups of people, {say_phase(phase)}"
    note = f"{_EXACT} Sensitivity: at the main threshold of {format_threshold(content.main_threshold)}."
    return [Table(caption, columns, tuple(RowGroup(h, tuple(r)) for h, r in rows.items()), note)] if rows else []


def _tabulate_gaps(content: ReportContent, findings: Findings, phase: str) -> list[Block]:
    """Show true gaps beside those that registered outcomes show: where these differ, the registers are unfair."""
    found = findings.keep(model=findings.candidate, phase=phase, reference="none", label=TRUE)
    variables = sort_groups(found.filter(pl.col("metric").is_in(_GAPS))["group"].unique().to_list())
    groups = []
    for variable in variables:
        rows = []
        for metric in _GAPS:
            at = _at(metric, content)
            true, apart = (
                _find(findings, metric, phase, group=variable, threshold=at, reference=r) for r in ("none", CODED)
            )
            seen = findings.find(metric, phase, group=variable, threshold=at)
            cells = (estimate_cell(seen), exact_cell(true), exact_cell(apart, signed=True))
            rows.append(Row(find_metric(metric).label.removesuffix(", largest gap"), cells))
        groups.append(RowGroup(name_variable(variable), tuple(rows)))
    columns = ("Largest gap in", "As registered, with 95% interval", "On the truth", "Registered minus true, expected")
    caption = f"Gaps between groups, as registered and on the truth, {say_phase(phase)}"
    return [Table(caption, columns, tuple(groups))] if groups else []


def _say_why_nothing_is_known(content: ReportContent, findings: Findings) -> str:
    shares = [_find(findings, "audited_share", p.name, model="none") for p in opened_phases(content)]
    if any(share.value == 0 for share in shares):
        return (
            "Not known: the simulated world has no truth of this outcome at these index dates. No one was audited, so "
            "that what a model could reach at best, and how far registers mislead, cannot be said."
        )
    return "Not known: no opened phase was audited against the truth of the simulated world."


def _say_who_is_audited(findings: Findings, phases: list[PhaseFacts]) -> str:
    said = []
    for phase in phases:
        audited, lost = (_find(findings, m, phase.name, model="none") for m in ("audited_share", "unrecorded_share"))
        if audited.value is not None and lost.value is not None:
            said.append(
                f"{name_phase(phase.name)}: {_write(audited)} of people are audited; {_write(lost)} of them had been "
                "diagnosed before, which no register shows, so that no true outcome awaits them."
            )
    return " ".join([*said, "Only simulated people have a known truth: in a real study this section cannot exist."])
