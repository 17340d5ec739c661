"""A simulation goes on where it was interrupted, and never needs the disk of two deliveries."""

import dataclasses

import polars as pl
import pytest
from tests.unit.simulation.worlds import SHORT, build_world

from evidens.foundation import StageLog
from evidens.study import StudyError
from evidens.study.shards import folder_of, read_accounts, simulate_shards
from evidens.study.simulation import TRUTH, join_shards, name_of, simulate_world
from evidens.study.study import write_parquet


@pytest.fixture(scope="module")
def world():
    return build_world("tiny", n_persons=120, shard_persons=60, **SHORT)


def run(world, folder):
    truth = {table: folder / "truth" / table for table in TRUTH}
    log = StageLog("simulate")
    accounts = simulate_world(
        world, raw=folder / "raw", truth=truth, scratch=folder / "scratch", log=log, n_processes=1
    )
    return accounts, log


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    accounts, log = run(world, folder)
    return folder, accounts, log


def shards_on_disk(world, scratch):
    """Simulate all shards, and return where they lie."""
    simulate_shards(world, scratch, range(world.n_shards), n_processes=1)
    return [folder_of(scratch, shard) for shard in range(world.n_shards)]


def test_nothing_is_left_in_scratch_and_every_row_is_counted(whole):
    folder, accounts, log = whole
    assert not list((folder / "scratch").iterdir())
    n_rows = sum(pl.scan_parquet(path).select(pl.len()).collect().item() for path in folder.glob("raw/*/*.parquet"))
    assert log.rows == n_rows == sum(account.n_rows for account in accounts)


def test_the_account_says_what_every_shard_cost(whole):
    _, accounts, _ = whole
    assert [account.shard for account in accounts] == [0, 1]
    assert all(account.simulated_s > 0 and account.peak_mb > 50 for account in accounts)


def test_the_truth_says_what_was_planted_and_where_the_delivery_has_defects(whole):
    folder, _, _ = whole
    defects = pl.read_parquet(folder / "truth/truth_defects/part.parquet")
    assert defects.drop("n_rows").is_unique().all()  # summed over the shards
    assert "duplicate_row" in defects["defect"]
    assert pl.read_parquet(folder / "truth/truth_effects/part.parquet").is_empty()  # this world has none


def test_finished_shards_are_not_done_again(world, tmp_path):
    folders = shards_on_disk(world, tmp_path)
    before = {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*.parquet")}
    shards_on_disk(world, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(read_accounts(tmp_path, range(world.n_shards))) == world.n_shards


def test_an_unfinished_shard_is_done_from_its_start(world, tmp_path):
    rest = folder_of(tmp_path, 0).with_suffix(".partial") / "raw/bef/of_an_interrupted_run_1900.parquet"
    rest.parent.mkdir(parents=True)
    rest.write_bytes(b"half")
    folders = shards_on_disk(world, tmp_path)
    assert not list(tmp_path.rglob("of_an_interrupted_run*"))
    assert all(folder.exists() for folder in folders)


def test_joining_frees_the_shards_parts_file_by_file(world, tmp_path):
    folders = shards_on_disk(world, tmp_path)
    join_shards(folders, tmp_path / "joined")
    assert not [path for folder in folders for path in folder.rglob("*.parquet")]
    assert list((tmp_path / "joined").rglob("*.parquet"))


@pytest.mark.parametrize("is_part_gone", [False, True])
def test_an_interrupted_joining_goes_on_without_the_files_that_are_whole(world, whole, tmp_path, is_part_gone):
    """Interrupted after a file was whole, before or while its parts went."""
    scratch = tmp_path / "scratch" / name_of(world)
    folders = shards_on_disk(world, scratch)
    name = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*.parquet"))[0]
    parts = [pl.read_parquet(folder / name) for folder in folders]
    place = scratch / "joined" / name
    write_parquet(pl.concat(parts), place)
    made = place.read_bytes()
    if is_part_gone:
        (folders[0] / name).unlink()
    run(world, tmp_path)
    raw, _, _ = whole
    handed_over = contents(tmp_path / "raw")
    assert handed_over[name.relative_to("raw").as_posix()] == made  # as it was, not joined again
    others = {key: value for key, value in contents(raw / "raw").items() if not key.endswith((name.name, ".json"))}
    assert {key: handed_over[key] for key in others} == others


def test_shards_that_differ_in_their_columns_are_not_joined(tmp_path):
    for shard, value in enumerate((1, "one")):
        write_parquet(pl.DataFrame({"value": [value]}), tmp_path / f"{shard}" / "raw/bef/bef_2010.parquet")
    with pytest.raises(StudyError, match="has other columns or types than the same file of another shard"):
        join_shards([tmp_path / "0", tmp_path / "1"], tmp_path / "joined")


def test_the_golden_people_lie_behind_all_others(tmp_path):
    """A hand-written shard has the columns and types of a drawn one, in every file."""
    world = build_world("tiny", n_persons=150, shard_persons=150)
    without, _ = run(world, tmp_path / "without")
    both, _ = run(dataclasses.replace(world, golden_persons=True), tmp_path / "with")
    assert len(both) == len(without) + 1
    names = [path.relative_to(tmp_path / "without") for path in (tmp_path / "without").rglob("lab*.parquet")]
    assert names
    for name in names:
        rows = pl.read_parquet(tmp_path / "without" / name)
        assert pl.read_parquet(tmp_path / "with" / name).head(rows.height).equals(rows)
