"""The features once more, slowly and plainly: lists, loops and dates, straight from their definitions."""

import datetime as dt
import math
from fractions import Fraction

import numpy as np
import polars as pl

from evidens.features import FeatureSettings
from evidens.features.laboratory import load_laboratory
from evidens.features.tokens import load_groups

INDEX = dt.datetime.fromisoformat("2018-01-01")
LABS = {row["code"]: row for row in load_laboratory().entries.iter_rows(named=True)}


def naive_features(member: dict, events: list[dict], settings: FeatureSettings, hidden: tuple[str, ...]) -> dict:
    """All features of one person by name: dense ones (None: not measured) and every count, also 0 and rare ones."""
    index, features = member["index_at"], {"age": member["age"], "is_female": float(member["sex"] == "female")}
    mine = [e for e in events if e["person_id"] == member["person_id"] and not e["code"].startswith(hidden)]
    mine = [e for e in mine if e["event_at"] < index and e["known_at"] < index]

    def within(days: int) -> list[dict]:
        return [e for e in mine if index - dt.timedelta(days=days) <= e["event_at"]]

    for statistic, windows in settings.lab_statistics.items():
        for days in windows:
            for analyte in settings.analytes:
                measured = [(e["event_at"], convert(e)) for e in within(days) if is_measurement(e, analyte)]
                features[f"{analyte}_{statistic}_{days}d"] = reduce_values(statistic, measured, index)
    for system, windows in settings.distinct.items():
        level = settings.code_levels[system][0]
        for days in windows:
            codes = {cut(e["code"], level) for e in within(days) if e["code"].startswith(f"{system}/")}
            features[f"n_distinct_{system}_{days}d"] = len(codes)
    for system in settings.recency:
        times = [e["event_at"] for e in within(settings.windows_days[-1]) if e["code"].startswith(f"{system}/")]
        features[f"days_since_{system}_{settings.windows_days[-1]}d"] = (index - max(times)).days if times else None
    for days in settings.windows_days:
        for event in within(days):
            for token in tokens_of(event["code"], settings):
                name = f"n_{token}_{days}d"
                features[name] = features.get(name, 0) + 1
    return features


def tokens_of(code: str, settings: FeatureSettings) -> set[str]:
    system, _, bare = code.partition("/")
    tokens = {cut(code, level) for level in settings.code_levels.get(system, ())}
    if settings.groups:
        for row in load_groups().entries.iter_rows(named=True):
            fits = bare == row["code"] if row["match"] == "exact" else bare.startswith(row["code"])
            tokens |= {f"GROUP/{row['group']}"} if row["system"] == system and fits else set()
    return tokens


def cut(code: str, level: int) -> str:
    system, _, bare = code.partition("/")
    return f"{system}/{bare[:level] if level else bare}"


def is_measurement(event: dict, analyte: str) -> bool:
    row = LABS.get(event["code"].removeprefix("NPU/"))
    return (
        row is not None and row["analyte"] == analyte and event["value"] is not None and not math.isnan(event["value"])
    )


def convert(event: dict) -> float:
    row = LABS[event["code"].removeprefix("NPU/")]
    return event["value"] * row["scale"] + row["offset"]


def reduce_values(statistic: str, measured: list[tuple[dt.datetime, float]], index: dt.datetime) -> float | None:
    if not measured:
        return None
    latest_at = max(at for at, _ in measured)
    if statistic == "latest":
        return max(value for at, value in measured if at == latest_at)
    if statistic == "days_since":
        return (index - latest_at).days
    values = [value for _, value in measured]
    if statistic == "mean":
        return float(Fraction(sum(round(value * 1000) for value in values), 1000 * len(values)))
    return {"min": min, "max": max}[statistic](values)


def draw_events(rng: np.random.Generator, index_of: dict[int, dt.datetime], *, n: int) -> pl.DataFrame:
    """Random events around the index dates; many of them exactly on a boundary of a window."""
    codes = [
        "NPU/NPU27300",
        "NPU/NPU03835",
        "NPU/NPU02319",
        "NPU/NPU99999",
        "ATC/C10AA01",
        "ATC/C10AA05",
        "ATC/A10BA02",
        "ATC/B03AA07",
        "ICD10/DI10",
        "ICD10/DI109A",
        "ICD10/DE119",
        "ICD10/DC189",
        "CONTACT/inpatient",
        "CONTACT/emergency",
    ]
    rows = []
    people = [*index_of, 999]  # 999 is nobody's number
    for _ in range(n):
        person = int(rng.choice(people))
        index = index_of.get(person, INDEX)
        offset = dt.timedelta(
            days=int(rng.choice([0, 1, 2, 89, 90, 91, 364, 365, 366, 800, 1824, 1825, 1826, -1, -30]))
        )
        nudge = dt.timedelta(microseconds=int(rng.choice([-1, 0, 0, 0, 1])))
        delay = dt.timedelta(microseconds=int(rng.choice([0, 1, 86_400_000_000, 30 * 86_400_000_000])))
        code = str(rng.choice(codes))
        value = round(float(rng.lognormal(3, 1)), 3) if code.startswith("NPU") and rng.random() < 0.8 else None
        at = index - offset + nudge
        rows.append({"person_id": person, "event_at": at, "known_at": at + delay, "code": code, "value": value})
    return pl.DataFrame(
        rows,
        schema={
            "person_id": pl.Int64,
            "event_at": pl.Datetime("us"),
            "known_at": pl.Datetime("us"),
            "code": pl.String,
            "value": pl.Float64,
        },
    )
