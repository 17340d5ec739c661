"""The intake against what was planted: a delivery with defects becomes the events of the delivery without."""

from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.foundation import build_settings
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import TABLES, RegisterSettings, intake_bucket, link_contacts, pseudonymise_batch
from evidens.registers.emission import emit_tables, plant_defects
from evidens.simulation import simulate_shard

CONF = Path(__file__).parents[2] / "conf/registers/default.yaml"
PLANTED_AS = {
    "missing_person_key": {"no person key"},
    "impossible_date": {"date before birth", "date after the data lock", "date after death"},
    "code_without_prefix": {"code that is no ICD-10 code"},
    "missing_code": {"no code"},
    "negative_packs": {"no packs or fewer"},
    "orphan_diagnosis": {"no contact with this key"},
    "retracted_diagnosis": {"diagnosis retracted later"},
    "older_system_row": {"row of an older reporting system"},
    "nonsense_value": {"value neither a number nor a known word", "cancelled analysis"},
    "duplicate_row": {"exact duplicate row", "diagnosis repeated on its contact"},
}


@pytest.fixture(scope="module")
def world():
    return build_world("tiny", n_persons=1_500, shard_persons=1_500)


@pytest.fixture(scope="module")
def clean(world):
    return emit_tables(simulate_shard(world, 0), world)


@pytest.fixture(scope="module")
def planted(clean, world):
    return plant_defects(clean, 0, world)


def take_in(delivery, world):
    """Pseudonymise and take in a whole delivery as one bucket; return it with the account of both."""
    key = demonstration_key(world.seed)
    maps = {"persons": PseudonymMap(key, "person"), "contacts": PseudonymMap(key, "contact")}
    kept, links, accounts = {}, {}, []
    for name, table in TABLES.items():
        if frames := [frame for (_, delivered, _), frame in delivery.items() if delivered == name]:
            known = link_contacts([links[table.register]]) if table.is_linked else None
            batch = pseudonymise_batch(
                pl.concat(frames), table, links=known, simulated=True, settings=PseudonymSettings(), **maps
            )
            kept[name], links[table.register] = batch.kept, batch.links
            accounts.append(batch.account)
    settings = build_settings(RegisterSettings, yaml.safe_load(CONF.read_text(encoding="utf-8")), place=CONF.name)
    bucket = intake_bucket(kept, settings, delivery="simulated", data_lock_on=world.end_on)
    return bucket, pl.concat([*accounts, bucket.account])


def left_out(account):
    """Rows left out by rule, over all tables."""
    rows = account.filter(pl.col("fate").is_in(["dropped", "quarantined"])).group_by("rule")
    return dict(rows.agg(pl.col("n_rows").sum()).iter_rows())


def test_defects_change_no_event_no_person_and_no_spell_of_residence(clean, planted, world):
    before, _ = take_in(clean, world)
    after, _ = take_in(planted[0], world)
    assert before.events.height > 200_000
    for name in ("events", "persons", "residence"):
        assert_frame_equal(getattr(before, name), getattr(after, name))


def test_the_account_names_every_planted_defect_as_often_as_it_was_planted(clean, planted, world):
    delivery, log = planted
    before, after = left_out(take_in(clean, world)[1]), left_out(take_in(delivery, world)[1])
    n_planted = dict(log.group_by("defect").agg(pl.col("n_rows").sum()).iter_rows())
    for defect, rules in PLANTED_AS.items():
        more = sum(after.get(rule, 0) - before.get(rule, 0) for rule in rules)
        assert more == n_planted[defect], defect
