"""Deliveries: what one consists of, file by file. No stage ever writes to a real one."""

import json
from pathlib import Path
from typing import Any

from evidens.foundation import Fault, Faults, digest_file, track
from evidens.study import formats
from evidens.study.catalog import StudyError

MANIFEST = "manifest.json"


def write_manifest(folder: Path, *, kind: str) -> int:
    """List the data files below `folder`, at any depth, with rows and SHA-256; return how many there are.

    The manifest is what DVC sees of a delivery: no stage ever writes to a real one.

    Raises
    ------
    StudyError
        Naming every file that cannot be read, or is of no known format.
    """
    files, faults = {}, Faults()
    for path in track(formats.find_files(folder), what="listing files"):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = {"rows": formats.count_rows(path), "sha256": digest_file(path)}
        except StudyError as error:
            faults.found.extend(Fault(name, fault.finding, fault.remedy) for fault in error.faults)
    faults.found.extend(formats.faults_of_unread(folder))
    faults.stop(StudyError)
    content = {"delivery": folder.name, "kind": kind, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return len(files)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a delivery, and check that the files are the ones it lists.

    Raises
    ------
    StudyError
        If there is none, or naming every file that is missing or has other bytes.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise StudyError(
            Fault(f"{folder.name}/{MANIFEST}", "no such file.", f"Run `evidens manifest data/raw/{folder.name}`.")
        )
    manifest, faults = json.loads(path.read_text(encoding="utf-8")), Faults()
    if not manifest["files"]:
        faults.add(
            f"{folder.name}/{MANIFEST}",
            "the delivery holds no files.",
            "Lay them in <register>/<table>_<year>, as .parquet, .sas7bdat or .csv.",
        )
    for name, listed in manifest["files"].items():
        if not (folder / name).exists():
            faults.add(name, "is listed in the manifest and missing.", "Restore it, or list the delivery anew.")
        elif digest_file(folder / name) != listed["sha256"]:
            faults.add(name, "is corrupt or was changed: its SHA-256 is not the listed one.",
                       "Restore it, or list the delivery anew.")  # fmt: skip
    faults.stop(StudyError)
    return manifest
