"""People who show what counts as type 2 diabetes, asked on 1 January 2018 with three years (1,095 days) to go."""

import datetime as dt

from evidens.phenotypes.people import Happening, NamedPerson

INDEX = dt.date(2018, 1, 1)
LAST_DAY = dt.date(2020, 12, 31)  # 1,095 days after the index: 365 + 365 + 365, since 29 February 2020 falls in
HORIZON_DAYS = 1095

METFORMIN, SITAGLIPTIN, SEMAGLUTIDE, EMPAGLIFLOZIN = "ATC/A10BA02", "ATC/A10BH01", "ATC/A10BJ06", "ATC/A10BK03"


def _diagnosis(year: int, month: int, day: int, *, text: str = "A", code: str = "ICD10/DE119") -> Happening:
    return Happening(dt.date(year, month, day), code, text=text)


def _dispensing(year: int, month: int, day: int, code: str = METFORMIN) -> Happening:
    return Happening(dt.date(year, month, day), code)


PEOPLE = (
    NamedPerson(
        "two_diagnoses_outcome_at_the_second",
        (_diagnosis(2018, 3, 1), _diagnosis(2018, 9, 1)),
        outcome_on=dt.date(2018, 9, 1), index_on=INDEX, status="event", followup_days=243,
    ),
    NamedPerson(
        "diagnosis_then_metformin_outcome_at_the_metformin",
        (_diagnosis(2018, 3, 1, text="B"), _dispensing(2018, 3, 15)),
        outcome_on=dt.date(2018, 3, 15), index_on=INDEX, status="event", followup_days=73,
    ),
    NamedPerson(
        "one_diagnosis_ever_no_outcome",
        (_diagnosis(2018, 3, 1),),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "two_drugs_on_one_day_are_one_event_no_outcome",
        (_dispensing(2018, 3, 1), _dispensing(2018, 3, 1, SITAGLIPTIN)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "diagnosis_and_metformin_on_one_day_are_two_events",
        (_diagnosis(2018, 3, 1), _dispensing(2018, 3, 1)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, status="event", followup_days=59,
    ),
    NamedPerson(
        "semaglutide_twice_may_be_for_weight_no_outcome",
        (_dispensing(2018, 3, 1, SEMAGLUTIDE), _dispensing(2018, 6, 1, SEMAGLUTIDE)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "empagliflozin_for_the_heart_then_one_metformin_no_outcome",
        (_dispensing(2018, 3, 1, EMPAGLIFLOZIN), _dispensing(2018, 6, 1)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "diagnosis_of_referral_type_does_not_count",
        (_diagnosis(2018, 3, 1, text="H"), _diagnosis(2018, 9, 1)),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "type_1_diagnoses_are_another_disease",
        (_diagnosis(2018, 3, 1, code="ICD10/DE109"), _diagnosis(2018, 9, 1, code="ICD10/DE109")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "second_event_on_the_last_day_of_the_horizon_counts",
        (_diagnosis(2018, 3, 1), _dispensing(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day)),
        outcome_on=LAST_DAY, index_on=INDEX, status="event", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "second_event_the_day_after_the_horizon_comes_too_late",
        (_diagnosis(2018, 3, 1), _dispensing(2021, 1, 1)),
        outcome_on=dt.date(2021, 1, 1), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "first_event_the_day_before_the_index_is_already_under_suspicion",
        (_diagnosis(2017, 12, 31), _dispensing(2018, 3, 1)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, left_out="a qualifying event before the index day",
    ),
    NamedPerson(
        "first_event_on_the_index_day_lies_in_neither_window",
        (_diagnosis(2018, 1, 1), _dispensing(2018, 3, 1)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX,
        left_out="a qualifying event on the index day, which lies in neither window",
    ),
    NamedPerson(
        "first_event_before_the_index_reported_after_it_is_still_before",
        (Happening(dt.date(2017, 12, 1), "ICD10/DE119", text="A", known_on=dt.date(2018, 2, 1)),),
        outcome_on=None, index_on=INDEX, left_out="a qualifying event before the index day",
    ),
    NamedPerson(
        "dies_between_first_and_second_event",
        (_diagnosis(2018, 3, 1),),
        outcome_on=None, index_on=INDEX, died_on=dt.date(2018, 4, 1), resident_to_on=dt.date(2018, 4, 1),
        status="death", followup_days=90,
    ),
    NamedPerson(
        "second_event_on_the_day_of_death_counts",
        (_dispensing(2018, 3, 1), _diagnosis(2018, 4, 1)),
        outcome_on=dt.date(2018, 4, 1), index_on=INDEX, died_on=dt.date(2018, 4, 1),
        resident_to_on=dt.date(2018, 4, 1), status="event", followup_days=90,
    ),
    NamedPerson(
        "emigrates_before_the_second_event_is_seen",
        (_diagnosis(2018, 3, 1), _diagnosis(2019, 3, 1)),
        outcome_on=dt.date(2019, 3, 1), index_on=INDEX, resident_to_on=dt.date(2018, 4, 1),
        status="censored", followup_days=90,
    ),
)  # fmt: skip
