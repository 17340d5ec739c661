"""People who show what counts as colorectal cancer in the cancer register, asked at a blood count, with one year to go.

The haemoglobin is taken at 8:30, known at 8:30 the day after, and asked about a minute later.
"""

import datetime as dt

from evidens.phenotypes.people import Happening, NamedPerson

INDEX = dt.date(2018, 3, 2)
HORIZON_DAYS = 365

MORNING = dt.time(8, 30)


def _blood_count(year: int, month: int, day: int, value: float = 8.1) -> Happening:
    return Happening(dt.date(year, month, day), "NPU/NPU02319", value=value, at=MORNING)


def _tumour(year: int, month: int, day: int, code: str = "C187") -> Happening:
    on = dt.date(year, month, day)
    return Happening(on, f"TUMOUR/{code}", known_on=dt.date(year + 2, 1, 1))


SAMPLE = _blood_count(2018, 3, 1)

PEOPLE = (
    NamedPerson(
        "tumour_of_the_colon_three_months_after_the_count",
        (SAMPLE, _tumour(2018, 6, 2)),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, status="event", followup_days=92,
    ),
    NamedPerson(
        "tumour_of_the_rectum_counts",
        (SAMPLE, _tumour(2018, 6, 2, "C209")),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, status="event", followup_days=92,
    ),
    NamedPerson(
        "second_count_of_the_year_gives_no_second_index",
        (SAMPLE, _blood_count(2018, 5, 1, 7.0), _tumour(2018, 6, 2)),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, status="event", followup_days=92,
    ),
    NamedPerson(
        "in_situ_and_anal_cancer_are_other_diseases",
        (SAMPLE, _tumour(2018, 6, 2, "D010"), _tumour(2018, 7, 2, "C210")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_hospital_diagnosis_alone_is_no_outcome",
        (SAMPLE, Happening(dt.date(2018, 6, 2), "ICD10/DC187", text="A")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_tumour_is_dated_by_its_day_and_the_day_of_the_sample_lies_before_the_answer",
        (SAMPLE, _tumour(2018, 3, 1)),
        outcome_on=dt.date(2018, 3, 1), index_on=INDEX, left_out="a qualifying event before the index",
    ),
    NamedPerson(
        "the_day_of_the_answer_began_before_it",
        (SAMPLE, _tumour(2018, 3, 2)),
        outcome_on=dt.date(2018, 3, 2), index_on=INDEX, left_out="a qualifying event before the index",
    ),
    NamedPerson(
        "the_day_after_the_answer_is_the_first_that_counts",
        (SAMPLE, _tumour(2018, 3, 3)),
        outcome_on=dt.date(2018, 3, 3), index_on=INDEX, status="event", followup_days=1,
    ),
    NamedPerson(
        "the_year_ends_at_the_same_minute",
        (SAMPLE, _tumour(2019, 3, 2)),
        outcome_on=dt.date(2019, 3, 2), index_on=INDEX, status="event", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_day_later_comes_too_late",
        (SAMPLE, _tumour(2019, 3, 3)),
        outcome_on=dt.date(2019, 3, 3), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_tumour_twelve_years_ago_is_not_forgotten",
        (SAMPLE, _tumour(2006, 3, 2)),
        outcome_on=dt.date(2006, 3, 2), index_on=INDEX, left_out="a qualifying event before the index",
    ),
    NamedPerson(
        "a_colonoscopy_half_a_year_ago_was_the_work_up",
        (SAMPLE, Happening(dt.date(2017, 9, 1), "SKS/KUJF32"), _tumour(2018, 6, 2)),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, left_out="an examination of the bowel in the year before",
    ),
    NamedPerson(
        "a_colonoscopy_two_years_ago_is_history",
        (SAMPLE, Happening(dt.date(2016, 2, 1), "SKS/KUJF32"), _tumour(2018, 6, 2)),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, status="event", followup_days=92,
    ),
    NamedPerson(
        "dies_before_any_tumour_is_found",
        (SAMPLE,), outcome_on=None, index_on=INDEX, died_on=dt.date(2018, 4, 1), resident_to_on=dt.date(2018, 4, 1),
        status="death", followup_days=30,
    ),
    NamedPerson(
        "without_a_blood_count_there_is_no_index",
        (_tumour(2018, 6, 2),),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, left_out="no index date in the period of the study",
    ),
    NamedPerson(
        "moves_abroad_in_the_year",
        (SAMPLE, _tumour(2018, 6, 2)),
        outcome_on=dt.date(2018, 6, 2), index_on=INDEX, resident_to_on=dt.date(2018, 5, 1),
        status="censored", followup_days=60,
    ),
)  # fmt: skip
