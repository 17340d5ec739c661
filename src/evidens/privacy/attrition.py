"""Disclosure control of what was left out: steps and rules that few fell under are joined, not blanked.

Joined counts stay exact, so that a reader can still add up the whole.
"""

import polars as pl

from evidens.privacy.cells import Release
from evidens.privacy.settings import DisclosureSettings

_FEW_REMAIN = "(suppressed: too few people remain)"


def suppress_flow(flow: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Join steps of attrition that few people or rows left at with the step before or after.

    Counts stay exact; a joined step names both rules. Where fewer people than the minimum remain, the
    counts from there on are 0 and the rule says so.
    """
    parts, n_suppressed = [], 0
    for _, steps in flow.sort("outcome", "step").group_by("outcome", maintain_order=True):
        joined = _join_steps(steps.to_dicts(), settings.minimum)
        n_suppressed += steps.height - sum(1 for step in joined if not step["rule"].endswith(_FEW_REMAIN))
        parts.append(pl.DataFrame(joined, schema=flow.schema))
    return Release(pl.concat([flow.clear(), *parts]), n_suppressed)


def suppress_accounts(accounts: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Join rules that few rows fell under; where that is not enough, leave out what was kept.

    Rows in = kept + dropped + quarantined still holds for every table whose `kept` is published.
    """
    parts, n_suppressed = [], 0
    for _, rows in accounts.group_by("stage", "table", maintain_order=True):
        joined = _join_rules(rows.to_dicts(), settings.minimum)
        n_suppressed += rows.height - len(joined)
        parts.append(pl.DataFrame(joined, schema=accounts.schema))
    return Release(pl.concat([accounts.clear(), *parts]).sort("stage", "table", "fate", "rule"), n_suppressed)


def _join_steps(steps: list[dict], minimum: int) -> list[dict]:
    published: list[dict] = []
    waiting: list[dict] = []
    for step in steps:
        if 0 < step["n_people"] < minimum:
            joined = _one_step([*waiting, step])
            blank = {"n_people": 0, "n_rows": 0, "n_left_out": 0, "rule": f"{joined['rule']} {_FEW_REMAIN}"}
            return [*published, {**joined, **blank}]
        waiting.append(step)
        if not published or _is_safe_step(published[-1], waiting, minimum):
            published.append(_one_step(waiting))
            waiting = []
    if waiting:
        last = published.pop()
        joined = _one_step([last, *waiting])
        # Joined with the very first step, only what remains in the end can be told.
        published.append(joined if published else {**joined, "n_left_out": 0})
    return published


def _one_step(steps: list[dict]) -> dict:
    return {
        **steps[-1],
        "step": steps[0]["step"],
        "rule": "; ".join(step["rule"] for step in steps),
        "n_left_out": sum(step["n_left_out"] for step in steps),
    }


def _is_safe_step(before: dict, steps: list[dict], minimum: int) -> bool:
    left = sum(step["n_left_out"] for step in steps)
    rows = before["n_rows"] - steps[-1]["n_rows"]
    return not (0 < left < minimum or 0 < rows < minimum)


def _join_rules(rows: list[dict], minimum: int) -> list[dict]:
    came = [row for row in rows if row["fate"] == "in"]
    kept = [row for row in rows if row["fate"] == "kept"]
    rules = [row for row in rows if row["fate"] not in ("in", "kept")]
    rules.sort(key=lambda row: (row["n_rows"], row["fate"], row["rule"]))
    few: list[dict] = []
    while rules and (0 < rules[0]["n_rows"] < minimum or 0 < _sum(few) < minimum):
        few.append(rules.pop(0))
    if 0 < _sum(came) < minimum:
        return []
    if 0 < _sum(few) < minimum or 0 < _sum(kept) < minimum:
        return came
    return [*came, *kept, *rules, *_one_rule(few)]


def _one_rule(few: list[dict]) -> list[dict]:
    if not few:
        return []
    fates = sorted({row["fate"] for row in few})
    names = "; ".join(sorted(row["rule"] for row in few))
    return [{**few[0], "fate": fates[0], "rule": f"{' or '.join(fates)}: {names}", "n_rows": _sum(few)}]


def _sum(rows: list[dict]) -> int:
    return sum(row["n_rows"] for row in rows)
