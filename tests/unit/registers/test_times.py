"""What a delivery covers: rows after the data lock and before the first snapshot are right, and not for the study."""

import dataclasses

import pytest
from tests.unit.registers.rows import RESIDENTS, SETTINGS, bef, fates, table, take_in

from evidens.foundation import EvidensError, build_settings
from evidens.registers import RegisterSettings

STRANGER = 9
UNKNOWN = "person not in the population register"
EARLY = f"{UNKNOWN}, before its first snapshot"


def rows_of(name, person, on):
    """One row of a table on a day."""
    values = {
        "dod": {"died_on": on},
        "vnds": {"moved_on": on, "direction": "U"},
        "lpr_adm": {"contact_id": 1, "began_on": on, "patient_type": "0"},
        "lmdb": {"dispensed_on": on, "code": "A10BA02", "n_packs": 1.0},
        "lab_dm_forsker": {"sampled_on": on, "code": "NPU27300", "value": "40", "unit": "mmol/mol"},
        "dodsaasg": {"died_on": on, "underlying": "C189"},
        "lpr_a_kontakt": {"contact_id": 1, "began_at": f"{on}T10:00", "contact_type": "ALCA00", "system": "LPR3"},
    }[name]
    return table(name, {"person_id": person} | values)


DATED = ["dod", "vnds", "lpr_adm", "lmdb", "lab_dm_forsker", "dodsaasg", "lpr_a_kontakt"]


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize(
    ("on", "fate", "rule"),
    [("2025-07-01", "dropped", "after the data lock"), ("2027-06-30", "dropped", "after the data lock"),
     ("2027-07-01", "quarantined", "date after the data lock"),
     ("2105-01-01", "quarantined", "date after the data lock")],
)  # fmt: skip
def test_rows_of_the_tail_after_the_data_lock_are_dropped_and_later_ones_quarantined(name, on, fate, rule):
    intake = take_in(**{name: rows_of(name, 1, on)})
    assert fates(intake, name) == {rule: 1}
    assert intake.quarantined[name].height == (fate == "quarantined")


@pytest.mark.parametrize("name", DATED)
def test_who_comes_after_the_data_lock_is_no_stranger(name):
    assert fates(take_in(**{name: rows_of(name, STRANGER, "2025-08-01")}), name) == {"after the data lock": 1}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize(("on", "rule"), [("2005-12-30", EARLY), ("2005-12-31", UNKNOWN), ("2015-01-01", UNKNOWN)])
def test_who_left_or_died_before_the_first_snapshot_is_no_stranger(name, on, rule):
    intake = take_in(**{name: rows_of(name, STRANGER, on)})
    assert fates(intake, name) == {rule: 1}
    assert intake.quarantined[name].height == (rule == UNKNOWN)


def test_a_date_after_death_stays_one_within_the_tail():
    tables = {"dod": rows_of("dod", 1, "2025-03-01"), "lmdb": rows_of("lmdb", 1, "2025-07-15")}
    assert fates(take_in(**tables), "lmdb") == {"date after death": 1}


def test_snapshots_of_the_tail_are_dropped():
    snapshots = table("bef", *bef(1, 2024, 2025), *bef(2, 2030))
    intake = take_in(bef=snapshots)
    assert fates(intake, "bef") == {"kept": 1, "after the data lock": 1, "date after the data lock": 1}
    assert intake.quarantined["bef"].height == 1


def test_the_length_of_the_tail_is_a_setting():
    short = dataclasses.replace(SETTINGS, tail_days=0)
    rows = {"lmdb": rows_of("lmdb", 1, "2025-07-01"), "bef": RESIDENTS}
    assert fates(take_in(short, **rows), "lmdb") == {"date after the data lock": 1}
    with pytest.raises(EvidensError, match="tail must not be negative"):
        build_settings(RegisterSettings, dataclasses.asdict(SETTINGS) | {"tail_days": -1}, place="here")
