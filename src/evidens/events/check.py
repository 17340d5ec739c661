"""Whether the files of an event store are those of its manifest."""

import re
from pathlib import Path

from evidens.events.manifest import MANIFEST, REBUILD, EventStoreError, Manifest, read_manifest
from evidens.foundation import Faults, digest_file

RUN_FILE = re.compile(r"bucket-(\d{4,})\.parquet")


def check_store(
    folder: Path, *, key: str | None = None, n_buckets: int | None = None, content: bool = True
) -> Manifest:
    """Check that the store in `folder` is, byte for byte, what its manifest says, and return the manifest.

    Parameters
    ----------
    folder : Path
    key, n_buckets : optional
        What the study has; without them nothing is compared.
    content : bool
        Whether every file is read; else only its name and size are looked at, which takes milliseconds.

    Raises
    ------
    EventStoreError
        Naming every file that is missing, was changed, holds people of another bucket, or is in no manifest.
    """
    manifest, faults = read_manifest(folder, key=key, n_buckets=n_buckets), Faults()
    listed = manifest.list_files()
    for name, run in listed.items():
        path = folder / name
        if not path.exists():
            faults.add(name, "is in the manifest and not there.", "Run `dvc repro intake`, or `dvc checkout`.")
        elif path.stat().st_size != run.size or (content and digest_file(path) != run.sha256):
            faults.add(name, _tell_change(path, manifest.n_buckets), REBUILD)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in listed and name != MANIFEST:
            faults.add(name, "is in no manifest.", "Remove it: nothing here is read that the manifest does not list.")
    faults.stop(EventStoreError)
    return manifest


def _tell_change(path: Path, n_buckets: int) -> str:
    """Say of a file with other bytes than listed whether its people are even those of its bucket."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    named = RUN_FILE.fullmatch(path.name)
    try:
        people = pq.read_table(path, columns=["person_id"])["person_id"].to_numpy()
    except (pa.ArrowException, OSError, KeyError):
        return "was changed: it is no longer a table of events."
    if named and ((people % n_buckets) != int(named[1])).any():
        return "is foreign: it holds people of another bucket."
    return "was changed: its content is not what was written."
