"""What becomes a feature, and how the matrix is put together."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from tests.unit.features.small_tables import DAY, HIDDEN, INDEX, MEMBER, SETTINGS, frame_members

from evidens.codes import NPU
from evidens.features import (
    FeatureError,
    FeatureSettings,
    assemble,
    build_features,
    count_codes,
    dense_names,
    describe_feature,
    make_vocabulary,
)
from evidens.features.laboratory import load_laboratory
from evidens.foundation import SettingsError, build_settings

#   person   1    2    3    4
#   C10AA   90d  90d  3y    -
#   B03AA    -    -   90d   -
PEOPLE = frame_members(*({**MEMBER, "person_id": p, "age": 50 + p} for p in (1, 2, 3, 4)))
EVENTS = pl.DataFrame(
    [
        (1, 10, "ATC/C10AA01"),
        (1, 20, "ATC/C10AA01"),
        (2, 10, "ATC/C10AA05"),
        (3, 1095, "ATC/C10AA05"),
        (3, 10, "ATC/B03AA07"),
    ],
    orient="row",
    schema={"person_id": pl.Int64, "days": pl.Int64, "code": pl.String},
).select(
    "person_id",
    "code",
    event_at=pl.lit(INDEX) - pl.duration(days="days"),
    known_at=pl.lit(INDEX) - pl.duration(days="days"),
    value=pl.lit(None, pl.Float64),
)


def settings(min_people: int) -> FeatureSettings:
    return FeatureSettings(windows_days=(90, 1825), code_levels={"ATC": (5,)}, groups=False, min_people=min_people)


def test_a_count_is_a_feature_when_enough_people_have_it_in_that_window() -> None:
    def names(min_people: int) -> tuple[str, ...]:
        counts = count_codes(EVENTS, PEOPLE, settings=settings(min_people), excluded=HIDDEN)
        return make_vocabulary([counts], settings(min_people)).names

    assert names(1) == ("n_ATC/B03AA_90d", "n_ATC/B03AA_1825d", "n_ATC/C10AA_90d", "n_ATC/C10AA_1825d")
    assert names(2) == ("n_ATC/C10AA_90d", "n_ATC/C10AA_1825d")
    assert names(3) == ("n_ATC/C10AA_1825d",)
    assert names(4) == ()


def test_buckets_add_up_to_the_whole() -> None:
    whole = count_codes(EVENTS, PEOPLE, settings=settings(1), excluded=HIDDEN)
    parts = [
        count_codes(
            EVENTS.filter(pl.col("person_id") % 2 == k),
            PEOPLE.filter(pl.col("person_id") % 2 == k),
            settings=settings(1),
            excluded=HIDDEN,
        )
        for k in (0, 1)
    ]
    assert make_vocabulary(parts, settings(1)).frame.equals(make_vocabulary([whole], settings(1)).frame)


def test_the_matrix_follows_the_order_of_the_people_asked_for() -> None:
    vocabulary = make_vocabulary([count_codes(EVENTS, PEOPLE, settings=SETTINGS, excluded=HIDDEN)], SETTINGS)
    parts = [
        build_features(
            PEOPLE.filter(pl.col("person_id") % 2 == k),
            EVENTS,
            settings=SETTINGS,
            vocabulary=vocabulary,
            excluded=HIDDEN,
        )
        for k in (0, 1)
    ]
    dense, counts = (pl.concat([getattr(part, name) for part in parts]) for name in ("dense", "counts"))
    order = PEOPLE[[2, 0, 3, 1]]
    matrix = assemble(dense, counts, vocabulary, order)
    assert matrix.person_id.tolist() == [3, 1, 4, 2]
    assert matrix.index_at.tolist() == [INDEX] * 4
    column = {name: matrix.matrix[:, [j]].toarray().ravel() for j, name in enumerate(matrix.names)}
    assert column["age"].tolist() == [53, 51, 54, 52]
    assert column["n_ATC/C10AA_1825d"].tolist() == [1, 2, 0, 1]
    assert np.isnan(column["hba1c_latest_1825d"]).all()
    assert matrix.matrix.dtype == np.float32
    assert len(set(matrix.names)) == matrix.matrix.shape[1]


def test_a_person_without_features_stops_the_matrix() -> None:
    vocabulary = make_vocabulary([], SETTINGS)
    features = build_features(PEOPLE.head(3), EVENTS, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
    with pytest.raises(FeatureError, match="1 of 4 people have no row"):
        assemble(features.dense, features.counts, vocabulary, PEOPLE)


def test_features_of_another_index_date_do_not_pass() -> None:
    vocabulary = make_vocabulary([], SETTINGS)
    features = build_features(PEOPLE, EVENTS, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
    later = PEOPLE.with_columns(index_at=pl.col("index_at") + DAY)
    with pytest.raises(FeatureError, match="4 of 4"):
        assemble(features.dense, features.counts, vocabulary, later)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("age", "Age (years)"),
        ("is_female", "Female sex"),
        ("haemoglobin_min_365d", "Haemoglobin, lowest in the last year (mmol/L)"),
        ("haemoglobin_days_since_1825d", "Haemoglobin, days since the latest in the last 5 years"),
        ("urine_albumin_creatinine_mean_365d", "Urine albumin/creatinine, mean in the last year (mg/g)"),
        ("n_ICD10/DI48_90d", "Diagnoses ICD10 DI48 (Atrial fibrillation and flutter) in the last 90 days"),
        ("n_ICD10/DZ99_365d", "Diagnoses ICD10 DZ99 in the last year"),
        ("n_NPU/NPU02319_365d", "Measurements of Haemoglobin (NPU02319) in the last year"),
        ("n_CONTACT/emergency_90d", "Hospital contacts, emergency, in the last 90 days"),
        ("days_since_NPU_1825d", "Days since the latest laboratory result in the last 5 years"),
        ("is_origin_non_western", "Origin non-western"),
        ("something_else", "something_else"),
    ],
)
def test_features_are_described_in_words(name: str, words: str) -> None:
    assert describe_feature(name) == words


def test_no_feature_is_left_without_words() -> None:
    assert not [name for name in dense_names(SETTINGS) if describe_feature(name) == name]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"windows_days": [365, 90]}, "ascending"),
        ({"lab_statistics": {"median": [365]}}, "median not among"),
        ({"lab_statistics": {"mean": [100]}}, "100 not among"),
        ({"labs": ["haemoglobine"]}, "haemoglobine not among"),
        ({"distinct": {"ICD10": [365]}}, "ICD10 not among"),
        ({"code_levels": {"ATC": [0, 5]}}, "code_levels.ATC"),
        ({"min_people": 0}, "min_people"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict, finding: str) -> None:
    good = {"windows_days": [90, 365], "code_levels": {"ATC": [5]}}
    with pytest.raises(SettingsError, match=finding):
        build_settings(FeatureSettings, good | change, place="conf/features/test.yaml")


def test_the_shipped_settings_can_be_built() -> None:
    path = Path(__file__).parents[3] / "conf" / "features" / "default.yaml"
    shipped = build_settings(FeatureSettings, yaml.safe_load(path.read_text(encoding="utf-8")), place=path.name)
    assert {"age", "is_female", "hba1c_latest_1825d"} <= set(dense_names(shipped))
    assert not [name for name in dense_names(shipped) if "origin" in name or "region" in name]


def test_every_analyte_has_valid_codes_and_one_unit() -> None:
    entries = load_laboratory().entries
    assert all(NPU.is_code(code) for code in entries["code"])
    assert entries["code"].is_unique().all()
    assert (
        (entries.group_by("analyte").agg(pl.col("unit", "label").n_unique()).select("unit", "label") == 1)
        .to_numpy()
        .all()
    )
