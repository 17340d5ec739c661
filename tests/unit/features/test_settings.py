"""Settings that can be built, those that are refused, and names in words."""

from pathlib import Path

import pytest
import yaml
from tests.unit.features.small_tables import EVERYTHING, SETTINGS

from evidens.features import FeatureSettings, describe_feature
from evidens.features.subjects import find_subject
from evidens.foundation import SettingsError, build_settings

CONF = Path(__file__).parents[3] / "conf" / "features"
VALUES = {"kind": "values", "of": ["hba1c"], "statistics": {"mean": ["365d"]}}
CODES = {"kind": "codes", "levels": {"ATC": [5]}, "windows": ["90d"]}


def load(name: str) -> FeatureSettings:
    path = CONF / f"{name}.yaml"
    return build_settings(FeatureSettings, yaml.safe_load(path.read_text(encoding="utf-8")), place=path.name)


@pytest.mark.parametrize("name", sorted(path.stem for path in CONF.glob("*.yaml")))
def test_the_shipped_settings_can_be_built(name: str) -> None:
    shipped = load(name)
    assert {"age", "is_female", "hba1c_latest_1825d"} <= set(shipped.dense_names)
    assert not [feature for feature in shipped.dense_names if "origin" in feature or "region" in feature]
    assert not [feature for feature in shipped.dense_names if describe_feature(feature) == feature]


def test_the_default_looks_back_five_years_and_the_other_at_the_whole_record() -> None:
    assert load("default").longest_days == 1825
    assert load("high_dimensional").longest_days is None


@pytest.mark.parametrize(
    ("families", "finding"),
    [
        ([], "at least one"),
        ([{"kind": "tokens"}], "'tokens' is not allowed"),
        ([VALUES | {"statistics": {"median": ["365d"]}}], "median not among"),
        ([VALUES | {"statistics": {"mean": ["90-365d"]}}], "reversed or empty"),
        ([VALUES | {"statistics": {"mean": ["365d", "365d"]}}], "twice"),
        ([VALUES | {"of": ["haemoglobine"]}], "'haemoglobine' is neither an analyte"),
        ([VALUES, VALUES], "hba1c_mean_365d would stand twice"),
        ([{"kind": "counts", "of": ["GROUP/statin"], "windows": ["90d"]}], "no group named 'statin'"),
        ([{"kind": "counts", "of": ["ATC/10A"], "windows": ["90d"]}], "'ATC/10A' is neither"),
        ([{"kind": "distinct", "system": "XYZ", "level": 4, "windows": ["90d"]}], "XYZ not among"),
        ([{"kind": "distinct", "system": "ATC", "level": -1, "windows": ["90d"]}], "level"),
        ([CODES | {"levels": {"ATC": [0, 5]}}], "levels.ATC"),
        ([CODES | {"levels": {"ATC": []}}], "levels.ATC"),
        ([CODES | {"levels": {"XYZ": [5]}}], "XYZ not among"),
        ([CODES | {"min_people": 0}], "min_people"),
        ([CODES, CODES | {"windows": ["365d"]}], "at most one of kind codes"),
        ([{"kind": "charlson", "windows": ["1825d"], "weights": "elixhauser"}], "'elixhauser' is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused(families: list, finding: str) -> None:
    with pytest.raises(SettingsError, match=finding):
        build_settings(FeatureSettings, {"families": families}, place="conf/features/test.yaml")


@pytest.mark.parametrize(
    ("groups", "finding"), [({"statins": ["ATC/C10AA"]}, "in codes.csv already"), ({"mine": ["C10AA"]}, "'C10AA'")]
)
def test_groups_that_cannot_be_are_refused(groups: dict, finding: str) -> None:
    with pytest.raises(SettingsError, match=finding):
        build_settings(FeatureSettings, {"families": [CODES], "groups": groups}, place="conf/features/test.yaml")


def test_a_group_of_the_settings_is_a_subject() -> None:
    subject = find_subject("GROUP/bleeding", {"bleeding": ("ICD10/DK92", "ICD10/DK62")})
    assert [pattern.stem for pattern in subject.patterns] == ["ICD10/DK92", "ICD10/DK62"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("age", "Age (years)"),
        ("is_female", "Female sex"),
        ("haemoglobin_min_365d", "Haemoglobin, lowest in the last year (mmol/L)"),
        ("haemoglobin_days_since_1825d", "Haemoglobin, days since the latest in the last 5 years"),
        ("haemoglobin_slope_1825d", "Haemoglobin, trend in the last 5 years (mmol/L per year)"),
        ("haemoglobin_mean_365-90d", "Haemoglobin, mean from 365 to 90 days before (mmol/L)"),
        ("haemoglobin_n_ever", "Haemoglobin, number of results ever"),
        ("haemoglobin_is_missing_365d", "Haemoglobin, no result in the last year"),
        ("urine_albumin_creatinine_mean_365d", "Urine albumin/creatinine, mean in the last year (mg/g)"),
        ("ATC/C10AA_max_365d", "Dispensings of ATC C10AA (Statins), highest in the last year"),
        ("n_ICD10/DI48_90d", "Diagnoses ICD10 DI48 (Atrial fibrillation and flutter) in the last 90 days"),
        ("n_ICD10/DZ99_365d", "Diagnoses ICD10 DZ99 in the last year"),
        ("n_NPU/NPU02319_365d", "Measurements of Haemoglobin (NPU02319) in the last year"),
        ("n_CONTACT/emergency_90d", "Hospital contacts, emergency, in the last 90 days"),
        ("n_GROUP/statins_1825-365d", "Statins, number from 1825 to 365 days before"),
        ("n_SKS/KJ_365d", "Procedures SKS KJ in the last year"),
        ("count_GROUP/statins_365d", "Statins, number in the last year"),
        ("count_ATC_365d", "Dispensing, number in the last year"),
        ("dose_GROUP/statins_365d", "Statins, total amount in the last year"),
        ("days_since_NPU_1825d", "Days since the latest laboratory result in the last 5 years"),
        ("days_since_first_ATC_ever", "Days since the first dispensing ever"),
        ("days_since_GROUP/statins_365d", "Days since the latest event of Statins in the last year"),
        ("is_new_GROUP/statins_365d", "Statins, for the first time in the last year"),
        ("n_distinct_NPU_365d", "Different analysis codes in the last year"),
        ("charlson_1825d", "Charlson comorbidity score, diagnoses in the last 5 years"),
        ("hospital_days_365d", "Days in hospital in the last year"),
        ("is_origin_non_western", "Origin non-western"),
        ("something_else", "something_else"),
        ("something_else_365d", "something_else_365d"),
    ],
)
def test_features_are_described_in_words(name: str, words: str) -> None:
    assert describe_feature(name) == words


def test_no_feature_is_left_without_words() -> None:
    names = (*SETTINGS.dense_names, *EVERYTHING.dense_names)
    assert not [name for name in names if describe_feature(name) == name]
