"""Small tables of people and events, and features by name."""

import datetime as dt

import polars as pl

from evidens.codes import CodeList
from evidens.events import BucketEvents
from evidens.features import FeatureSettings, build_features, count_codes, make_vocabulary
from evidens.features.families import (
    CharlsonFamily,
    CodeFamily,
    CountFamily,
    DistinctFamily,
    DoseFamily,
    NewFamily,
    PersonFamily,
    RecencyFamily,
    UtilisationFamily,
    ValueFamily,
)

INDEX = dt.datetime.fromisoformat("2018-01-01")
DAY, US = dt.timedelta(days=1), dt.timedelta(microseconds=1)
LEVELS = {"ATC": (5, 7), "ICD10": (4,), "NPU": (0,), "CONTACT": (0,)}
SETTINGS = FeatureSettings(
    families=(
        PersonFamily(),
        ValueFamily(
            of=("hba1c", "haemoglobin"),
            statistics={
                "latest": ("90d", "1825d"),
                "days_since": ("1825d",),
                "min": ("365d", "1825d"),
                "max": ("365d",),
                "mean": ("90d", "365d", "1825d"),
            },
        ),
        DistinctFamily("ATC", 5, ("365d", "1825d")),
        DistinctFamily("ICD10", 4, ("1825d",)),
        RecencyFamily(last={"CONTACT": ("1825d",), "ATC": ("1825d",)}),
        CodeFamily(LEVELS, ("90d", "365d", "1825d"), min_people=1),
    )
)
EVERYTHING = FeatureSettings(
    families=(
        PersonFamily(("age", "is_female", "origin", "region")),
        ValueFamily(
            of=("hba1c", "haemoglobin", "ATC/C10AA"),
            statistics={
                "latest": ("90d", "365-90d", "ever"),
                "days_since": ("1825d", "365-90d"),
                "min": ("90d", "1825-365d"),
                "max": ("365d", "ever"),
                "mean": ("365d", "365-90d"),
                "slope": ("365d", "1825-90d", "ever"),
                "n": ("90d", "365-90d"),
                "is_missing": ("365d",),
            },
        ),
        CountFamily(("GROUP/statins", "GROUP/lipids", "ICD10/DI10", "ATC"), ("90d", "365-90d", "ever")),
        DoseFamily(("ATC/C10AA", "GROUP/iron"), ("365d", "1825-365d")),
        RecencyFamily(last={"NPU": ("365d", "ever")}, first={"ATC": ("1825d", "365-90d")}),
        NewFamily(("GROUP/statins", "ICD10", "hba1c"), ("365d", "365-90d", "ever")),
        DistinctFamily("ATC", 5, ("365d", "365-90d")),
        DistinctFamily("ICD10", 0, ("ever",)),
        CharlsonFamily(("1825d", "ever")),
        CharlsonFamily(("1825d",), "quan"),
        UtilisationFamily(("90d", "1825-90d")),
        CodeFamily(LEVELS, ("90d", "365-90d", "1825d", "ever"), min_people=1),
    ),
    groups={"lipids": ("ATC/C10", "NPU/NPU01566")},
)
HIDDEN = CodeList.of(
    pl.DataFrame({"system": ["ATC", "ICD10"], "code": ["A10", "DE11"], "match": ["prefix"] * 2, "group": ["x"] * 2,
                  "description": ["hidden"] * 2, "source": ["test"] * 2}), place="test",
)  # fmt: skip
MEMBER = {"person_id": 1, "index_at": INDEX, "age": 60, "sex": "female", "origin": "danish", "region": "84"}
COLUMNS = {"person_id": pl.Int64, "event_at": pl.Datetime("us"), "known_at": pl.Datetime("us"), "code": pl.String,
           "value": pl.Float64, "end_at": pl.Datetime("us")}  # fmt: skip


def frame_members(*members: dict) -> pl.DataFrame:
    return pl.DataFrame(list(members), schema={"person_id": pl.Int64, "index_at": pl.Datetime("us"), "age": pl.Int16,
                                               "sex": pl.String, "origin": pl.String, "region": pl.String})  # fmt: skip


def frame_events(*rows: tuple) -> pl.DataFrame:
    """Rows of (event_at, code, value) of person 1, or with known_at as a fourth entry; else known at once."""
    full = [(1, at, rest[2] if len(rest) > 2 else at, *rest[:2], None) for at, *rest in rows]
    return pl.DataFrame(full, orient="row", schema=COLUMNS)


def build(
    events: pl.DataFrame | BucketEvents, members: pl.DataFrame | None = None, settings: FeatureSettings = SETTINGS
) -> list[dict]:
    """Every feature of every row by name; a count that is not stored is not in the mapping."""
    members = frame_members(MEMBER) if members is None else members
    bucket = events if isinstance(events, BucketEvents) else BucketEvents.of(events)
    vocabulary = make_vocabulary([count_codes(bucket, members, settings=settings, excluded=HIDDEN)], settings)
    features = build_features(members, bucket, settings=settings, vocabulary=vocabulary, excluded=HIDDEN)
    found = {(row["person_id"], row["index_at"]): dict(row) for row in features.dense.iter_rows(named=True)}
    for person, index, column, value in features.counts.iter_rows():
        found[person, index][vocabulary.names[column]] = value
    return list(found.values())
