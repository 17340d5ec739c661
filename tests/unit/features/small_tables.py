"""Small tables of people and events, and features by name."""

import datetime as dt

import polars as pl

from evidens.codes import CodeList
from evidens.features import FeatureSettings, build_features, count_codes, make_vocabulary

INDEX = dt.datetime.fromisoformat("2018-01-01")
DAY, US = dt.timedelta(days=1), dt.timedelta(microseconds=1)
SETTINGS = FeatureSettings(
    windows_days=(90, 365, 1825),
    code_levels={"ATC": (5, 7), "ICD10": (4,), "NPU": (0,), "CONTACT": (0,)},
    lab_statistics={
        "latest": (90, 1825),
        "days_since": (1825,),
        "min": (365, 1825),
        "max": (365,),
        "mean": (90, 365, 1825),
    },
    labs=("hba1c", "haemoglobin"),
    distinct={"ATC": (365, 1825), "ICD10": (1825,)},
    recency=("CONTACT", "ATC"),
    min_people=1,
)
HIDDEN = CodeList.of(
    pl.DataFrame({"system": ["ATC", "ICD10"], "code": ["A10", "DE11"], "match": ["prefix"] * 2, "group": ["x"] * 2,
                  "description": ["hidden"] * 2, "source": ["test"] * 2}), place="test",
)  # fmt: skip
MEMBER = {"person_id": 1, "index_at": INDEX, "age": 60, "sex": "female", "origin": "danish", "region": "84"}


def frame_members(*members: dict) -> pl.DataFrame:
    return pl.DataFrame(list(members), schema={"person_id": pl.Int64, "index_at": pl.Datetime("us"), "age": pl.Int16,
                                               "sex": pl.String, "origin": pl.String, "region": pl.String})  # fmt: skip


def frame_events(*rows: tuple) -> pl.DataFrame:
    """Rows of (event_at, code, value) of person 1, or with known_at as a fourth entry; else known at once."""
    full = [(1, at, rest[2] if len(rest) > 2 else at, *rest[:2]) for at, *rest in rows]
    return pl.DataFrame(full, orient="row", schema={"person_id": pl.Int64, "event_at": pl.Datetime("us"),
                        "known_at": pl.Datetime("us"), "code": pl.String, "value": pl.Float64})  # fmt: skip


def build(
    events: pl.DataFrame, members: pl.DataFrame | None = None, settings: FeatureSettings = SETTINGS
) -> list[dict]:
    """Every feature of every member by name; a count that is not stored is not in the mapping."""
    members = frame_members(MEMBER) if members is None else members
    vocabulary = make_vocabulary([count_codes(events, members, settings=settings, excluded=HIDDEN)], settings)
    features = build_features(members, events, settings=settings, vocabulary=vocabulary, excluded=HIDDEN)
    found = {row["person_id"]: dict(row) for row in features.dense.iter_rows(named=True)}
    for person, column, value in features.counts.iter_rows():
        found[person][vocabulary.names[column]] = value
    return list(found.values())
