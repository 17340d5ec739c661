"""Every trap of the two patient registers as delivered rows, and what must become of each."""

import dataclasses
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.unit.registers.rows import LOCK, SETTINGS, bef, table

from evidens.contracts import check_table
from evidens.events import Event
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    TABLES,
    RegisterError,
    check_delivery,
    intake_bucket,
    link_contacts,
    lpr2,
    lpr3,
    pseudonymise_batch,
    table_of,
)
from evidens.registers.contract import RegisterTable

CASES = sorted(path for register in (lpr2, lpr3) for path in Path(register.__file__).parent.glob("cases/*.csv"))
PEOPLE = pl.Series(["6802701234", "6903801235"])


def read_case(path):
    """Return delivered rows by table with their fates, the expected events, and the settings of the case."""
    text = path.read_text(encoding="utf-8")
    said = [line.removeprefix("# settings: ") for line in text.splitlines() if line.startswith("# settings: ")]
    changed = yaml.safe_load(said[0]) if said else {}
    rows = pl.read_csv(path, infer_schema=False, comment_prefix="#")
    delivered, fates = {}, {}
    for name in rows["table"].unique(maintain_order=True):
        mine = rows.filter(pl.col("table") == name)
        wanted = [c.aliases for c in TABLES[name].columns if c.required]
        used = [c for c in mine.columns[1:-2] if mine[c].null_count() < mine.height]
        absent = [names[0] for names in wanted if not set(names) & set(used)]
        delivered[name] = mine.select(*used, *(pl.lit(None, dtype=pl.String).alias(c) for c in absent))
        fates[name] = Counter(mine["fate"])
    events = Counter(event for cell in rows["events"].drop_nulls() for event in cell.split(";"))
    return delivered, fates, events, dataclasses.replace(SETTINGS, **changed)


def take_in(delivered, settings):
    """Pseudonymise and take in a delivery; return the intake and the fate of every row by table."""
    key, links, kept, fates = demonstration_key(1), defaultdict(list), {}, defaultdict(Counter)
    persons, contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
    for name in sorted(delivered, key=lambda name: TABLES[name].is_linked):
        contract = TABLES[name]
        known = link_contacts(links[contract.register]) if contract.is_linked else None
        batch = pseudonymise_batch(
            delivered[name], contract, persons=persons, contacts=contacts, links=known, simulated=True,
            settings=PseudonymSettings(),
        )  # fmt: skip
        links[contract.register].append(batch.links)
        kept[name] = batch.kept
        _count(fates, batch.account.filter(pl.col("fate") != "kept"))
    residents = table("bef", *(row for person in persons.ids(PEOPLE) for row in bef(person, *range(2005, 2025))))
    intake = intake_bucket(kept | {"bef": residents}, settings, delivery="test", data_lock_on=LOCK)
    _count(fates, intake.account)
    return intake, fates


def _count(fates, account):
    for name, fate, rule, n in account.select("table", "fate", "rule", "n_rows").iter_rows():
        if fate != "in" and n:
            fates[name][f"{fate}: {rule}" if rule else fate] += n


@pytest.mark.parametrize("path", CASES, ids=[f"{path.parents[1].name}-{path.stem}" for path in CASES])
def test_every_trap_has_its_handling(path):
    delivered, expected, events, settings = read_case(path)
    check_names = {f"{TABLES[name].register}/{name}_2020": frame.schema for name, frame in delivered.items()}
    assert not [fault for fault in _faults(check_names) if not fault.startswith("no file of")]
    intake, fates = take_in(delivered, settings)
    assert {name: dict(fates[name]) for name in delivered} == {name: dict(rows) for name, rows in expected.items()}
    found = intake.events.select(pl.col("code") + "@" + pl.col("event_at").dt.date().cast(pl.String)).to_series()
    assert Counter(found) == events
    check_table(intake.events, Event, place="events")


def _faults(files):
    try:
        check_delivery(files)
    except RegisterError as error:
        return [fault.finding for fault in error.faults]
    return []


@pytest.mark.parametrize("register", [lpr2, lpr3])
def test_every_case_is_named_in_the_table_of_its_register(register):
    folder = Path(register.__file__).parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.glob("cases/*.csv"):
        assert f"`{path.stem}`" in readme, path.stem


@pytest.mark.parametrize("other", ["kontakter", "diagnoser", "procedurer_kirurgi", "procedurer_andre", "forloeb"])
@pytest.mark.parametrize("one", ["lpr_a_kontakt", "lpr_a_diagnose", "lpr_a_procregistrering", "lpr_a_forloeb"])
def test_l2_the_two_shapes_of_lpr3_are_the_same_contacts_and_are_refused_together(one, other):
    files = {f"lpr3/{name}_2020": _schema(TABLES[name]) for name in (one, other)}
    assert f"{', '.join(sorted((one, other)))} are two shapes of the same contacts." in _faults(files)


@pytest.mark.parametrize(
    ("stem", "name"),
    [("priv_adm_2016", "lpr_adm"), ("t_bes_2016", "lpr_bes"), ("t_uaf_adm_2016", "uaf_adm"),
     ("psyk_adm2018", "t_psyk_adm"), ("PSYK_PERS_2018", "t_psyk_pers"), ("t_psyk_bes_2018", "t_psyk_pers"),
     ("lpr_f_forloeb_2020", "forloeb"),
     ("LPR_A_FORLOEB_2020", "lpr_a_forloeb")],
)  # fmt: skip
def test_tables_are_known_by_all_their_names(stem, name):
    assert table_of(stem, TABLES).name == name


@pytest.mark.parametrize(
    ("name", "key"),
    [("lpr_adm", "recnum"), ("lpr_bes", "recnum"), ("t_psyk_adm", "recnum"), ("lpr_a_kontakt", "dw_ek_kontakt"),
     ("lpr_a_forloeb", "dw_ek_forloeb"), ("lpr_a_procregistrering", "dw_ek_forloeb")],
)  # fmt: skip
def test_l15_a_key_that_was_read_as_a_floating_number_is_refused(name, key):
    files = {f"x/{name}_2020": _schema(TABLES[name]) | {key: pl.Float64()}}
    assert any(finding.startswith(f"column '{key}' is Float64") for finding in _faults(files))


def _schema(contract: RegisterTable):
    return {column.aliases[0]: pl.String() for column in contract.columns}
