"""People who show what counts as colorectal cancer, asked on 1 January 2018 with one year (365 days) to go."""

import datetime as dt

from evidens.phenotypes.people import Happening, NamedPerson

INDEX = dt.date(2018, 1, 1)
LAST_DAY = dt.date(2019, 1, 1)  # 365 days after the index
HORIZON_DAYS = 365

COLON, RECTUM, SUSPECTED = "ICD10/DC187", "ICD10/DC209", "ICD10/DZ031B"


def _diagnosis(year: int, month: int, day: int, code: str = COLON, *, text: str = "A") -> Happening:
    return Happening(dt.date(year, month, day), code, text=text)


PEOPLE = (
    NamedPerson(
        "first_diagnosis_of_colon_cancer_is_the_outcome",
        (_diagnosis(2018, 6, 1), _diagnosis(2018, 7, 1)),
        outcome_on=dt.date(2018, 6, 1), index_on=INDEX, status="event", followup_days=151,
    ),
    NamedPerson(
        "secondary_diagnosis_of_rectal_cancer_counts",
        (_diagnosis(2018, 6, 1, RECTUM, text="B"),),
        outcome_on=dt.date(2018, 6, 1), index_on=INDEX, status="event", followup_days=151,
    ),
    NamedPerson(
        "colorectal_code_only_as_suspected_no_outcome",
        (_diagnosis(2018, 6, 1, SUSPECTED),),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "diagnosis_of_referral_type_is_a_guess_no_outcome",
        (_diagnosis(2018, 6, 1, text="H"),),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "anal_cancer_and_cancer_in_situ_are_other_diseases",
        (_diagnosis(2018, 6, 1, "ICD10/DC210"), _diagnosis(2018, 6, 2, "ICD10/DD010")),
        outcome_on=None, index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "suspected_before_the_index_still_enters_and_gets_the_outcome",
        (_diagnosis(2017, 12, 20, SUSPECTED), _diagnosis(2018, 1, 2)),
        outcome_on=dt.date(2018, 1, 2), index_on=INDEX, status="event", followup_days=1,
    ),
    NamedPerson(
        "diagnosis_on_the_index_day_lies_in_neither_window",
        (_diagnosis(2018, 1, 1),),
        outcome_on=dt.date(2018, 1, 1), index_on=INDEX,
        left_out="a qualifying event on the index day, which lies in neither window",
    ),
    NamedPerson(
        "cancer_ten_years_ago_is_not_at_risk_of_a_first",
        (_diagnosis(2008, 1, 2),),
        outcome_on=dt.date(2008, 1, 2), index_on=INDEX, left_out="a qualifying event before the index day",
    ),
    NamedPerson(
        "diagnosis_on_the_last_day_of_the_horizon_counts",
        (_diagnosis(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day),),
        outcome_on=LAST_DAY, index_on=INDEX, status="event", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "diagnosis_the_day_after_the_horizon_comes_too_late",
        (_diagnosis(2019, 1, 2),),
        outcome_on=dt.date(2019, 1, 2), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "dies_of_something_else_before_any_diagnosis",
        (), outcome_on=None, index_on=INDEX, died_on=dt.date(2018, 4, 1), resident_to_on=dt.date(2018, 4, 1),
        status="death", followup_days=90,
    ),
    NamedPerson(
        "dies_on_the_index_day_never_enters",
        (), outcome_on=None, index_on=INDEX, died_on=INDEX, left_out="not born yet, or not alive through the index day",
    ),
    NamedPerson(
        "moved_to_denmark_a_year_ago_has_too_short_a_record",
        (_diagnosis(2018, 6, 1),),
        outcome_on=dt.date(2018, 6, 1), index_on=INDEX, resident_from_on=dt.date(2017, 1, 1),
        left_out="resident for too short a time before the index date",
    ),
    NamedPerson(
        "diagnosis_that_becomes_known_next_year_counts_on_its_own_day",
        (Happening(dt.date(2018, 12, 1), COLON, text="A", known_on=dt.date(2019, 2, 1)),),
        outcome_on=dt.date(2018, 12, 1), index_on=INDEX, status="event", followup_days=334,
    ),
)  # fmt: skip
