"""The manifest of the event store: which runs it holds, and what each was built from."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from evidens.foundation import EvidensError, Fault, Faults, digest_file

MANIFEST = "manifest.json"
VERSION = 1
REBUILD = "Remove it and run `dvc repro intake`: it is built again."
REPEAT = "Make room, or check the folder, and run `dvc repro intake` again: what was finished is kept."


class EventStoreError(EvidensError):
    """The event store is not what its manifest says, or belongs to another study."""


@dataclass(frozen=True)
class Run:
    """One file: the events of one segment and one bucket.

    Parameters
    ----------
    rows : int
    size : int
        Bytes of the file.
    sha256 : str
        Of the file's content.
    """

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All runs of one store, `events/manifest.json`.

    Parameters
    ----------
    n_buckets : int
        A person is in the bucket `person_id % n_buckets`.
    key : str
        Identity of the key behind the pseudonyms (`ProjectKey.identity`): with another key, people have other
        numbers.
    segments : mapping of str to mapping of int to Run
        Runs by segment ("lab-2019") and bucket.
    """

    n_buckets: int
    key: str
    segments: Mapping[str, Mapping[int, Run]] = field(default_factory=lambda: MappingProxyType({}))

    def with_runs(self, segment: str, runs: Mapping[int, Run]) -> "Manifest":
        """Return the manifest with these runs in the place of the segment's former runs of the same buckets."""
        merged = {**self.segments.get(segment, {}), **runs}
        return replace(self, segments={**self.segments, segment: dict(sorted(merged.items()))})

    def keep_segments(self, names: Iterable[str]) -> "Manifest":
        """Return the manifest without the segments that are not among `names`."""
        wanted = set(names)
        return replace(self, segments={name: runs for name, runs in self.segments.items() if name in wanted})

    def find_run(self, segment: str, bucket: int) -> Run | None:
        """Return one run; None if the store has no such."""
        return self.segments.get(segment, {}).get(bucket)

    def list_files(self) -> dict[str, Run]:
        """Return every run by its path below the store, in order."""
        return {
            run_path(Path(), segment, bucket).as_posix(): run
            for segment, runs in sorted(self.segments.items())
            for bucket, run in sorted(runs.items())
        }


def run_path(folder: Path, segment: str, bucket: int) -> Path:
    """Return where the run of one segment and bucket lies.

    >>> run_path(Path("events"), "lab-2019", 7).as_posix()
    'events/lab-2019/bucket-0007.parquet'
    """
    return folder / segment / f"bucket-{bucket:04d}.parquet"


def describe_run(path: Path) -> Run:
    """Return what the manifest says of the file at `path`."""
    import pyarrow.parquet as pq

    return Run(pq.read_metadata(path).num_rows, path.stat().st_size, digest_file(path))


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest of the store in `folder`, whole or not at all; the same content gives the same bytes.

    Raises
    ------
    EventStoreError
        If it cannot be written; the former manifest stays.
    """
    content = {
        "version": VERSION,
        "n_buckets": manifest.n_buckets,
        "key": manifest.key,
        "segments": {
            name: {str(bucket): asdict(run) for bucket, run in sorted(runs.items())}
            for name, runs in sorted(manifest.segments.items())
        },
    }
    scratch = folder / f"{MANIFEST}.partial"
    try:
        scratch.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        scratch.replace(folder / MANIFEST)
    except OSError as error:
        raise EventStoreError(Fault(MANIFEST, f"cannot be written ({error.strerror}).", REPEAT)) from error
    finally:
        scratch.unlink(missing_ok=True)


def read_manifest(folder: Path, *, key: str | None = None, n_buckets: int | None = None) -> Manifest:
    """Read the manifest of the store in `folder`.

    Parameters
    ----------
    folder : Path
    key, n_buckets : optional
        What the study has; without them nothing is compared.

    Raises
    ------
    EventStoreError
        If there is none, it cannot be read, is of another version, or is of another study.
    """
    try:
        manifest = _build(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise EventStoreError(Fault(MANIFEST, "the event store has none.", "Run `dvc repro intake`.")) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EventStoreError(Fault(MANIFEST, "cannot be read.", REBUILD)) from error
    faults = Faults()
    if key is not None and manifest.key != key:
        finding = f"the store was made with the key {manifest.key}, and the study has {key}: other pseudonyms."
        faults.add(MANIFEST, finding, "Choose the delivery the store belongs to, or remove the store.")
    if n_buckets is not None and manifest.n_buckets != n_buckets:
        finding = f"the store has {manifest.n_buckets} buckets, and the study {n_buckets}."
        faults.add(MANIFEST, finding, "Set n_buckets of the delivery back, or remove the store.")
    faults.stop(EventStoreError)
    return manifest


def _build(content: Mapping) -> Manifest:
    if content["version"] != VERSION:
        finding = f"is of version {content['version']}, and this program reads {VERSION}."
        raise EventStoreError(Fault(MANIFEST, finding, "Remove the store and run `dvc repro intake`."))
    segments = {
        name: {int(bucket): Run(**run) for bucket, run in runs.items()} for name, runs in content["segments"].items()
    }
    return Manifest(content["n_buckets"], content["key"], segments)
