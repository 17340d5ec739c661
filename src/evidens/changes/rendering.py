"""A change record as Markdown: the same record gives the same text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evidens.changes.record import IDENTITY, MODEL, STATEMENTS, ChangeRecord
from evidens.contracts import NO_THRESHOLD

NOTHING = "Nothing differs."
FIRST = "First version: there is none before it."


def write_markdown(record: ChangeRecord) -> str:
    """Write a change record as Markdown, in a fixed order, every cell filled.

    Parameters
    ----------
    record : ChangeRecord
        As `build_change_record` gives it.
    """
    is_first = record.identity["supersedes"] == "none"
    nothing = FIRST if is_first else NOTHING
    parts = [
        f"# Change record {record.identity['record_id']}",
        _table(("field", "value"), ((name, record.identity[name]) for name in IDENTITY)),
        "## Class of the change",
        _describe_change(record.change),
        "## Open points",
        "\n".join(f"- {_cell(point)}" for point in record.open_points) or "None.",
        "## Data: tables that differ",
        _differing(record.data, "table", nothing),
        "## Code",
        _describe_code(record.code),
        "## Settings that differ",
        _differing(record.settings, "setting", nothing),
        "## Environment: key libraries that differ",
        _differing(record.environment, "library", nothing),
        "## Model",
        _table(("what", "old", "new"), ((name, *_pair(record.model[name])) for name in MODEL)),
        "## Paired differences from the version before, on the same people",
        _describe_differences(record.differences, FIRST if is_first else "None: see the open points."),
        "## Metrics of both versions, in everybody (not tested)",
        _table(("metric", "old", "new"), ((row["metric"], row["old"], row["new"]) for row in record.metrics)),
        "## Gates of the new version",
        _table(("phase", "criterion", "verdict", "finding"), (
            tuple(row.get(key) for key in ("phase", "criterion", "verdict", "finding")) for row in record.gates)),
        "## What people stated",
        _table(("about", "statement"), ((text, record.statements[key]) for key, text in STATEMENTS.items())),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _describe_change(change: Mapping[str, Any]) -> str:
    plan = change["plan"]
    lines = [
        f"Classes, weightiest first: {', '.join(change['classes'])}.",
        f"Change plan {_cell(plan['plan_version'])}: {plan['verdict']}"
        + (f", by {', '.join(plan['items'])}." if plan["items"] and not plan["reasons"] else "."),
        *(f"- {_cell(reason)}" for reason in plan["reasons"]),
    ]
    columns = ("rule", "holds", "ground")
    rules = _table(columns, ([rule[column] for column in columns] for rule in change["rules"]))
    return "\n".join(lines) + "\n\n" + rules


def _describe_code(code: Mapping[str, Any]) -> str:
    paths = code["changed_paths"]
    listed = paths if isinstance(paths, str) else (", ".join(paths) or "none")
    return _table(("what", "value"), [
        ("old commit", code["old_commit"]), ("new commit", code["new_commit"]),
        ("uncommitted code", code["is_dirty"]), ("changed paths", listed),
    ])  # fmt: skip


def _describe_differences(rows: Sequence[Mapping[str, Any]], nothing: str) -> str:
    if not rows:
        return nothing
    columns = ("phase", "group", "metric", "threshold", "difference", "95 % interval", "n", "events", "method")
    return _table(columns, (
        (row["phase"], row["group"], row["metric"],
         "none" if row["threshold"] == NO_THRESHOLD else row["threshold"],
         row["reason"] if row["value"] is None else row["value"],
         f"{_cell(row['lower'])} to {_cell(row['upper'])}", row["n"], row["n_events"], row["method"])
        for row in rows
    ))  # fmt: skip


def _pair(values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values["old"], values["new"]


def _differing(rows: Sequence[Mapping[str, Any]], what: str, nothing: str) -> str:
    return _table((what, "old", "new"), ((row["key"], row["old"], row["new"]) for row in rows)) if rows else nothing


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    if not lines:
        return "None."
    return "\n".join([f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *lines])


def _cell(value: Any) -> str:
    """Return a value as one Markdown cell; what is not there is said to be not there."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value) or "none"
    return " ".join(str(value).split()).replace("|", "\\|")
