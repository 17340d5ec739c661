"""Names under which the evidence of one version is logged and compared."""

import polars as pl

from evidens.contracts import NO_HORIZON, NO_THRESHOLD


def name_metrics(evidence: pl.DataFrame, model: str) -> dict[str, float | None]:
    """Give each value of a model in everybody a name of its own, such as `external.auroc`.

    Parameters
    ----------
    evidence : polars.DataFrame
        In the shape of the contract `Evidence`; one outcome.
    model : str
        Whose values.

    Returns
    -------
    dict of str to float or None
        Sorted by name. `<phase>.<metric>`, then `_at_<threshold>` where it has one, `_<days>d` where
        the horizon is not the longest of the table, `.vs_<reference>` for a difference, `.true` for a
        value against the simulated truth; with `_lower` and `_upper` where there is an interval.
        None where the evidence gives a reason instead of a value.

    Examples
    --------
    >>> row = {"outcome": "stroke", "model": "logistic", "phase": "external", "group": "all", "metric": "auroc",
    ...        "threshold": -1.0, "horizon_days": 365, "reference": "none", "label": "coded",
    ...        "value": 0.75, "lower": 0.7, "upper": 0.8}
    >>> name_metrics(pl.DataFrame([row]), "logistic")
    {'external.auroc': 0.75, 'external.auroc_lower': 0.7, 'external.auroc_upper': 0.8}
    """
    rows = evidence.filter(pl.col("group") == "all", pl.col("model") == model).to_dicts()
    longest = max((row["horizon_days"] for row in rows), default=NO_HORIZON)
    named: dict[str, float | None] = {}
    for row in rows:
        name = _name_of(row, longest)
        named[name] = row["value"]
        if row["value"] is not None:
            named |= {f"{name}_{end}": row[end] for end in ("lower", "upper") if row[end] is not None}
    return dict(sorted(named.items()))


def _name_of(row: dict, longest: int) -> str:
    name = f"{row['phase']}.{row['metric']}"
    if row["threshold"] != NO_THRESHOLD:
        name += f"_at_{row['threshold']:g}"
    if row["horizon_days"] not in (NO_HORIZON, longest):
        name += f"_{row['horizon_days']}d"
    if row["reference"] != "none":
        name += ".vs_" + row["reference"]
    return name if row["label"] == "coded" else f"{name}.{row['label']}"
