"""Phenotypes: their files fit together, and onsets are found in any order of rows."""

import datetime as dt

import polars as pl
import pytest

from evidens.contracts import schema_of
from evidens.events import Event
from evidens.foundation import SettingsError, build_settings
from evidens.phenotypes import (
    OutcomeSettings,
    PhenotypeError,
    PhenotypeSettings,
    find_onsets,
    find_phenotypes,
    keep_qualifying,
    load_people,
    load_phenotype,
    people_frames,
)
from evidens.phenotypes import phenotype as phenotype_module


def events(*rows: tuple[int, str, str, str | None]) -> pl.DataFrame:
    """Rows of (person, time, code, text), known at once."""
    return pl.DataFrame(
        [
            {
                "person_id": p,
                "event_at": dt.datetime.fromisoformat(at),
                "known_at": dt.datetime.fromisoformat(at),
                "code": code,
                "text": text,
                "register": "r",
                "delivery": "d",
            }
            for p, at, code, text in rows
        ],
        schema=schema_of(Event),
    )


def onsets(name: str, *rows: tuple) -> list[tuple]:
    found = find_onsets(events(*rows), load_phenotype(name)).select("person_id", "first_qualifying_at", "outcome_at")
    return [(p, first.isoformat(), outcome.isoformat() if outcome else None) for p, first, outcome in found.rows()]


def test_there_are_the_phenotypes_of_the_shipped_studies() -> None:
    assert find_phenotypes() == (
        "colorectal_cancer",
        "colorectal_cancer_registered",
        "readmission",
        "type_2_diabetes",
        "type_2_diabetes_osdc",
    )


def test_an_unknown_phenotype_says_which_there_are() -> None:
    with pytest.raises(PhenotypeError, match=r"no phenotype 'stroke'\. There are: colorectal_cancer, "):
        load_phenotype("stroke")


@pytest.mark.parametrize("name", find_phenotypes())
def test_what_counts_as_the_outcome_is_never_a_predictor(name: str) -> None:
    # A result counts by its value: below the threshold it may predict. What happens again is history before.
    phenotype = load_phenotype(name)
    if phenotype.settings.recurs:
        return
    groups = [q.group for q in phenotype.settings.qualifies if q.at_least is None]
    listed = phenotype.codes.of_group(*groups).entries
    stems = listed.select(pl.concat_str("system", "code", separator="/"))["system"]
    assert set(phenotype.suspicion.code_groups(stems)["code"]) == set(stems)


def test_the_outcome_is_the_second_event_whatever_the_order_of_rows() -> None:
    rows = [
        (2, "2018-05-01", "ATC/A10BA02", None),
        (1, "2018-03-01", "ICD10/DE119", "A"),
        (1, "2017-01-01T10:30", "ATC/A10BA02", None),
        (1, "2019-01-01", "ATC/A10BA02", None),
    ]
    expected = [(1, "2017-01-01T10:30:00", "2018-03-01T00:00:00"), (2, "2018-05-01T00:00:00", None)]
    assert onsets("type_2_diabetes", *rows) == onsets("type_2_diabetes", *reversed(rows)) == expected


def test_one_kind_on_one_day_is_one_event_even_hours_apart() -> None:
    rows = [(1, "2018-03-01T08:00", "ICD10/DE119", "A"), (1, "2018-03-01T16:00", "ICD10/DE119", "B")]
    assert onsets("type_2_diabetes", *rows) == [(1, "2018-03-01T08:00:00", None)]


def test_the_outcome_is_known_when_both_of_its_events_are() -> None:
    late = events((1, "2018-03-01", "ICD10/DE119", "A"), (1, "2018-04-01", "ATC/A10BA02", None)).with_columns(
        known_at=pl.when(pl.col("code") == "ICD10/DE119")
        .then(pl.lit(dt.datetime.fromisoformat("2018-09-01")))
        .otherwise("known_at")
    )
    found = find_onsets(late, load_phenotype("type_2_diabetes")).row(0, named=True)
    assert (found["outcome_at"].isoformat(), found["known_at"].isoformat()) == (
        "2018-04-01T00:00:00",
        "2018-09-01T00:00:00",
    )


def test_a_duplicate_that_arrives_earlier_makes_the_event_known_earlier() -> None:
    twice = events((1, "2018-03-01", "ICD10/DC189", "A"), (1, "2018-03-01", "ICD10/DC189", "A")).with_columns(
        known_at=pl.Series([dt.datetime.fromisoformat(at) for at in ("2018-05-01", "2018-04-01")])
    )
    assert find_onsets(twice, load_phenotype("colorectal_cancer"))["known_at"].to_list() == [
        dt.datetime.fromisoformat("2018-04-01")
    ]


