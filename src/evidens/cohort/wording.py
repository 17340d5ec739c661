"""When people are asked about, in words for a reader."""

import datetime as dt

from evidens.cohort.landmarks import (
    AdmissionLandmark,
    CalendarLandmark,
    DischargeLandmark,
    EventLandmark,
    Landmark,
    RandomLandmark,
)
from evidens.phenotypes import AdmissionSettings


def describe_landmark(landmark: Landmark) -> str:
    """Say when people are asked about, as a part of a sentence.

    >>> describe_landmark(CalendarLandmark((2016, 2017)))
    'on 1 January of the index year'
    """
    match landmark:
        case CalendarLandmark():
            return f"on {landmark.day} {dt.date(2000, landmark.month, 1):%B} of the index year"
        case RandomLandmark():
            first, last = _write_day(landmark.from_on), _write_day(landmark.to_on)
            return f"on a day of each person's own, drawn from {first} to {last}"
        case EventLandmark():
            return _describe_event(landmark)
        case AdmissionLandmark():
            return f"{landmark.after_hours:g} hours after {_describe_admission(landmark.admission)} began"
        case DischargeLandmark():
            return f"at discharge from {_describe_admission(landmark.admission)}"


def _describe_event(landmark: EventLandmark) -> str:
    minutes = landmark.after_minutes
    later = f"{minutes} minute{'s' if minutes > 1 else ''} after" if minutes else "when"
    within = {"record": " ever", "period": " in the period", "year": " of a year"}[landmark.per]
    which, within = ("a", "") if landmark.which == "each" else (f"the {landmark.which}", within)
    came = "was known" if landmark.at == "known" else "took place"
    return f"{later} {which} record of {' or '.join(landmark.codes)}{within} {came}"


def _describe_admission(admission: AdmissionSettings) -> str:
    kinds = f"{'acute ' if admission.urgency == 'acute' else ''}{'somatic ' if admission.somatic_only else ''}admission"
    return f"{'a' if kinds.startswith('s') else 'an'} {kinds} of at least {admission.min_hours:g} hours"


def _write_day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
