"""`evidens events export --format meds`: the event store as a MEDS dataset, and such a dataset read back."""

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl

import evidens
from evidens.events import (
    BucketEvents,
    MedsTables,
    check_store,
    codes_schema,
    describe_codes,
    describe_dataset,
    from_meds,
    meds_schema,
    run_path,
    sort_events,
    to_meds,
)
from evidens.foundation import Fault, digest_file, track
from evidens.study.catalog import StudyError
from evidens.study.parquet_files import ROW_GROUP, appear_whole
from evidens.study.store import find_store

PEOPLE_AT_ONCE = 5_000  # of a bucket, in memory
EVERYONE = (-(2**63), 2**63 - 1)


def run_export(root: Path, folder: Path) -> None:
    """Export the store of the study at `root` and say what was written.

    Raises
    ------
    StudyError
        If `folder` exists or lies in the study, or the disk is full.
    """
    n_rows, n_files = export_meds(root, folder)
    print(f"{n_rows:,} rows in {n_files} files, as MEDS 0.4 with columns of our own (metadata/dataset.json).")
    print("It holds everyone, people of sealed phases too: it stays in the secure zone, and out of model building.")


def export_meds(root: Path, folder: Path) -> tuple[int, int]:
    """Write the store, persons and residence of the study at `root` as a MEDS dataset to `folder`.

    Parameters
    ----------
    root : Path
        Of a study after intake.
    folder : Path
        Must not exist and must lie outside of the study, where neither git nor DVC keeps it. It appears whole or
        not at all.

    Returns
    -------
    tuple of int
        Rows and data files: one per bucket, a bounded number of people in memory.

    Raises
    ------
    StudyError
        If `folder` exists or lies in the study, or the disk is full.
    evidens.events.EventStoreError
        If the store belongs to another study, or is not what its manifest lists.
    """
    store = find_store(root)
    _check_place(folder.resolve(), store.study.root)
    manifest = check_store(store.folder, **store.belongs, content=False)
    codes: set[str] = set()
    n_rows, study = 0, store.study
    scratch = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        for bucket in track(range(manifest.n_buckets), what="exporting buckets"):
            persons, residence = (
                pl.read_parquet(study.root / study.catalog[table].dir / f"bucket-{bucket:04d}.parquet")
                for table in ("persons", "residence")
            )
            runs = (run_path(store.folder, name, bucket) for name, of in manifest.segments.items() if bucket in of)
            rows = _export_people(BucketEvents(tuple(runs)), persons, residence)
            n_rows += _write_shard(rows, scratch / "data" / f"bucket-{bucket:04d}.parquet", codes)
        name = study.settings("delivery").name
        said = describe_dataset(
            name=name, version=digest_file(store.folder / "manifest.json"), etl_version=evidens.__version__
        )
        _write_metadata(scratch / "metadata", codes, said)
        scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return n_rows, manifest.n_buckets


def read_meds(folder: Path) -> MedsTables:
    """Read a dataset of `export_meds` into memory, as the tables it was made of.

    Raises
    ------
    StudyError
        If there is none, or it lacks a column of ours: what others write as MEDS does not say when it was known.
    """
    files = sorted((folder / "data").rglob("*.parquet"))
    if not files:
        raise StudyError(Fault(str(folder), "no MEDS dataset.", "Name the folder that holds data/ and metadata/."))
    for path in files:
        lacking = sorted(set(meds_schema().names) - set(pl.read_parquet_schema(path)))
        if lacking:
            finding = f"no column {', '.join(lacking)}."
            raise StudyError(Fault(path.name, finding, "Only a dataset that evidens exported can be read back."))
    parts = [from_meds(pl.read_parquet(path)) for path in files]
    events, persons, residence = (pl.concat(tables) for tables in zip(*parts, strict=True))
    return MedsTables(sort_events(events), persons.sort("person_id"), residence.sort("person_id", "from_on"))


def _check_place(folder: Path, root: Path) -> None:
    if folder.exists():
        raise StudyError(Fault(str(folder), "exists already.", "Name a folder that is not there yet."))
    if folder.is_relative_to(root):
        finding = "lies in the study's folder, where git or DVC may keep what is person-level."
        raise StudyError(Fault(str(folder), finding, "Name a folder of the secure zone outside of it."))


def _export_people(events: BucketEvents, persons: pl.DataFrame, residence: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a bucket, some people at a time, in ascending order of person_id."""
    numbers = persons["person_id"].sort()
    cuts = [EVERYONE[0], *numbers[PEOPLE_AT_ONCE::PEOPLE_AT_ONCE].to_list(), EVERYONE[1]]
    for low, high in pairwise(cuts):
        is_in_range = pl.col("person_id").is_between(low, high, closed="left")
        yield to_meds(events.keep_people(low, high).frame(), persons.filter(is_in_range), residence.filter(is_in_range))


def _write_shard(parts: Iterator[pl.DataFrame], path: Path, codes: set[str]) -> int:
    """Write one data file and note its codes; return its rows."""
    import pyarrow.parquet as pq

    schema, n_rows = meds_schema(), 0
    with appear_whole(path) as scratch, pq.ParquetWriter(scratch, schema, compression="zstd") as writer:
        for rows in parts:
            writer.write_table(rows.to_arrow().cast(schema), row_group_size=ROW_GROUP)
            codes |= set(rows["code"].unique())
            n_rows += rows.height
    return n_rows


def _write_metadata(folder: Path, codes: set[str], said: dict) -> None:
    import pyarrow.parquet as pq

    with appear_whole(folder / "codes.parquet") as scratch:
        pq.write_table(describe_codes(codes).to_arrow().cast(codes_schema()), scratch)
    with appear_whole(folder / "dataset.json") as scratch:
        scratch.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
