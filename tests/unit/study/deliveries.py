"""A small delivery on disk, and the two stages that take it in."""

import hashlib
import shutil
from functools import cache
from pathlib import Path

import polars as pl
import yaml
from tests.unit.simulation.worlds import SHORT, build_world

from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.study import Study
from evidens.study.composition import compose_study
from evidens.study.delivery import write_manifest
from evidens.study.intake import take_in_delivery
from evidens.study.pseudonymising import pseudonymise_delivery

ROOT = Path(__file__).parents[3]
BUILT = ("person/events", "person/persons", "person/residence", "quarantine/intake")
N_BUCKETS = 2


@cache
def simulated_files() -> dict[str, pl.DataFrame]:
    """Files of a few hundred people over five years, with the defects of deliveries, by path without ending."""
    world = build_world("tiny", n_persons=300, shard_persons=300, **SHORT)
    return emit_delivery(simulate_shard(world, 0), world)[0]


def lay_study(root: Path, files: dict[str, pl.DataFrame]) -> Path:
    """Compose a study at `root` and lay `files` into its delivery."""
    shutil.copytree(ROOT / "conf", root / "conf")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, root / name)
    compose_study(root, root / "build/settings")
    change_settings(root, "delivery", n_buckets=N_BUCKETS, data_lock_on="2020-12-31")
    change_settings(root, "registers", max_quarantined_share={"other": 0.5})
    return deliver(root, files)


def deliver(root: Path, files: dict[str, pl.DataFrame]) -> Path:
    """Put `files` in the place of what was delivered before."""
    raw = root / "data/raw/simulated"
    shutil.rmtree(raw, ignore_errors=True)
    for name, frame in files.items():
        path = raw / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    write_manifest(raw, kind="simulated")
    return root


def change_settings(root: Path, group: str, **changes) -> None:
    path = root / f"build/settings/{group}.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


def pseudonymise(root: Path) -> pl.DataFrame:
    return pseudonymise_delivery(Study.open(root, stage="pseudonymise"))


def take_in(root: Path) -> pl.DataFrame:
    return take_in_delivery(Study.open(root, stage="intake"))


def digests(root: Path, *folders: str) -> dict[str, str]:
    """SHA-256 of every file below folders of data/, by path."""
    paths = [path for folder in folders for path in (root / "data" / folder).rglob("*") if path.is_file()]
    return {p.relative_to(root / "data").as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}


def written_anew(root: Path, *folders: str) -> "Snapshot":
    """Remember which files are there: a file that is written again is another one."""
    return Snapshot(root, folders)


class Snapshot:
    """Files as they were."""

    def __init__(self, root, folders):
        self.root, self.folders = root, folders
        self.before = self._now()

    def _now(self):
        paths = [path for folder in self.folders for path in (self.root / "data" / folder).rglob("*") if path.is_file()]
        return {
            p.relative_to(self.root / "data").as_posix(): (p.stat().st_ino, p.stat().st_mtime_ns) for p in sorted(paths)
        }

    def changed(self) -> set[str]:
        """Files that were written, or went, since."""
        now = self._now()
        return {name for name in now.keys() | self.before.keys() if now.get(name) != self.before.get(name)}


def segments_of(names) -> set[str]:
    """Segments that files of the event store belong to."""
    return {name.split("/")[2] for name in names if name.startswith("person/events/") and name.count("/") == 3}
