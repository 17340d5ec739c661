"""The cohort task: a first contact, with some event in the year before it; is a diagnosis made in the year after it?

Index: a person's first event of `CONTACT`. In: at least one event with a time in [index - 365 d, index).
Outcome: an event of `OUTCOME` in (index, index + 365 d]. Answer: subject_id, index_time, outcome; sorted by person.
Only the standard library is imported here.
"""

CONTACT, OUTCOME, DAYS = "SKS/AAF005", "ICD10/DF002", 365
