"""An admission says whether it was acute or planned, in both patient registers alike; no other contact does."""

import pytest
from tests.unit.registers.rows import table, take_in

LPR2 = {"person_id": 1, "contact_id": 1, "began_on": "2016-03-01", "ended_on": "2016-03-04", "hospital": "1301"}
LPR3 = {"person_id": 1, "contact_id": 1, "began_at": "2020-03-01T08:00", "ended_at": "2020-03-03T08:00",
        "contact_type": "ALCA00", "system": "LPR3"}  # fmt: skip


def texts(**tables):
    events = take_in(**tables).events
    return events.select("code", "text").rows()


@pytest.mark.parametrize(("urgency", "text"), [("1", "acute"), ("2", "planned"), (None, None), ("9", None)])
def test_of_lpr2(urgency, text):
    row = LPR2 | {"patient_type": "0", "urgency": urgency}
    assert texts(lpr_adm=table("lpr_adm", row)) == [("CONTACT/inpatient", text)]


@pytest.mark.parametrize(("priority", "text"), [("ATA1", "acute"), ("ATA3", "planned"), (None, None), ("ATA2", None)])
def test_of_lpr3(priority, text):
    row = LPR3 | {"priority": priority}
    assert texts(lpr_a_kontakt=table("lpr_a_kontakt", row)) == [("CONTACT/inpatient", text)]


def test_other_contacts_have_no_text():
    row = LPR2 | {"patient_type": "2", "urgency": "1"}
    assert texts(lpr_adm=table("lpr_adm", row)) == [("CONTACT/emergency", None)]
