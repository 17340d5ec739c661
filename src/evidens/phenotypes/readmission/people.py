"""People who show what a readmission is, asked when discharged at noon on 12 March 2021, with thirty days to go."""

import datetime as dt

from evidens.phenotypes.people import Happening, NamedPerson

INDEX = dt.date(2021, 3, 12)
HORIZON_DAYS = 30

NO_INDEX = "no index date in the period of the study"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _stay(begins: str, ends: str, text: str | None = "acute", code: str = "CONTACT/inpatient") -> Happening:
    began = _moment(begins)
    return Happening(began.date(), code, text=text, at=began.time(), until=_moment(ends))


FIRST = _stay("2021-03-10T12:00", "2021-03-12T12:00")


def _back(begins: str, text: str | None = "acute") -> Happening:
    """Give an admission that goes on beyond the period of the study, so that its own discharge is not asked."""
    return _stay(begins, "2022-01-05T12:00", text)


PEOPLE = (
    NamedPerson(
        "comes_back_acutely_after_a_week",
        (FIRST, _back("2021-03-19T15:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event", followup_days=8,
    ),
    NamedPerson(
        "stays_at_home",
        (FIRST,), outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "comes_back_as_planned_no_readmission",
        (FIRST, _back("2021-03-19T15:00", "planned")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "is_seen_in_the_emergency_room_only_no_readmission",
        (FIRST, _stay("2021-03-19T15:00", "2021-03-19T17:00", None, "CONTACT/emergency")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "moves_to_another_ward_within_four_hours_and_is_discharged_there",
        (_stay("2021-03-10T12:00", "2021-03-11T20:00"), _stay("2021-03-11T23:00", "2021-03-12T12:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "goes_to_rehabilitation_after_ten_hours_as_planned_which_is_one_admission",
        (_stay("2021-03-08T12:00", "2021-03-10T20:00"), _stay("2021-03-11T06:00", "2021-03-12T12:00", "planned")),
        outcome_on=dt.date(2021, 3, 8), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "acutely_back_four_hours_after_the_discharge_is_a_readmission",
        (FIRST, _back("2021-03-12T16:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event", followup_days=1,
    ),
    NamedPerson(
        "acutely_back_within_four_hours_had_not_left",
        (FIRST, _back("2021-03-12T15:59")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, left_out=NO_INDEX,
    ),
    NamedPerson(
        "thirty_days_later_to_the_minute_counts",
        (FIRST, _back("2021-04-11T12:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event", followup_days=30,
    ),
    NamedPerson(
        "a_minute_after_thirty_days_comes_too_late",
        (FIRST, _back("2021-04-11T12:01")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, status="event_free", followup_days=HORIZON_DAYS,
    ),
    NamedPerson(
        "a_planned_admission_is_not_asked",
        (_stay("2021-03-10T12:00", "2021-03-12T12:00", "planned"), _back("2021-03-19T15:00")),
        outcome_on=dt.date(2021, 3, 19), index_on=INDEX, left_out=NO_INDEX,
    ),
    NamedPerson(
        "five_hours_are_no_admission",
        (_stay("2021-03-12T07:00", "2021-03-12T12:00"), _back("2021-03-19T15:00")),
        outcome_on=dt.date(2021, 3, 12), index_on=INDEX, left_out=NO_INDEX,
    ),
    NamedPerson(
        "a_psychiatric_admission_is_not_asked",
        (FIRST, Happening(dt.date(2021, 3, 10), "ICD10/DF329", text="A", at=dt.time(12)), _back("2021-03-19T15:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, left_out=NO_INDEX,
    ),
    NamedPerson(
        "is_still_in_hospital",
        (Happening(dt.date(2021, 3, 10), "CONTACT/inpatient", text="acute"),),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, left_out=NO_INDEX,
    ),
    NamedPerson(
        "dies_in_hospital",
        (FIRST,), outcome_on=dt.date(2021, 3, 10), index_on=INDEX, died_on=INDEX,
        left_out="not born yet, or not alive through the index day",
    ),
    NamedPerson(
        "dies_at_home_before_coming_back",
        (FIRST,), outcome_on=dt.date(2021, 3, 10), index_on=INDEX, died_on=dt.date(2021, 3, 20),
        resident_to_on=dt.date(2021, 3, 20), status="death", followup_days=8,
    ),
    NamedPerson(
        "comes_back_on_the_day_of_death",
        (FIRST, _stay("2021-03-20T18:00", "2021-03-20T23:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, died_on=dt.date(2021, 3, 20),
        resident_to_on=dt.date(2021, 3, 20), status="event", followup_days=9,
    ),
    NamedPerson(
        "seventeen_is_no_adult",
        (FIRST, _back("2021-03-19T15:00")),
        outcome_on=dt.date(2021, 3, 10), index_on=INDEX, born_on=dt.date(2003, 3, 13),
        left_out="outside the age range on the index day",
    ),
)  # fmt: skip
