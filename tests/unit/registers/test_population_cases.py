"""Every trap of the registers of people and their means as delivered rows, and what must become of each."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
from tests.unit.registers.rows import LOCK, SETTINGS, bef, table

from evidens.contracts import check_table
from evidens.events import Event
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    LINK_TABLES,
    TABLES,
    RegisterError,
    add_year_of_file,
    akm,
    check_delivery,
    cpr,
    dod,
    dodsaasg,
    faik,
    ind,
    intake_bucket,
    pseudonymise_batch,
    read_number_links,
    udda,
    vnds,
)
from evidens.registers import bef as bef_register

REGISTERS = (bef_register, dod, vnds, dodsaasg, cpr, udda, ind, faik, akm)
CASES = sorted(path for register in REGISTERS for path in Path(register.__file__).parent.glob("cases/*.csv"))
PEOPLE = {"6802701234": "Anne", "6903801235": "Bo"}
KNOWN = TABLES | LINK_TABLES


def read_case(path):
    """Return delivered files as (table, file, rows), the fates of rows by table, and all that must come of them."""
    rows = pl.read_csv(path, infer_schema=False, comment_prefix="#")
    files, fates = [], defaultdict(Counter)
    for (name, file), mine in rows.group_by("table", "file", maintain_order=True):
        contract = KNOWN[name]
        delivered = mine.drop("table", "file", "fate", "becomes")
        used = [c for c in delivered.columns if delivered[c].null_count() < mine.height]
        wanted = [c.aliases for c in contract.columns if c.required and not set(c.aliases) & set(used)]
        empty = [pl.lit(None, dtype=pl.String).alias(names[0]) for names in wanted]
        files.append((name, file, delivered.select(*used, *empty)))
        fates[name] += Counter(mine["fate"])
    becomes = Counter(item.strip() for cell in rows["becomes"].drop_nulls() for item in cell.split(";"))
    return files, fates, becomes


def take_in(files):
    """Pseudonymise and take in files as the study does; return intake, names of people, and fates of rows by table."""
    settings, key = PseudonymSettings(), demonstration_key(1)
    persons, contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
    numbers = read_number_links(
        (rows for name, _, rows in files if name in LINK_TABLES), simulated=True, settings=settings
    )
    accounts, tables = [numbers.account], defaultdict(list)
    for name, file, rows in files:
        if name in TABLES:
            batch = pseudonymise_batch(
                add_year_of_file(rows, TABLES[name], file), TABLES[name], persons=persons, contacts=contacts,
                links=None, simulated=True, settings=settings, current=numbers.current,
            )  # fmt: skip
            tables[name].append(batch.kept)
            accounts.append(batch.account.filter(pl.col("fate") != "kept"))
    tables = {name: pl.concat(parts) for name, parts in tables.items()}
    people = dict(zip(persons.ids(pl.Series(list(PEOPLE))), PEOPLE.values(), strict=True))
    residents = table("bef", *(row for person in people for row in bef(person, *range(2005, 2025))))
    intake = intake_bucket({"bef": residents} | tables, SETTINGS, delivery="test", data_lock_on=LOCK)
    fates = defaultdict(Counter)
    for account in (*accounts, intake.account):
        for name, fate, rule, n in account.select("table", "fate", "rule", "n_rows").iter_rows():
            if fate != "in" and n:
                fates[name][f"{fate}: {rule}" if rule else fate] += n
    return intake, people, fates


def tell(intake, people, with_lives):
    """Write what came of a delivery as the cases do."""
    told = []
    if with_lives:
        for person, sex, born, origin, died in intake.persons.iter_rows():
            told.append(f"{people.get(person, 'someone')} {sex} {born} {origin}" + (f" died {died}" if died else ""))
        for person, region, start, end in intake.residence.iter_rows():
            told.append(f"{people.get(person, 'someone')} lives {region} {start} {end or ''}".strip())
    for event in intake.events.iter_rows(named=True):
        value = "" if event["value"] is None else f"={event['value']:g} {event['unit']}"
        text = f" {event['text']}" if event["text"] else ""
        told.append(f"{people[event['person_id']]} {event['code']}@{event['event_at'].date()}{value}{text}")
    return Counter(told)


@pytest.mark.parametrize("path", CASES, ids=[f"{path.parents[1].name}-{path.stem}" for path in CASES])
def test_every_delivered_row_has_the_fate_and_becomes_what_its_case_says(path):
    files, expected, becomes = read_case(path)
    intake, people, fates = take_in(files)
    assert {name: dict(fates[name]) for name in expected} == {name: dict(rows) for name, rows in expected.items()}
    assert tell(intake, people, with_lives=any(name == "bef" for name, _, _ in files)) == becomes
    check_table(intake.events, Event, place="events")
    assert all(intake.events["known_at"] >= intake.events["event_at"])


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.__name__.split(".")[-1])
def test_every_case_stands_in_the_table_of_its_register_and_every_test_named_there_exists(register):
    folder = Path(register.__file__).parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    cases = [path.stem for path in folder.glob("cases/*.csv")]
    assert cases
    assert [case for case in cases if f"`{case}`" not in readme] == []
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", readme) if f"def {name}(" not in tests] == []


def faults_of(name, columns):
    try:
        check_delivery({f"{TABLES[name].register}/{name}_2016": dict.fromkeys(columns, pl.String())})
    except RegisterError as error:
        return [f"{fault.finding} {fault.remedy}" for fault in error.faults]
    return []


def test_faik_of_families_alone_is_refused_with_the_remedy():
    faults = faults_of("faik", ["familie_id", "famaekvivadisp_13", "famsociogrup_13"])
    [fault] = [fault for fault in faults if "column 'pnr'" in fault]
    assert "have it delivered linked to pnr, through BEF of the same 31 December" in fault
    assert not [f for f in faults_of("faik", ["pnr", "familie_id", "famaekvivadisp_13"]) if "column" in f]


def test_migrations_may_come_as_the_closed_table_or_as_its_successors():
    both = {"x/vnds_ind_2020": {"pnr": pl.String(), "haend_dato": pl.Date(), "indv_land": pl.String()},
            "x/vnds_ud_2020": {"pnr": pl.String(), "haend_dato": pl.Date(), "udv_land": pl.String()},
            "x/vnds_hist": {"pnr": pl.String(), "haend_dato": pl.Date(), "indud_kode": pl.String()}}  # fmt: skip

    def missing(*names):
        with pytest.raises(RegisterError) as caught:
            check_delivery({name: both[name] for name in names})
        return [fault.finding for fault in caught.value.faults if "vnds" in fault.finding]

    assert missing("x/vnds_hist") == []
    assert missing("x/vnds_ind_2020", "x/vnds_ud_2020") == []
    assert missing("x/vnds_ud_2020") == ["no file of vnds or vnds_ind."]


def test_a_link_without_the_old_number_is_refused():
    rows = pl.DataFrame({"pnr_new": ["6802701234"], "valid_from": ["2016-01-01"]})
    with pytest.raises(RegisterError, match="no column with the old number"):
        read_number_links([rows], simulated=True, settings=PseudonymSettings())


def test_means_of_a_year_are_known_only_after_the_lag_of_their_register():
    files = [("udda", "udda_2016", pl.DataFrame({"pnr": ["6802701234"], "hfaudd": ["4112"]}))]
    intake, _, _ = take_in(files)
    [event] = intake.events.iter_rows(named=True)
    assert (event["known_at"] - event["event_at"]).days == SETTINGS.lag_days["udda"]
