"""People who show what the classifier counts as type 2 diabetes, asked on 1 January 2018 with three years to go."""

import datetime as dt
from typing import Any

from evidens.phenotypes.people import Happening, NamedPerson

INDEX = dt.date(2018, 1, 1)
HORIZON_DAYS = 1095

PREVALENT = "a qualifying event before the index day"


def _on(year: int, month: int, day: int, code: str, **more: Any) -> Happening:
    return Happening(dt.date(year, month, day), code, **more)


def _hba1c(year: int, month: int, day: int, value: float, *, operator: str | None = None) -> Happening:
    return _on(year, month, day, "NPU/NPU27300", value=value, operator=operator)


def _drug(year: int, month: int, day: int, code: str = "A10BA02", *, doses: float = 90.0) -> Happening:
    return _on(year, month, day, f"ATC/{code}", value=doses)


def _diagnosis(year: int, month: int, day: int, code: str = "DE119", *, text: str = "A") -> Happening:
    return _on(year, month, day, f"ICD10/{code}", text=text)


PEOPLE = (
    NamedPerson(
        "two_high_hba1c_are_enough",
        (_hba1c(2018, 3, 1, 48.0), _hba1c(2018, 9, 1, 51.0)),
        outcome_on=dt.date(2018, 9, 1), index_on=INDEX, status="event", followup_days=243,
    ),
    NamedPerson(
        "47_is_below_the_threshold",
        (_hba1c(2018, 3, 1, 47.0), _hba1c(2018, 9, 1, 47.9)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "per_cent_has_a_threshold_of_its_own",
        (_on(2018, 3, 1, "NPU/NPU03835", value=6.5), _on(2018, 9, 1, "NPU/NPU03835", value=6.4), _drug(2018, 10, 1)),
        outcome_on=dt.date(2018, 10, 1), index_on=INDEX, status="event", followup_days=273,
    ),
    NamedPerson(
        "one_sample_in_both_units_is_one_event",
        (_hba1c(2018, 3, 1, 50.0), _on(2018, 3, 1, "NPU/NPU03835", value=6.7)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "below_fifty_may_be_anything_above_130_may_not",
        (_hba1c(2018, 3, 1, 50.0, operator="<"), _hba1c(2018, 6, 1, 130.0, operator=">"), _hba1c(2018, 9, 1, 60.0)),
        outcome_on=dt.date(2018, 9, 1), index_on=INDEX, status="event", followup_days=243,
    ),
    NamedPerson(
        "a_podiatrist_and_a_diagnosis",
        (_on(2018, 3, 5, "SSSY/540101", value=1.0), _diagnosis(2018, 4, 1, text="B")),
        outcome_on=dt.date(2018, 4, 1), index_on=INDEX, status="event", followup_days=90,
    ),
    NamedPerson(
        "high_hba1c_before_a_birth_is_gestational",
        (_hba1c(2018, 3, 1, 50.0), _hba1c(2018, 5, 1, 52.0), _diagnosis(2018, 7, 1, "DO809")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
        born_on=dt.date(1984, 5, 5), sex="female",
    ),
    NamedPerson(
        "a_pregnancy_is_280_days_before_to_84_days_after_its_end",
        (_hba1c(2018, 1, 2, 50.0), _hba1c(2018, 1, 3, 50.0), _diagnosis(2018, 10, 10, "DZ370"),
         _hba1c(2019, 1, 2, 50.0), _hba1c(2019, 1, 3, 50.0)),
        outcome_on=dt.date(2019, 1, 3), index_on=INDEX, status="event", followup_days=367,
        born_on=dt.date(1984, 5, 5), sex="female",
    ),
    NamedPerson(
        "a_diagnosis_counts_in_a_pregnancy_too",
        (_diagnosis(2018, 3, 1), _diagnosis(2018, 4, 1), _diagnosis(2018, 7, 1, "DO809")),
        outcome_on=dt.date(2018, 4, 1), index_on=INDEX, status="event", followup_days=90,
        born_on=dt.date(1984, 5, 5), sex="female",
    ),
    NamedPerson(
        "metformin_at_33_may_be_for_polycystic_ovaries",
        (_drug(2018, 3, 1), _drug(2018, 6, 1), _drug(2018, 9, 1)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
        born_on=dt.date(1984, 5, 5), sex="female",
    ),
    NamedPerson(
        "metformin_from_the_fortieth_birthday_on_counts",
        (_drug(2018, 5, 4), _drug(2018, 5, 5), _drug(2018, 8, 1)),
        outcome_on=dt.date(2018, 8, 1), index_on=INDEX, status="event", followup_days=212,
        born_on=dt.date(1978, 5, 5), sex="female",
    ),
    NamedPerson(
        "metformin_of_a_man_of_35_counts",
        (_drug(2018, 3, 1), _drug(2018, 6, 1)),
        outcome_on=dt.date(2018, 6, 1), index_on=INDEX, status="event", followup_days=151,
        born_on=dt.date(1982, 5, 5), sex="male",
    ),
    NamedPerson(
        "only_insulin_and_a_diagnosis_of_type_1",
        (_diagnosis(2018, 3, 1, "DE109"), _drug(2018, 3, 2, "A10AB05"), _drug(2018, 6, 1, "A10AE04")),
        outcome_on=None, index_on=INDEX, status="competing", followup_days=60,
    ),
    NamedPerson(
        "insulin_without_a_diagnosis_of_type_1_is_type_2",
        (_drug(2018, 3, 1, "A10AB05"), _drug(2018, 6, 1, "A10AE04")),
        outcome_on=dt.date(2018, 6, 1), index_on=INDEX, status="event", followup_days=151,
    ),
    NamedPerson(
        "mostly_insulin_and_mostly_type_1_after_a_try_of_metformin",
        (_drug(2018, 3, 1, doses=30.0), _diagnosis(2018, 3, 1, "DE119"), _drug(2018, 8, 1, "A10AB05", doses=60.0),
         _diagnosis(2018, 9, 1, "DE109"), _diagnosis(2018, 10, 1, "DE109")),
        outcome_on=None, index_on=INDEX, status="competing", followup_days=59,
    ),
    NamedPerson(
        "insulin_half_a_year_after_the_first_drug_is_type_2",
        (_drug(2018, 3, 1, doses=30.0), _diagnosis(2018, 3, 1, "DE119"), _drug(2018, 9, 1, "A10AB05", doses=600.0),
         _diagnosis(2018, 9, 1, "DE109"), _diagnosis(2018, 10, 1, "DE109")),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, status="event", followup_days=59,
    ),
    NamedPerson(
        "semaglutide_twice_may_be_for_weight",
        (_drug(2018, 3, 1, "A10BJ06"), _drug(2018, 6, 1, "A10BJ06")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_high_hba1c_known_before_the_index_is_diabetes_already",
        (_hba1c(2017, 12, 30, 48.0), _hba1c(2018, 3, 1, 50.0)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, left_out=PREVALENT,
    ),
    NamedPerson(
        "a_high_hba1c_answered_on_the_index_day_was_not_known",
        (Happening(dt.date(2017, 12, 31), "NPU/NPU27300", value=48.0, known_on=INDEX), _hba1c(2018, 3, 1, 50.0)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, status="event", followup_days=59,
    ),
    NamedPerson(
        "two_that_were_reported_late_are_neither_known_nor_to_come",
        (_on(2017, 11, 1, "ICD10/DE119", text="A", known_on=dt.date(2018, 2, 1)),
         _on(2017, 12, 1, "ICD10/DE119", text="A", known_on=dt.date(2018, 2, 1))),
        outcome_on=dt.date(2017, 12, 1), index_on=INDEX,
        left_out="the outcome before the index, which became known only after it",
    ),
    NamedPerson(
        "at_the_index_nobody_knows_of_the_pregnancy_that_a_birth_will_show",
        (_hba1c(2017, 12, 1, 50.0), _diagnosis(2018, 7, 1, "DO809")),
        outcome_on=None, index_on=INDEX, left_out=PREVALENT, born_on=dt.date(1984, 5, 5), sex="female",
    ),
    NamedPerson(
        "dies_after_one_high_hba1c",
        (_hba1c(2018, 3, 1, 60.0),),
        outcome_on=None, index_on=INDEX, died_on=dt.date(2018, 4, 1), resident_to_on=dt.date(2018, 4, 1),
        status="death", followup_days=90,
    ),
)  # fmt: skip
