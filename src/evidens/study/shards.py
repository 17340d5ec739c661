"""Simulate the shards of a world into a scratch folder, on as many processes as cores and memory allow."""

import json
import multiprocessing
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from evidens.foundation import peak_memory_mb, track
from evidens.study.engine import count_processes
from evidens.study.engine_local import environment
from evidens.study.parquet_files import write_parquet

ACCOUNT = "account.json"
MB_PER_PERSON, MB_PER_PROCESS = 0.04, 200  # of one process that simulates a shard; measured, and rounded up
OF_A_PROCESS = {
    "POLARS_MAX_THREADS": "1",  # there are as many processes as cores
    # A process keeps its memory for the next shard: up to a fifth of the time would go to asking for it anew.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1",  # polars
    "MALLOC_MMAP_MAX_": "0",  # numpy, by way of the C library
    "MALLOC_TRIM_THRESHOLD_": str(2**40),
}


@dataclass(frozen=True)
class ShardAccount:
    """What one shard was and cost.

    Parameters
    ----------
    shard : int
    n_rows : int
        Delivered, over all registers.
    simulated_s, emitted_s, written_s : float
        CPU seconds: drawing lives, records and true risks; giving them the registers' form; writing files.
    peak_mb : float
        Peak memory of the process that worked on it, so far.
    """

    shard: int
    n_rows: int
    simulated_s: float
    emitted_s: float
    written_s: float
    peak_mb: float


def simulate_shards(world: Any, scratch: Path, shards: Sequence[int], *, n_processes: int | None = None) -> None:
    """Simulate those of `shards` that `scratch` does not hold yet; a shard appears there whole or not at all.

    Parameters
    ----------
    world : WorldSettings
    scratch : Path
        Of this world alone.
    shards : sequence of int
        Numbers of shards, in any order.
    n_processes : int, optional
        At most so many processes; default what cores and memory allow. It changes no byte.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    missing = [shard for shard in shards if not folder_of(scratch, shard).exists()]
    affordable = count_processes(each_mb=MB_PER_PROCESS + MB_PER_PERSON * world.shard_persons)
    n_processes = min(len(missing), n_processes or affordable)
    work = partial(simulate_one_shard, world, scratch)
    done = _in_processes(work, missing, n_processes) if n_processes > 1 else map(work, missing)
    for _ in track(done, what="simulating shards", total=len(missing), rows=lambda account: account.n_rows):
        pass


def simulate_one_shard(world: Any, scratch: Path, shard: int) -> ShardAccount:
    """Simulate one shard into a folder of `scratch` that appears whole or not at all."""
    from evidens.registers.emission import emit_registers
    from evidens.simulation import simulate_shard

    folder = folder_of(scratch, shard)
    unfinished = folder.with_suffix(".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    clock = [time.process_time()]
    simulated = simulate_shard(world, shard)
    clock.append(time.process_time())
    n_rows, written_s, logs = 0, 0.0, []
    for files, log in emit_registers(simulated, world):
        started = time.process_time()
        for name, frame in files.items():
            write_parquet(frame, unfinished / "raw" / f"{name}.parquet", statistics=False)
            n_rows += frame.height
        written_s += time.process_time() - started
        logs.append(log)
    clock.append(time.process_time())
    write_parquet(simulated.truth_persons, unfinished / "truth" / "truth_persons.parquet")
    write_parquet(simulated.truth_risk, unfinished / "truth" / "truth_risk.parquet")
    write_parquet(pl.concat(logs), unfinished / "truth" / "truth_defects.parquet")
    clock.append(time.process_time())
    simulated_s, formed_s, truth_s = (after - before for before, after in pairwise(clock))
    emitted_s, written_s = formed_s - written_s, written_s + truth_s
    peak_mb = round(peak_memory_mb(children=False))
    account = ShardAccount(shard, n_rows, round(simulated_s, 3), round(emitted_s, 3), round(written_s, 3), peak_mb)
    (unfinished / ACCOUNT).write_text(json.dumps(asdict(account)), encoding="utf-8")
    unfinished.replace(folder)
    return account


def folder_of(scratch: Path, shard: int) -> Path:
    """Return where a finished shard lies."""
    return scratch / f"{shard:05d}"


def read_accounts(scratch: Path, shards: Sequence[int]) -> list[ShardAccount]:
    """Return the accounts of finished shards."""
    folders = [folder_of(scratch, shard) for shard in shards]
    return [ShardAccount(**json.loads((folder / ACCOUNT).read_text(encoding="utf-8"))) for folder in folders]


def _in_processes(work: Any, shards: Sequence[int], n_processes: int) -> Iterator[ShardAccount]:
    """Yield finished shards; no more are handed out than there are processes, so that an interrupt ends soon."""
    with environment(OF_A_PROCESS), ProcessPoolExecutor(
        n_processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),  # an interrupt lets the shards at hand be finished, and no others
    ) as pool:  # fmt: skip
        running = set()
        for shard in shards:
            running.add(pool.submit(work, shard))
            if len(running) == n_processes:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in as_completed(running))
