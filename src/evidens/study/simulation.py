"""Simulate a delivery and its truth: shard by shard, then table by table, resumable at every step."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from evidens.foundation import StageLog, track
from evidens.study.delivery import MANIFEST, write_manifest
from evidens.study.parquet_files import appear_whole, write_parquet
from evidens.study.parquet_join import join_parquet
from evidens.study.shards import ShardAccount, folder_of, read_accounts, simulate_shards
from evidens.study.study import Study

TRUTH = ("truth_persons", "truth_risk", "truth_effects", "truth_defects")
MAKERS = ("codes", "foundation", "registers", "simulation")  # rooms whose code and tables make a shard


def simulate_delivery(study: Study) -> None:
    """Write the delivery of the chosen world to the raw zone and its truth to the truth zone."""
    raw = study.out_folder("raw", "simulated")
    truth = {table: study.out_folder(table) for table in TRUTH}
    if study.settings("delivery").kind != "simulated":
        (raw / MANIFEST).write_text(
            json.dumps({"delivery": "simulated", "files": {}, "kind": "none"}), encoding="utf-8"
        )
        study.log.say("the chosen delivery is not simulated: nothing to simulate")
        return
    world = study.settings("simulation")
    simulate_world(world, raw=raw, truth=truth, scratch=study.root / "data" / "scratch", log=study.log)


def simulate_world(
    world: Any, *, raw: Path, truth: Mapping[str, Path], scratch: Path, log: StageLog, n_processes: int | None = None
) -> list[ShardAccount]:
    """Simulate a world of any size into `raw` and `truth`.

    Parameters
    ----------
    world : WorldSettings
    raw : Path
        Folder of the delivery: its files and their manifest.
    truth : mapping of table to Path
        Folder of each table of the truth.
    scratch : Path
        Folder that holds, under a name made of the world's settings, what an interrupted run goes on with. It must
        lie on the disk of `raw` and `truth`.
    log : StageLog
    n_processes : int, optional
        At most so many processes; default what cores and memory allow.

    Returns
    -------
    list of ShardAccount
        What each shard cost; of an interrupted run also the shards that were done before.

    Notes
    -----
    A shard depends on the world and its own number only, and shards are joined in the order of their numbers:
    neither the number of processes nor their order changes a byte. Memory is bounded by a shard per process. Files
    are joined one at a time, and the shards' parts go as each is done, so that the disk never holds more than the
    delivery and one file of it.
    """
    from evidens.simulation.truth import describe_effects

    scratch = scratch / name_of(world)
    shards = range(world.n_shards + world.golden_persons)  # the golden people come after all others
    simulate_shards(world, scratch, shards, n_processes=n_processes)
    accounts = read_accounts(scratch, shards)
    join_shards([folder_of(scratch, shard) for shard in shards], scratch / "joined")
    _hand_over(scratch / "joined", raw, truth)
    write_parquet(describe_effects(world), truth["truth_effects"] / "part.parquet")
    n_files = write_manifest(raw, kind="simulated")
    shutil.rmtree(scratch)
    log.count(sum(account.n_rows for account in accounts))
    log.say(f"world {world.name}: {world.n_persons:,} people, {n_files} files")
    return accounts


def join_shards(shards: list[Path], joined: Path) -> None:
    """Move the rows of every file of the shards into one file of the same name below `joined`.

    The parts of a file are removed once it is whole; files joined earlier are left as they are.
    """
    names = sorted({path.relative_to(shard).as_posix() for shard in shards for path in shard.rglob("*.parquet")})
    for name in track(names, what="joining shards"):
        parts = [shard / name for shard in shards if (shard / name).exists()]
        if not (joined / name).exists():
            join_parquet(parts, joined / name)
        for part in parts:
            part.unlink()


def _hand_over(joined: Path, raw: Path, truth: Mapping[str, Path]) -> None:
    """Give the joined files their places; they stay where they were too, until everything is done."""
    for path in sorted((joined / "raw").rglob("*.parquet")):
        _link(path, raw / path.relative_to(joined / "raw"))
    for path in sorted((joined / "truth").glob("*.parquet")):
        place = truth[path.stem] / "part.parquet"
        if path.stem == "truth_defects":
            write_parquet(_sum_log(pl.read_parquet(path)), place)
        else:
            _link(path, place)


def _sum_log(log: pl.DataFrame) -> pl.DataFrame:
    """Sum what was planted over the shards."""
    keys = [name for name in log.columns if name != "n_rows"]
    return log.group_by(keys).agg(pl.col("n_rows").sum()).sort(keys)


def _link(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    try:
        os.link(path, place)
    except OSError:  # another disk, or one without second names
        with appear_whole(place) as whole:
            shutil.copyfile(path, whole)


def name_of(world: Any) -> str:
    """Return the name of a world's scratch folder: other settings or another simulator, another name."""
    digest = hashlib.sha256(json.dumps(asdict(world), sort_keys=True, default=str).encode())
    package = Path(__file__).parents[1]
    for room in MAKERS:
        for path in sorted(path for path in (package / room).rglob("*") if path.suffix in (".py", ".csv")):
            digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return f"{world.name}-{digest.hexdigest()[:16]}"
