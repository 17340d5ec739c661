"""What a feature means, in words for a clinician."""

import re

from evidens.codes.systems import SEPARATOR
from evidens.features.laboratory import LAB_STATISTICS, load_laboratory
from evidens.features.tokens import GROUP, load_groups

STATISTICS = {
    "latest": "latest",
    "min": "lowest",
    "max": "highest",
    "mean": "mean",
    "days_since": "days since the latest",
}
EVENTS = {
    "ATC": ("Dispensings of", "drug codes"),
    "ICD10": ("Diagnoses", "diagnosis codes"),
    "NPU": ("Measurements of", "analysis codes"),
    "CONTACT": ("Hospital contacts,", "kinds of hospital contact"),
}
LATEST = {"ATC": "dispensing", "ICD10": "diagnosis", "NPU": "laboratory result", "CONTACT": "hospital contact"}
PERSON = {"age": ("Age", "years"), "is_female": ("Female sex", "")}
LAB_NAME = re.compile(rf"(?P<analyte>.+)_(?P<statistic>{'|'.join(LAB_STATISTICS)})_(?P<days>\d+)d")


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
    if found := re.fullmatch(r"n_distinct_(\w+?)_(\d+)d", name):
        return f"Different {EVENTS[found[1]][1]} {_write_window(found[2])}", ""
    if found := re.fullmatch(r"days_since_([A-Z0-9]+)_(\d+)d", name):
        return f"Days since the latest {LATEST[found[1]]} {_write_window(found[2])}", ""
    if found := re.fullmatch(r"n_(.+/.+)_(\d+)d", name):
        return _describe_count(found[1], found[2]), ""
    if found := re.fullmatch(r"is_(origin|region)_(\w+)", name):
        return f"{found[1].capitalize()} {found[2].replace('_', '-')}", ""
    found = LAB_NAME.fullmatch(name)
    if not found or found["analyte"] not in load_laboratory().analytes:
        return name, ""
    label, unit = load_laboratory().describe(found["analyte"])
    unit = "" if found["statistic"] == "days_since" else unit
    return f"{label}, {STATISTICS[found['statistic']]} {_write_window(found['days'])}", unit


def _describe_count(token: str, days: str) -> str:
    if token.startswith(GROUP):
        return f"{_find_group(token.removeprefix(GROUP))}, number {_write_window(days)}"
    system, _, code = token.partition(SEPARATOR)
    if system == "NPU":
        return f"Measurements of {_find_analyte(code)} {_write_window(days)}"
    if system == "CONTACT":
        return f"Hospital contacts, {code}, {_write_window(days)}"
    title = _find_title(system, code)
    return f"{EVENTS[system][0]} {system} {code}{f' ({title})' if title else ''} {_write_window(days)}"


def _find_group(group: str) -> str:
    """Return the description of a group, as its first entry words it."""
    return load_groups().of_group(group).entries["description"][0]


def _find_analyte(code: str) -> str:
    labels = dict(load_laboratory().entries.select("code", "label").rows())
    return f"{labels[code]} ({code})" if code in labels else code


def _find_title(system: str, code: str) -> str:
    """Return the description of the narrowest group whose entries begin `code`; empty where none does."""
    entries = load_groups().entries.select("system", "code", "description").rows()
    fitting = [(len(stem), text) for s, stem, text in entries if s == system and code.startswith(stem)]
    return max(fitting, default=(0, ""))[1]


def _write_window(days: str) -> str:
    """Write a window in the words one uses for it.

    >>> _write_window("365"), _write_window("1825"), _write_window("90")
    ('in the last year', 'in the last 5 years', 'in the last 90 days')
    """
    years, rest = divmod(int(days), 365)
    if rest or not years:
        return f"in the last {days} days"
    return "in the last year" if years == 1 else f"in the last {years} years"
