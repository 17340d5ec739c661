"""Look after the store and the ledger: `python -m evidens.changes relocate|check ...`."""

import argparse
import sys
from pathlib import Path

from evidens.changes.ledger import Ledger
from evidens.changes.relocation import relocate_store
from evidens.foundation import EvidensError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status.

    Parameters
    ----------
    arguments : list of str, optional
        `relocate <root>`: make the MLflow store below a moved folder work again.
        `check <ledger>`: say whether the ledger is whole.
    """
    parser = argparse.ArgumentParser(prog="python -m evidens.changes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    relocate = commands.add_parser("relocate", help="rewrite the paths in a moved MLflow store")
    relocate.add_argument("root", type=Path, help="folder of the study; the store is its mlruns")
    check = commands.add_parser("check", help="verify the chain of a ledger")
    check.add_argument("ledger", type=Path)
    given = parser.parse_args(arguments)
    try:
        return _relocate(given.root) if given.command == "relocate" else _check(given.ledger)
    except EvidensError as error:
        print(error, file=sys.stderr)
        return 1


def _relocate(root: Path) -> int:
    print(f"mlruns: {relocate_store(root / 'mlruns'):,} paths rewritten")
    return 0


def _check(path: Path) -> int:
    ledger = Ledger(path)
    ledger.check()
    print(f"{path.name}: {len(ledger.entries()):,} entries, all as sealed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
