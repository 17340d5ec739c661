"""Simulate a delivery shard by shard, on as many processes as there are cores, resumable."""

import hashlib
import json
import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from evidens.foundation import track
from evidens.study.delivery import MANIFEST, write_manifest
from evidens.study.engine import count_cores
from evidens.study.study import ROW_GROUP, Study, write_parquet

TRUTH = {"truth_persons": "persons", "truth_risk": "risk"}


def simulate_delivery(study: Study) -> None:
    """Write the delivery of the chosen world to the raw zone and its truth to the truth zone.

    Shards are finished one by one in a scratch folder named by the world's settings: an interrupted run
    goes on with the shards that are missing. A shard depends on the world and its own number only, so that
    neither the number of processes nor their order changes a byte.
    """
    raw = study.out_folder("raw", "simulated")
    if study.settings("delivery").kind != "simulated":
        (raw / MANIFEST).write_text(
            json.dumps({"delivery": "simulated", "files": {}, "kind": "none"}), encoding="utf-8"
        )
        for table in TRUTH:
            study.out_folder(table)
        study.log.say("the chosen delivery is not simulated: nothing to simulate")
        return
    world = study.settings("simulation")
    scratch = study.root / "data" / "scratch" / _name(world)
    scratch.mkdir(parents=True, exist_ok=True)
    missing = [shard for shard in range(world.n_shards) if not (scratch / f"{shard:05d}").exists()]
    _run_shards(partial(simulate_one_shard, world, scratch), missing)
    shards = sorted(path for path in scratch.iterdir() if path.suffix != ".partial")
    names = sorted({path.relative_to(shard).as_posix() for shard in shards for path in shard.rglob("*.parquet")})
    for name in track(names, what="joining shards"):
        rows = _join([shard / name for shard in shards if (shard / name).exists()], _place(study, raw, name))
        study.log.count(rows)
    n_files = write_manifest(raw, kind="simulated")
    shutil.rmtree(scratch)
    study.log.say(f"world {world.name}: {world.n_persons:,} people, {n_files} files")


def simulate_one_shard(world: Any, scratch: Path, shard: int) -> int:
    """Simulate one shard into a folder of `scratch` that appears whole or not at all; return its number."""
    from evidens.registers.emission import emit_delivery
    from evidens.simulation import simulate_shard

    partial_folder = scratch / f"{shard:05d}.partial"
    shutil.rmtree(partial_folder, ignore_errors=True)
    simulated = simulate_shard(world, shard)
    for (register, table, year), frame in emit_delivery(simulated, world).items():
        write_parquet(frame, partial_folder / "raw" / register / f"{table}_{year}.parquet")
    for table, name in TRUTH.items():
        write_parquet(getattr(simulated, f"truth_{name}"), partial_folder / "truth" / f"{table}.parquet")
    partial_folder.replace(scratch / f"{shard:05d}")
    return shard


def _run_shards(work: Any, shards: list[int]) -> None:
    n_workers = min(len(shards), count_cores())
    if n_workers <= 1:
        for shard in track(shards, what="simulating shards"):
            work(shard)
        return
    with ProcessPoolExecutor(
        n_workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),  # an interrupt lets the shards at hand be finished, and no others
    ) as pool:
        for _ in track(_in_turn(pool, work, shards, n_workers), what="simulating shards", total=len(shards)):
            pass


def _in_turn(pool: ProcessPoolExecutor, work: Any, shards: list[int], n_workers: int) -> Iterator[int]:
    """Yield finished shards; no more are handed out than there are workers, so that an interrupt ends soon."""
    waiting, running = iter(shards), set()
    for shard in waiting:
        running.add(pool.submit(work, shard))
        if len(running) == n_workers:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    yield from (future.result() for future in as_completed(running))


def _place(study: Study, raw: Path, name: str) -> Path:
    zone, rest = name.split("/", 1)
    return raw / rest if zone == "raw" else study.out_folder(Path(rest).stem) / "part.parquet"


def _join(parts: list[Path], path: Path) -> int:
    """Put the rows of `parts` below each other in fixed row groups, a row group in memory at a time."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    scratch, n_rows = path.with_suffix(".partial"), 0
    with pq.ParquetWriter(scratch, pq.read_schema(parts[0]), compression="zstd", compression_level=1) as writer:
        for part in parts:
            for batch in pq.ParquetFile(part).iter_batches(batch_size=ROW_GROUP):
                writer.write_batch(batch)
                n_rows += batch.num_rows
    scratch.replace(path)
    return n_rows


def _name(world: Any) -> str:
    digest = hashlib.sha256(json.dumps(asdict(world), sort_keys=True, default=str).encode()).hexdigest()
    return f"{world.name}-{digest[:16]}"