def test_a_diagnosis_without_a_type_does_not_count() -> None:
    assert onsets("colorectal_cancer", (1, "2018-03-01", "ICD10/DC189", None)) == []


def test_no_events_give_no_onsets() -> None:
    found = find_onsets(events(), load_phenotype("type_2_diabetes"))
    assert (found.height, found.columns) == (0, ["person_id", "first_qualifying_at", "outcome_at", "known_at"])


def test_excluded_drugs_are_no_qualifying_events() -> None:
    drugs = [f"ATC/{code}" for code in ("A10BA02", "A10BJ06", "A10BK01", "A10BK02", "A10BK03", "A10AB01", "A11CC05")]
    rows = events(*((n, "2018-03-01", code, None) for n, code in enumerate(drugs)))
    kept = keep_qualifying(rows, load_phenotype("type_2_diabetes"))["person_id"].sort().to_list()
    assert [drugs[n] for n in kept] == ["ATC/A10BA02", "ATC/A10BK02", "ATC/A10AB01"]


def test_a_definition_and_its_codes_name_the_same_groups(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    header = "system,code,match,group,description,source\n"
    (folder / "definition.yaml").write_text(
        'title: t\nversion: "1"\nsource: s\noccurrence: 1\nqualifies: [{group: diagnosis}]\n', encoding="utf-8"
    )
    (folder / "codes.csv").write_text(header + "ATC,A10,prefix,dispensing,d,s\n", encoding="utf-8")
    (folder / "suspicion.csv").write_text(header + "ATC,A10,prefix,x,d,s\n", encoding="utf-8")
    monkeypatch.setattr(phenotype_module, "FOLDER", tmp_path)
    with pytest.raises(PhenotypeError, match=r"'diagnosis' is not in codes\.csv") as caught:
        load_phenotype("odd")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("name", find_phenotypes())
def test_named_people_are_numbered_in_their_order(name: str) -> None:
    people = load_people(name)
    assert people_frames(people)[1]["person_id"].to_list() == list(range(1, len(people) + 1))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"thresholds": [0.05, 0.03]}, "ascending"),
        ({"thresholds": [0.0, 0.03]}, "between 0 and 1"),
        ({"main_threshold": 0.02}, "none of the thresholds"),
        ({"horizon_days": 0}, "at least one day"),
    ],
)
def test_questions_that_cannot_be_are_refused(change: dict, finding: str) -> None:
    good = {
        "title": "t",
        "question": "q",
        "population": "a",
        "phenotype": "p",
        "horizon_days": 365,
        "thresholds": [0.03, 0.05],
        "main_threshold": 0.03,
        "intended_use": "i",
        "lay_description": "l",
    }
    with pytest.raises(SettingsError, match=finding):
        build_settings(OutcomeSettings, good | change, place="conf/outcome/test.yaml")


def test_a_definition_needs_something_that_qualifies() -> None:
    with pytest.raises(SettingsError, match="at least one group"):
        build_settings(
            PhenotypeSettings,
            {"title": "t", "version": "1", "source": "s", "occurrence": 1, "qualifies": []},
            place="definition.yaml",
        )


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"voids": [{"group": "g", "kinds": ["other"], "days_before": 1, "days_after": 1, "because": "b"}]}, "other"),
        ({"voids": [{"group": "g", "kinds": ["a"], "days_before": -1, "days_after": 1, "because": "b"}]}, "negative"),
        ({"drops": [{"group": "g", "sex": "women", "below_age": 40, "because": "b"}]}, "'women' is not allowed"),
        ({"rival": {"title": "r", "diagnosis": "d", "own_diagnosis": "o", "drug": "g", "among": "a", "share": 1.5,
                    "within_days": 1}}, "share lies in"),
        ({"rival": {"title": "r", "diagnosis": "d", "own_diagnosis": "o", "drug": "g", "among": "b", "share": 0.5,
                    "within_days": 1}}, "no kind of event that qualifies: b"),
    ],
)  # fmt: skip
def test_definitions_that_contradict_themselves_are_refused(change: dict, finding: str) -> None:
    plain = {"title": "t", "version": "1", "source": "s", "occurrence": 1, "qualifies": [{"group": "a"}]}
    with pytest.raises(SettingsError, match=finding):
        build_settings(PhenotypeSettings, plain | change, place="definition.yaml")
