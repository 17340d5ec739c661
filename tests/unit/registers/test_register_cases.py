"""Every trap of four registers as delivered rows, and what must become of each row."""

import dataclasses
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.unit.registers.rows import LOCK, SETTINGS, bef, table

from evidens.contracts import check_table
from evidens.events import Event
from evidens.foundation import build_settings
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    TABLES,
    RegisterSettings,
    cancer,
    intake_bucket,
    lab,
    lmdb,
    pseudonymise_batch,
    sssy,
)

REGISTERS = (lab, lmdb, sssy, cancer)
CASES = sorted(path for register in REGISTERS for path in Path(register.__file__).parent.glob("cases/*.csv"))
PEOPLE = pl.Series(["6802701234", "6903801235"])


def read_case(path):
    """Return table, delivered rows, fates of rows, expected events, and the settings of a case."""
    said = [line.removeprefix("# settings: ") for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("# settings: ")]  # fmt: skip
    changed = yaml.safe_load(said[0]) if said else {}
    rows = pl.read_csv(path, infer_schema=False, comment_prefix="#")
    [name] = rows["table"].unique()
    events = Counter(event for cell in rows["events"].drop_nulls() for event in cell.split(";"))
    settings = dataclasses.replace(SETTINGS, **changed)
    return name, rows.drop("table", "fate", "events"), Counter(rows["fate"]), events, settings


def take_in(name, rows, settings):
    """Pseudonymise and take in one table; return the intake and how many rows had which fate."""
    persons = PseudonymMap(demonstration_key(1), "person")
    batch = pseudonymise_batch(
        rows, TABLES[name], persons=persons, contacts=PseudonymMap(demonstration_key(1), "contact"), links=None,
        simulated=True, settings=PseudonymSettings(),
    )  # fmt: skip
    residents = table("bef", *(row for person in persons.ids(PEOPLE) for row in bef(person, *range(2005, 2025))))
    intake = intake_bucket({"bef": residents, name: batch.kept}, settings, delivery="test", data_lock_on=LOCK)
    account = pl.concat([batch.account, intake.account]).filter(pl.col("table") == name)
    out = account.filter(pl.col("fate").is_in(["dropped", "quarantined"]))
    fates = Counter({f"{fate}: {rule}": n for fate, rule, n in out.select("fate", "rule", "n_rows").iter_rows()})
    kept = account.filter((pl.col("stage") == "intake") & (pl.col("fate") == "kept"))["n_rows"].sum()
    return intake, fates + Counter(kept=kept)


def spell(event):
    """Write an event as the cases do: code@day, sign and value, text."""
    value = "" if event["value"] is None else f"{event['operator'] or '='}{round(event['value'], 6)}"
    text = f" {event['text']}" if event["text"] else ""
    return f"{event['code']}@{event['event_at'].date()}{value}{text}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_delivered_row_has_the_fate_and_the_event_that_its_case_says(path):
    name, rows, fates, events, settings = read_case(path)
    intake, found = take_in(name, rows, settings)
    check_table(intake.events, Event, place="events")
    assert found == fates
    assert Counter(spell(event) for event in intake.events.iter_rows(named=True)) == events


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.__name__.split(".")[-1])
def test_every_case_stands_in_the_readme_of_its_register_and_every_test_named_there_exists(register):
    folder = Path(register.__file__).parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    cases = {path.stem for path in folder.glob("cases/*.csv")}
    assert cases
    assert {case for case in cases if f"`{case}`" not in readme} == set()
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {name for name in re.findall(r"`(test_\w+)`", readme) if f"def {name}(" not in tests} == set()


def test_the_settings_that_are_shipped_name_the_products_that_the_simulated_pharmacies_sell():
    from evidens.simulation.pools import PACKS, WEIGHT_DRUG

    conf = Path(__file__).parents[3] / "conf/registers/default.yaml"
    settings = build_settings(RegisterSettings, yaml.safe_load(conf.read_text(encoding="utf-8")), place=conf.name)
    items = {pack.item: pack.atc for pack in PACKS}
    assert settings.lmdb_products[WEIGHT_DRUG] == "Wegovy"
    assert {items[item] for item in settings.lmdb_products} == {"A10BJ06"}
