"""Every feature once more, slowly and plainly: dictionaries, loops and dates, straight from the definitions."""

import csv
import datetime as dt
import math
from fractions import Fraction
from pathlib import Path

import evidens.features
from evidens.features import FeatureSettings

FOLDER = Path(evidens.features.__file__).parent
DAY = dt.timedelta(days=1)
LARGEST = 4e9


def read_csv(name: str) -> list[dict]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LABS, GROUPS, CHARLSON = read_csv("laboratory.csv"), read_csv("codes.csv"), read_csv("charlson.csv")
WEIGHTS = read_csv("charlson_weights.csv")


def naive_features(member: dict, events: list[dict], settings: FeatureSettings, hidden: tuple[str, ...]) -> dict:
    """All features of one row by name; every count that is above 0, also rare ones."""
    index = member["index_at"]
    mine = [e for e in events if e["person_id"] == member["person_id"] and not e["code"].startswith(hidden or ("#",))]
    mine = [e for e in mine if e["event_at"] < index and e["known_at"] < index]
    found: dict = {}
    for family in settings.families:
        found |= FAMILIES[family.kind](family, member, mine, settings.groups)
    return found


def within(events: list[dict], index: dt.datetime, window: str) -> list[dict]:
    if window == "ever":
        return events
    begin, _, end = window.removesuffix("d").partition("-")
    return [e for e in events if index - int(begin) * DAY <= e["event_at"] < index - int(end or 0) * DAY]


def belongs(code: str, subject: str, groups: dict) -> bool:
    system, _, bare = code.partition("/")
    if subject.startswith("GROUP/"):
        name = subject.removeprefix("GROUP/")
        if name in groups:
            return any(belongs(code, stem, groups) for stem in groups[name])
        return any(row["group"] == name and fits(row, system, bare) for row in GROUPS)
    if any(row["analyte"] == subject for row in LABS):
        return any(row["analyte"] == subject and code == f"NPU/{row['code']}" for row in LABS)
    wanted, _, stem = subject.partition("/")
    return system == wanted and bare.startswith(stem)


def fits(row: dict, system: str, bare: str) -> bool:
    exact = row["match"] == "exact"
    return row["system"] == system and (bare == row["code"] if exact else bare.startswith(row["code"]))


def values_of(events: list[dict], subject: str, groups: dict) -> list[tuple[dt.datetime, float]]:
    """Moment and value, in the subject's unit, of the events that have a usable one."""
    found = []
    for e in events:
        if not belongs(e["code"], subject, groups) or e["value"] is None:
            continue
        row = next((r for r in LABS if r["analyte"] == subject and e["code"] == f"NPU/{r['code']}"), None)
        value = e["value"] * float(row["scale"]) + float(row["offset"]) if row else e["value"]
        if not math.isnan(value) and abs(value) <= LARGEST:
            found.append((e["event_at"], value))
    return found


def person(family, member, events, groups) -> dict:
    found = {}
    for predictor in family.predictors:
        if predictor == "age":
            found["age"] = member["age"]
        elif predictor == "is_female":
            found["is_female"] = float(member["sex"] == "female")
        else:
            levels = {"origin": ("western", "non_western", "unknown"), "region": ("82", "83", "84", "85")}[predictor]
            found |= {f"is_{predictor}_{level}": float(member[predictor] == level) for level in levels}
    return found


def values(family, member, events, groups) -> dict:
    index, found = member["index_at"], {}
    subjects = list(dict.fromkeys(r["analyte"] for r in LABS)) if family.of == ("all",) else family.of
    for statistic, windows in family.statistics.items():
        for window in windows:
            for subject in subjects:
                measured = values_of(within(events, index, window), subject, groups)
                found[f"{subject}_{statistic}_{window}"] = reduce_values(statistic, measured, index)
    return found


