"""`evidens ...`: what a person does around a run."""

import argparse
import sys
from pathlib import Path

from evidens.foundation import EvidensError


def main(arguments: list[str] | None = None) -> None:
    """Run one command; an error of ours ends with its message and status 1."""
    parser = argparse.ArgumentParser(prog="evidens", description="From register delivery to evidence dossier.")
    commands = parser.add_subparsers(required=True, metavar="command")
    summary = commands.add_parser("summary", help="what the last run found, and where its results are")
    summary.set_defaults(run=lambda _: _summarise())
    again = commands.add_parser("reproduction", help="compare every table with the committed run, bit for bit")
    again.add_argument("--against", default="HEAD", metavar="REVISION", help="git revision (default: HEAD)")
    again.add_argument(
        "--record", action="store_true", help="keep this run's evidence as the reference, before committing"
    )
    again.set_defaults(run=lambda given: _record_reference() if given.record else _compare(given.against))
    key = commands.add_parser("create-key", help="make the secret key of a project, outside the repository")
    key.add_argument("path", type=Path)
    key.set_defaults(run=lambda given: _create_key(given.path))
    manifest = commands.add_parser("manifest", help="list the files of a delivery, so that it can be taken in")
    manifest.add_argument("folder", type=Path)
    manifest.set_defaults(run=lambda given: _write_manifest(given.folder))
    delivery = commands.add_parser("delivery", help="look at a delivery before a run")
    actions = delivery.add_subparsers(required=True, metavar="action")
    check = actions.add_parser("check", help="files, years, columns, what needs care, what stops the intake")
    check.add_argument("path", type=Path)
    check.add_argument("--json", action="store_true", help="the same content for a program")
    check.add_argument("--no-rows", action="store_true", help="look at names and columns only, and not at rows")
    check.set_defaults(run=lambda given: _check_delivery(given.path, given.json, not given.no_rows))
    _add_events(commands.add_parser("events", help="the event store: what it holds, whether it is unchanged, as MEDS"))
    ui = commands.add_parser("ui", help="browse recorded versions in MLflow")
    ui.add_argument("--port", type=int, default=5000)
    ui.set_defaults(run=lambda given: _browse(given.port))
    given = parser.parse_args(arguments)
    try:
        given.run(given)
    except EvidensError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _add_events(events: argparse.ArgumentParser) -> None:
    actions = events.add_subparsers(required=True, metavar="action")
    describe = actions.add_parser("describe", help="per segment: events, people, months, codes, bytes")
    describe.add_argument("--json", action="store_true", help="the same content for a program, and more")
    describe.set_defaults(run=lambda given: _describe_events(given.json))
    check = actions.add_parser("check", help="compare every file, byte for byte, with the manifest")
    check.set_defaults(run=lambda _: _check_events())
    export = actions.add_parser("export", help="write events and people in a format of others")
    export.add_argument("path", type=Path, help="a folder that is not there yet, outside of the study")
    export.add_argument("--format", choices=("meds",), default="meds", help="MEDS 0.4")
    export.set_defaults(run=lambda given: _export_events(given.path))


def _summarise() -> None:
    from evidens.study.summary import print_summary

    print_summary(Path())


def _compare(revision: str) -> None:
    from evidens.study import Study
    from evidens.study.reproduction import ABSOLUTE, RELATIVE, compare_runs, find_deviations, is_reference_machine

    study = Study.open()
    compared = compare_runs(study.root, revision=revision)
    for one in compared:
        print(f"{'equal   ' if one.is_equal else 'DIFFERS '} {one.path}")
    n_equal = sum(one.is_equal for one in compared)
    print(f"{n_equal} of {len(compared)} tables are equal, bit for bit, to {revision}.")
    if n_equal == len(compared):
        return
    if is_reference_machine(study.root):
        print("This is the kind of machine of that run, on which every bit is promised.", file=sys.stderr)
        sys.exit(1)
    outside = find_deviations(study.root, study.names["outcomes"])
    print(f"This is another kind of machine: evidence is compared within {ABSOLUTE} + {RELATIVE:.0%} instead.")
    print(f"{outside.height} values lie outside.")
    for row in outside.iter_rows(named=True):
        print(f"OUTSIDE  {row}")
    if outside.height:
        sys.exit(1)


def _record_reference() -> None:
    from evidens.study import Study
    from evidens.study.reproduction import REFERENCE, record_reference

    study = Study.open()
    record_reference(study.root, study.names["outcomes"])
    print(f"{REFERENCE}/ holds this run's evidence and kind of machine: commit it with dvc.lock.")


def _create_key(path: Path) -> None:
    from evidens.privacy import create_project_key

    create_project_key(path)
    print("Key made; readable by you alone. Keep a copy with a second custodian: a lost key means new pseudonyms.")


def _write_manifest(folder: Path) -> None:
    from evidens.study.delivery import write_manifest

    n_files = write_manifest(folder, kind="register")
    print(f"manifest.json lists {n_files} files.")


def _check_delivery(folder: Path, as_json: bool, rows: bool) -> None:
    from evidens.study.check import run_check
    from evidens.study.study import find_root

    run_check(folder, root=find_root(Path()), as_json=as_json, rows=rows)


def _describe_events(as_json: bool) -> None:
    from evidens.study.store import run_describe

    run_describe(Path(), as_json=as_json)


def _check_events() -> None:
    from evidens.study.store import run_check

    run_check(Path())


def _export_events(folder: Path) -> None:
    from evidens.study.meds import run_export

    run_export(Path(), folder)


def _browse(port: int) -> None:
    import os
    import subprocess

    from evidens.changes import open_store
    from evidens.study.study import find_root

    root = find_root(Path())
    open_store(root)
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "ui",
        "--backend-store-uri",
        f"sqlite:///{root / 'mlruns' / 'mlflow.db'}",
        "--workers",
        "1",
        "--port",
        str(port),
    ]
    try:
        subprocess.run(command, env=environment, check=False, cwd=root)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
