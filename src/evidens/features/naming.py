"""What a feature means, in words for a clinician."""

import re

from evidens.codes.systems import SEPARATOR
from evidens.features.families.values import VALUE_STATISTICS
from evidens.features.laboratory import load_laboratory
from evidens.features.subjects import GROUP, load_groups
from evidens.features.windows import PATTERN, Window

STATISTICS = {
    "latest": ("latest", "{unit}"),
    "min": ("lowest", "{unit}"),
    "max": ("highest", "{unit}"),
    "mean": ("mean", "{unit}"),
    "slope": ("trend", "{unit} per year"),
    "days_since": ("days since the latest", ""),
    "n": ("number of results", ""),
    "is_missing": ("no result", ""),
}
EVENTS = {
    "ATC": ("Dispensings of", "drug codes"),
    "ICD10": ("Diagnoses", "diagnosis codes"),
    "NPU": ("Measurements of", "analysis codes"),
    "CONTACT": ("Hospital contacts,", "kinds of hospital contact"),
    "SKS": ("Procedures", "procedure codes"),
    "SSSY": ("Services", "services outside hospital"),
    "TUMOUR": ("Tumours", "kinds of tumour"),
}
WHOLE = {"ATC": "dispensing", "ICD10": "diagnosis", "NPU": "laboratory result", "CONTACT": "hospital contact",
         "SKS": "procedure", "SSSY": "service outside hospital", "TUMOUR": "tumour"}  # fmt: skip
PERSON = {"age": ("Age", "years"), "is_female": ("Female sex", "")}
WINDOW = rf"(?P<window>{PATTERN.pattern.replace('?P<begin>', '').replace('?P<end>', '')}|ever)"
SIMPLE = {  # of a subject
    "count": "{subject}, number {window}",
    "dose": "{subject}, total amount {window}",
    "days_since_first": "Days since the first {event} {window}",
    "days_since": "Days since the latest {event} {window}",
    "is_new": "{subject}, for the first time {window}",
}
WITHOUT_SUBJECT = {
    "charlson": "Charlson comorbidity score, diagnoses {window}",
    "charlson_quan": "Charlson comorbidity score, updated weights, diagnoses {window}",
    "hospital_contacts": "Hospital contacts of any kind {window}",
    "hospital_days": "Days in hospital {window}",
}


def describe_feature(name: str) -> str:
    """Say what the feature called `name` means, with its unit.

    Parameters
    ----------
    name : str
        As in `FeatureMatrix.names`.

    Returns
    -------
    str
        Words for a clinician; a name that no family makes is returned as it is.

    Examples
    --------
    >>> describe_feature("hba1c_latest_1825d")
    'Haemoglobin A1c, latest in the last 5 years (mmol/mol)'
    >>> describe_feature("n_ATC/C10AA_365d")
    'Dispensings of ATC C10AA (Statins) in the last year'
    >>> describe_feature("n_GROUP/statins_365d")
    'Statins, number in the last year'
    >>> describe_feature("n_distinct_ICD10_1825d")
    'Different diagnosis codes in the last 5 years'
    """
    words, unit = _describe(name)
    return f"{words} ({unit})" if unit else words


def _describe(name: str) -> tuple[str, str]:
    if name in PERSON:
        return PERSON[name]
    if found := re.fullmatch(r"is_(origin|region)_(\w+)", name):
        return f"{found[1].capitalize()} {found[2].replace('_', '-')}", ""
    split = re.fullmatch(rf"(?P<stem>.+)_{WINDOW}", name)
    if not split:
        return name, ""
    stem, window = split["stem"], _write_window(split["window"])
    if stem in WITHOUT_SUBJECT:
        return WITHOUT_SUBJECT[stem].format(window=window), ""
    if stem.startswith("n_distinct_"):
        return f"Different {_many(stem.removeprefix('n_distinct_'))} {window}", ""
    if stem.startswith("n_") and SEPARATOR in stem:
        return _describe_count(stem.removeprefix("n_"), window), ""
    for kind, words in SIMPLE.items():
        if stem.startswith(f"{kind}_"):
            subject = stem.removeprefix(f"{kind}_")
            return words.format(subject=_name_subject(subject), event=_name_event(subject), window=window), ""
    return _describe_value(stem, window) or (name, "")


def _describe_value(stem: str, window: str) -> tuple[str, str] | None:
    found = re.fullmatch(rf"(?P<subject>.+)_(?P<statistic>{'|'.join(VALUE_STATISTICS)})", stem)
    if not found:
        return None
    subject, unit = found["subject"], ""
    if subject in load_laboratory().analytes:
        subject, unit = load_laboratory().describe(subject)
    elif SEPARATOR in subject or subject in WHOLE:
        subject = _name_subject(subject)
    else:
        return None
    words, of_unit = STATISTICS[found["statistic"]]
    return f"{subject}, {words} {window}", of_unit.format(unit=unit) if unit else ""


def _describe_count(token: str, window: str) -> str:
    if token.startswith(GROUP):
        return f"{_name_subject(token)}, number {window}"
    separate = ", " if token.startswith("CONTACT") else " "
    return f"{_name_subject(token)}{separate}{window}"


def _many(system: str) -> str:
    return EVENTS[system][1] if system in EVENTS else f"codes of {system}"


def _name_event(subject: str) -> str:
    """Name one event of a subject, inside a sentence."""
    if subject in WHOLE:
        return WHOLE[subject]
    return f"event of {_name_subject(subject)}"


def _name_subject(subject: str) -> str:
    """Name a subject, at the beginning of a sentence."""
    if subject in WHOLE:
        return WHOLE[subject].capitalize()
    if subject in load_laboratory().analytes:
        return load_laboratory().describe(subject)[0]
    if subject.startswith(GROUP):
        return _find_group(subject.removeprefix(GROUP))
    system, _, code = subject.partition(SEPARATOR)
    if system == "NPU":
        return f"Measurements of {_find_analyte(code)}"
    if system == "CONTACT":
        return f"Hospital contacts, {code}"
    title = _find_title(system, code)
    first = EVENTS[system][0] if system in EVENTS else "Events"
    return f"{first} {system} {code}{f' ({title})' if title else ''}".rstrip()


def _find_group(group: str) -> str:
    """Return the description of a group, as its first entry words it; a group of the settings has only its name."""
    if group not in load_groups().groups:
        return group.replace("_", " ").capitalize()
    return load_groups().of_group(group).entries["description"][0]


def _find_analyte(code: str) -> str:
    labels = dict(load_laboratory().entries.select("code", "label").rows())
    return f"{labels[code]} ({code})" if code in labels else code


def _find_title(system: str, code: str) -> str:
    """Return the description of the narrowest group whose entries begin `code`; empty where none does."""
    entries = load_groups().entries.select("system", "code", "description").rows()
    fitting = [(len(stem), text) for s, stem, text in entries if s == system and code.startswith(stem)]
    return max(fitting, default=(0, ""))[1]


def _write_window(text: str) -> str:
    """Write a window in the words one uses for it.

    >>> _write_window("365d"), _write_window("1825d"), _write_window("365-90d"), _write_window("ever")
    ('in the last year', 'in the last 5 years', 'from 365 to 90 days before', 'ever')
    """
    window = Window.parse(text)
    if window.begin_days is None:
        return "ever"
    if window.end_days:
        return f"from {window.begin_days} to {window.end_days} days before"
    years, rest = divmod(window.begin_days, 365)
    if rest or not years:
        return f"in the last {window.begin_days} days"
    return "in the last year" if years == 1 else f"in the last {years} years"
