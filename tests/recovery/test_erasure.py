"""One person taken out of a delivery: nothing of anyone else changes, from intake to features."""

import datetime as dt
from collections import defaultdict
from pathlib import Path, PurePath

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal
from tests.unit.registers.rows import SETTINGS
from tests.unit.registers.through import take_in_files
from tests.unit.simulation.worlds import build_world

from evidens.cohort import CohortSettings, build_cohort
from evidens.contracts import schema_of
from evidens.events import BucketEvents
from evidens.features import FeatureSettings, build_features, count_codes, make_vocabulary
from evidens.foundation import Horizon, build_settings
from evidens.phenotypes import load_phenotype
from evidens.protocol import Member
from evidens.registers import TABLES, table_of
from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard

CONF, OUTCOME, INDEX = Path(__file__).parents[2] / "conf", "type_2_diabetes", dt.date(2018, 1, 1)


def settings(kind, path):
    return build_settings(kind, yaml.safe_load((CONF / path).read_text(encoding="utf-8")), place=path)


def run(files, world, vocabulary=None):
    """Intake, cohort and features of the people at one index; the vocabulary is learned once, in development."""
    taken = take_in_files(files, world, SETTINGS)
    frames = {name: getattr(taken.intake, name) for name in ("events", "persons", "residence")}
    phenotype = load_phenotype(OUTCOME)
    events = BucketEvents.of(frames["events"])
    part = build_cohort(
        **frames | {"events": events}, phenotype=phenotype, settings=settings(CohortSettings, f"cohort/{OUTCOME}.yaml"),
        horizon=Horizon(1095), data_lock_on=world.end_on, outcome=OUTCOME,
    )  # fmt: skip
    members = part.cohort.filter(pl.col("index_at").dt.date() == INDEX).select(list(schema_of(Member)))
    wanted = settings(FeatureSettings, "features/default.yaml")
    vocabulary = vocabulary or make_vocabulary(
        [count_codes(events, members, settings=wanted, excluded=phenotype.suspicion)], wanted
    )
    features = build_features(members, events, settings=wanted, vocabulary=vocabulary, excluded=phenotype.suspicion)
    frames |= {"cohort": part.cohort, "dense": features.dense, "counts": features.counts}
    return frames, vocabulary, taken.persons


def erase(files, number):
    """Take out every row of a person, and of the contacts that are that person's."""
    links, kept, contacts = {}, {}, defaultdict(set)
    for name, frame in files.items():
        table = table_of(PurePath(name).name, TABLES)
        if table is None:  # earlier numbers
            texts = frame.select(pl.col(pl.String)).columns
            kept[name] = frame.filter(~pl.any_horizontal(pl.col(texts) == number))
        elif table.is_linked:
            links[name] = (frame, column(frame, table, "contact"), table.register)
        else:
            is_mine = pl.col(column(frame, table, "person")).eq_missing(number)
            if table.has_contacts:
                contacts[table.register] |= set(frame.filter(is_mine)[column(frame, table, "contact")])
            kept[name] = frame.filter(~is_mine)
    linked = {
        name: frame.filter(~pl.col(key).is_in(contacts[register]).fill_null(value=False))  # a course without a contact
        for name, (frame, key, register) in links.items()
    }
    return {name: (kept | linked)[name] for name in files}


def column(frame, table, kind):
    """Name, in one file, of the first column of a kind."""
    wanted = table.column_of(kind)
    return next(name for name in frame.columns if name.lower() in wanted.aliases or name.lower() == wanted.name)


@pytest.fixture(scope="module")
def world():
    """No planted defect: a contact key that two people share is nobody's to erase."""
    return build_world("tiny", n_persons=1_000, shard_persons=1_000, delivered={})


def test_a_person_who_is_erased_takes_along_their_own_rows_and_no_others(world):
    shard = simulate_shard(world, 0)
    files = emit_delivery(shard, world)[0]
    whole, vocabulary, persons = run(files, world)
    members = set(whole["dense"]["person_id"])
    ids = dict(zip(shard.persons["pnr"], persons.ids(shard.persons["pnr"]), strict=True))
    most = shard.contacts["pnr"].value_counts().sort("count", "pnr", descending=True)["pnr"]
    number = next(pnr for pnr in most if ids[pnr] in members)
    erased, _, _ = run(erase(files, number), world, vocabulary)
    for name, frame in whole.items():
        mine = frame.filter(pl.col("person_id") == ids[number])
        assert mine.height > 0, name
        others = frame.filter(pl.col("person_id") != ids[number])
        assert_frame_equal(erased[name], others, check_exact=True)
    assert len(members) > 300
