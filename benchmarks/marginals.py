"""Simulated beside published figures: some shards of the national world, without its oracle.

Usage: python -m benchmarks.marginals [--persons 300000] [--shard 25000]
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before polars is loaded: there is a process per core

import argparse
import datetime as dt
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks.machine import machine
from evidens.foundation import track
from evidens.simulation import WorldSettings
from evidens.simulation.published import compare_with_published, measure_world_shard
from evidens.study.worlds import compose_world

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference-run"


def national_world(persons: int, shard: int) -> WorldSettings:
    """Return the national world with fewer people, and the oracle worked out for next to no one."""
    return compose_world(
        "national", ROOT, n_persons=persons, shard_persons=shard, oracle_share=1e-6, index_years=[2016]
    )


def render(table: pl.DataFrame, persons: int) -> str:
    """Write the comparison as a page."""
    targets = table.filter(pl.col("is_within").is_not_null())
    made = machine("polars", "numpy")
    lines = [
        "# Simulated and published figures", "",
        f"{targets['is_within'].sum()} of {targets.height} published figures are met within their tolerance, in "
        f"{persons:,} people of the national world (no effects planted). Figures marked V were read in their source, "
        "D follow from such by arithmetic: these are the targets. U are assumptions. T are figures on how dense the "
        "record is, which the simulator misses: it writes fewer prescriptions and tests than Denmark does, so that a "
        "country fits on one machine; the tests by which the studied diseases are found are thinned less. Tolerances "
        "are ours: they say how near the simulator wants to be, not how uncertain a figure is. The rates of this world "
        "stay the same over the years; where a figure changed, the source names the year that is compared.", "",
        f"Made by `make marginals` on {dt.datetime.now(dt.UTC).date()} with Python {made['python']}, polars "
        f"{made['polars']}, numpy {made['numpy']}.", "",
        "| Figure | Published | Simulated | Tolerance | Unit | Mark | Within | n | Source |",
        "|---|--:|--:|--:|---|:-:|:-:|--:|---|",
    ]  # fmt: skip
    for row in table.iter_rows(named=True):
        within = {True: "yes", False: "**no**", None: ""}[row["is_within"]]
        simulated = "-" if row["simulated"] is None else f"{row['simulated']:.4g}"
        lines.append(
            f"| {row['label']} | {row['published']:.4g} | {simulated} | {row['tolerance']:.3g} | {row['unit']} | "
            f"{row['mark']} | {within} | {row['n'] or 0:,.0f} | {row['source']} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate, compare and write docs/reference-run/marginals.csv and .md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=300_000)
    parser.add_argument("--shard", type=int, default=25_000)
    options = parser.parse_args()
    world = national_world(options.persons, options.shard)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        shards = pool.map(partial(measure_world_shard, world), range(world.n_shards))
        measured = list(track(shards, what="measuring shards", total=world.n_shards))
    table = compare_with_published(measured)
    table.with_columns(pl.col("published", "simulated", "tolerance").round_sig_figs(4)).write_csv(
        FOLDER / "marginals.csv"
    )
    (FOLDER / "marginals.md").write_text(render(table, options.persons), encoding="utf-8")
    missed = table.filter(pl.col("is_within") == False)  # noqa: E712
    for row in missed.iter_rows(named=True):
        print(f"not within: {row['label']}: {row['simulated']} simulated, {row['published']} published")
    print(
        f"{table.filter('is_within').height} figures within, {missed.height} not; see docs/reference-run/marginals.md"
    )


if __name__ == "__main__":
    main()
