"""The same seed gives the same bytes: for any number of processes, any order of shards, whatever else is delivered."""

import dataclasses
import hashlib
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulation.worlds import SHORT, build_world

from evidens.foundation import StageLog
from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.study.shards import simulate_shards
from evidens.study.simulation import TRUTH, simulate_world


@pytest.fixture(scope="module")
def world():
    return build_world("tiny", n_persons=450, shard_persons=150, **SHORT)


def simulated(world, folder: Path, **how) -> Path:
    truth = {table: folder / "truth" / table for table in TRUTH}
    simulate_world(world, raw=folder / "raw", truth=truth, scratch=folder / "scratch", log=StageLog("simulate"), **how)
    return folder


def checksums(folder: Path) -> dict[tuple[str, str], str]:
    """SHA-256 of every column of every file below `folder`, by file and column."""
    return {
        (path.relative_to(folder).as_posix(), column.name): checksum(column)
        for path in sorted(folder.rglob("*.parquet"))
        for column in pl.read_parquet(path)
    }


def checksum(column: pl.Series) -> str:
    digest = hashlib.sha256(str((column.dtype, len(column), column.null_count())).encode())
    plain = column.cast(pl.String) if column.dtype in (pl.Categorical, pl.Enum) else column
    return (digest.update(plain.hash(seed=1).to_numpy().tobytes()), digest.hexdigest())[1]


@pytest.fixture(scope="module")
def one_process(world, tmp_path_factory):
    return simulated(world, tmp_path_factory.mktemp("one"), n_processes=1)


def test_a_checksum_sees_one_changed_value_and_one_changed_place():
    column = pl.Series("value", [1.0, 2.0, None])
    others = [[1.0, 2.5, None], [2.0, 1.0, None], [1.0, None, 2.0], [1.0, 2.0]]
    assert checksum(column) not in [checksum(pl.Series("value", other, dtype=pl.Float64)) for other in others]


def test_the_number_of_processes_changes_no_column(world, one_process, tmp_path):
    two = simulated(world, tmp_path, n_processes=2)
    assert checksums(two) == checksums(one_process)
    assert (two / "raw/manifest.json").read_text() == (one_process / "raw/manifest.json").read_text()


def test_the_order_in_which_shards_are_done_changes_no_column(world, one_process, tmp_path):
    def backwards(world, scratch, shards, **how):
        simulate_shards(world, scratch, list(reversed(shards)), **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evidens.study.simulation.simulate_shards", backwards)
        simulated(world, tmp_path, n_processes=1)
    assert checksums(tmp_path) == checksums(one_process)


def test_a_shard_alone_is_that_shard_in_the_whole(world, one_process):
    shards = [simulate_shard(world, number) for number in (0, 1)]
    before, middle = (emit_delivery(shard, world)[0] for shard in shards)
    truth = pl.read_parquet(one_process / "truth/truth_risk/part.parquet")
    first = shards[0].truth_risk.height
    assert truth.slice(first, shards[1].truth_risk.height).equals(shards[1].truth_risk)
    for name, frame in middle.items():
        whole = pl.read_parquet(one_process / "raw" / f"{name}.parquet")
        first = before[name].height if name in before else 0
        as_text = frame.cast({pl.Categorical: pl.String, pl.Enum: pl.String})
        assert whole.slice(first, frame.height).equals(as_text), name


@pytest.mark.parametrize("left_out", ["lab", "bef", "dod", "lpr3"])
def test_leaving_a_register_out_changes_no_row_of_any_other(world, tmp_path, left_out):
    """Nor of the defects planted into them: who they are planted in is asked of the people, not of a register."""
    rates = dict.fromkeys(world.delivered.defects, 0.02)
    messy = dataclasses.replace(world, n_persons=250, delivered=dataclasses.replace(world.delivered, defects=rates))
    kept = tuple(register for register in messy.delivered.registers if register != left_out)
    fewer = dataclasses.replace(messy, delivered=dataclasses.replace(messy.delivered, registers=kept))
    whole = checksums(simulated(messy, tmp_path / "whole", n_processes=1))
    log = "truth/truth_defects/part.parquet"  # it alone tells of every register
    others = {place: value for place, value in whole.items() if not place[0].startswith((f"raw/{left_out}/", log))}
    assert others.keys() < whole.keys()
    found = checksums(simulated(fewer, tmp_path / "fewer", n_processes=1))
    assert {place: value for place, value in found.items() if place[0] != log} == others
    planted, fewer_planted = (pl.read_parquet(tmp_path / which / log) for which in ("whole", "fewer"))
    assert planted.height >= fewer_planted.height > 100
    assert planted.filter(pl.col("register") != left_out).equals(fewer_planted)