def reduce_values(statistic: str, measured: list[tuple[dt.datetime, float]], index: dt.datetime) -> float | None:
    if statistic == "n":
        return len(measured)
    if statistic == "is_missing":
        return float(not measured)
    if not measured:
        return None
    latest_at = max(at for at, _ in measured)
    if statistic == "latest":
        return max(value for at, value in measured if at == latest_at)
    if statistic == "days_since":
        return (index - latest_at) // DAY
    if statistic == "slope":
        return slope([((index - at) // DAY, value) for at, value in measured])
    plain = [value for _, value in measured]
    if statistic == "mean":
        return float(Fraction(sum(milli(value) for value in plain), 1000 * len(plain)))
    return {"min": min, "max": max}[statistic](plain)


def milli(value: float) -> int:
    return round(value * 1000)


def slope(points: list[tuple[int, float]]) -> float | None:
    """Per year of 365 days, by least squares around the means, in fractions."""
    time = [Fraction(-days) for days, _ in points]
    level = [Fraction(milli(value), 1000) for _, value in points]
    middle, mean = sum(time) / len(points), sum(level) / len(points)
    spread = sum((t - middle) ** 2 for t in time)
    if not spread:
        return None
    return float(sum((t - middle) * (v - mean) for t, v in zip(time, level, strict=True)) / spread * 365)


def counts(family, member, events, groups) -> dict:
    return {
        f"count_{s}_{w}": sum(belongs(e["code"], s, groups) for e in within(events, member["index_at"], w))
        for w in family.windows
        for s in family.of
    }


def dose(family, member, events, groups) -> dict:
    return {
        f"dose_{s}_{w}": sum(milli(v) for _, v in values_of(within(events, member["index_at"], w), s, groups)) / 1000
        for w in family.windows
        for s in family.of
    }


def recency(family, member, events, groups) -> dict:
    index, found = member["index_at"], {}
    for name, named, choose in (("days_since", family.last, max), ("days_since_first", family.first, min)):
        for subject, windows in named.items():
            for window in windows:
                times = [e["event_at"] for e in within(events, index, window) if belongs(e["code"], subject, groups)]
                found[f"{name}_{subject}_{window}"] = (index - choose(times)) // DAY if times else None
    return found


def new(family, member, events, groups) -> dict:
    found = {}
    for window in family.windows:
        for subject in family.of:
            theirs = [e for e in events if belongs(e["code"], subject, groups)]
            first = min((e["event_at"] for e in theirs), default=None)
            inside = [e["event_at"] for e in within(theirs, member["index_at"], window)]
            found[f"is_new_{subject}_{window}"] = float(first in inside)
    return found


def distinct(family, member, events, groups) -> dict:
    found = {}
    for window in family.windows:
        theirs = [e["code"] for e in within(events, member["index_at"], window)]
        found[f"n_distinct_{family.system}_{window}"] = len(
            {cut(code, family.level) for code in theirs if code.startswith(f"{family.system}/")}
        )
    return found


def cut(code: str, level: int) -> str:
    system, _, bare = code.partition("/")
    return f"{system}/{bare[:level] if level else bare}"


def codes(family, member, events, groups) -> dict:
    found: dict = {}
    for window in family.windows:
        for event in within(events, member["index_at"], window):
            for token in tokens_of(event["code"], family, groups):
                name = f"n_{token}_{window}"
                found[name] = found.get(name, 0) + 1
    return found


def tokens_of(code: str, family, groups: dict) -> set[str]:
    system, _, bare = code.partition("/")
    tokens = {cut(code, level) for level in family.levels.get(system, ())}
    if family.groups:
        tokens |= {f"GROUP/{row['group']}" for row in GROUPS if fits(row, system, bare)}
        tokens |= {f"GROUP/{name}" for name, stems in groups.items() if any(belongs(code, s, groups) for s in stems)}
    return tokens


def charlson(family, member, events, groups) -> dict:
    found = {}
    name = "charlson" if family.weights == "charlson" else f"charlson_{family.weights}"
    for window in family.windows:
        bare = [e["code"].partition("/") for e in within(events, member["index_at"], window)]
        has = {row["group"] for row in CHARLSON for system, _, code in bare if fits(row, system, code)}
        score = 0
        for row in WEIGHTS:
            others = [other for other in row[f"{family.weights}_not_beside"].split(";") if other]
            if row["group"] in has and not has & set(others):
                score += int(row[family.weights])
        found[f"{name}_{window}"] = score
    return found


def utilisation(family, member, events, groups) -> dict:
    index, found = member["index_at"], {}
    for window in family.windows:
        contacts = [e for e in within(events, index, window) if e["code"].startswith("CONTACT/")]
        stays = [e for e in contacts if e["code"] == "CONTACT/inpatient"]
        stayed = sum(((min(e["end_at"] or index, index) - e["event_at"]) for e in stays), dt.timedelta())
        found[f"hospital_contacts_{window}"] = len(contacts)
        found[f"hospital_days_{window}"] = stayed / DAY
    return found


FAMILIES = {"person": person, "values": values, "counts": counts, "dose": dose, "recency": recency, "new": new,
            "distinct": distinct, "codes": codes, "charlson": charlson, "utilisation": utilisation}  # fmt: skip
