"""How the report words the index."""

import datetime as dt

import pytest

from evidens.cohort import (
    AdmissionLandmark,
    CalendarLandmark,
    DischargeLandmark,
    EventLandmark,
    RandomLandmark,
    describe_landmark,
)
from evidens.phenotypes import AdmissionSettings

PERIOD = (dt.date(2016, 1, 1), dt.date(2021, 12, 31))
HB = ("NPU/NPU02319",)


@pytest.mark.parametrize(
    ("landmark", "words"),
    [
        (CalendarLandmark((2016,), month=7, day=2), "on 2 July of the index year"),
        (
            RandomLandmark(*PERIOD, "salt"),
            "on a day of each person's own, drawn from 1 January 2016 to 31 December 2021",
        ),
        (
            EventLandmark(HB, *PERIOD, after_minutes=1, which="first", per="year"),
            "1 minute after the first record of NPU/NPU02319 of a year was known",
        ),
        (
            EventLandmark((*HB, "ICD10/DE11*"), *PERIOD, at="event"),
            "when a record of NPU/NPU02319 or ICD10/DE11* took place",
        ),
        (AdmissionLandmark(*PERIOD), "24 hours after an acute somatic admission of at least 6 hours began"),
        (DischargeLandmark(*PERIOD), "at discharge from an acute somatic admission of at least 6 hours"),
        (
            DischargeLandmark(*PERIOD, AdmissionSettings(urgency="any", min_hours=0.5)),
            "at discharge from a somatic admission of at least 0.5 hours",
        ),
        (
            DischargeLandmark(*PERIOD, AdmissionSettings(urgency="any", somatic_only=False)),
            "at discharge from an admission of at least 6 hours",
        ),
    ],
)
def test_the_index_in_words(landmark, words):
    assert describe_landmark(landmark) == words
