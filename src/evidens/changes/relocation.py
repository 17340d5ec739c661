"""Make an MLflow store work again after its folder was moved, renamed or copied.

MLflow writes absolute paths of artifacts into its database. The store therefore also holds the path
of its own folder; when that is no longer where it lies, every text column is searched for the old
path and rewritten, in one transaction. Only the standard library is needed, so that this can run
before anything else opens the store.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from evidens.changes.locks import hold_lock

DATABASE = "mlflow.db"
PLACE_TAG = "evidens.store_folder"  # of the default experiment, which every store has


def relocate_store(folder: Path) -> int:
    """Rewrite the paths in the store at `folder` to where it lies now.

    Parameters
    ----------
    folder : pathlib.Path
        The folder with `mlflow.db` and `artifacts`.

    Returns
    -------
    int
        Values rewritten; 0 when the store has not moved, or there is none.

    Notes
    -----
    A value is rewritten when it is the old folder or lies below it, as a path or as a `file://`
    address. The place itself is such a value, so that old place and old paths change together or
    not at all.
    """
    folder = folder.resolve()
    if not (folder / DATABASE).exists():
        return 0
    with hold_lock(folder / "place.lock"), closing(_connect(folder)) as database:
        old = _read_place(database)
        if old in (None, str(folder)):
            return 0
        with database:
            database.execute("BEGIN IMMEDIATE")
            return sum(_rewrite(database, *place, Path(old), folder) for place in _text_columns(database))


def note_place(folder: Path) -> None:
    """Write into the store where it lies, once, when it is made."""
    with closing(_connect(folder)) as database, database:
        database.execute("INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, 0)",
                         (PLACE_TAG, str(folder)))  # fmt: skip


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / DATABASE, timeout=60, isolation_level=None)


def _read_place(database: sqlite3.Connection) -> str | None:
    row = database.execute("SELECT value FROM experiment_tags WHERE key = ? AND experiment_id = 0", (PLACE_TAG,))
    found = row.fetchone()
    return found[0] if found else None


def _text_columns(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Read from the schema itself which columns hold text: they differ between versions of MLflow."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (table,) in tables:
        for _, column, kind, *_ in database.execute(f'PRAGMA table_info("{table}")').fetchall():
            if any(word in kind.upper() for word in ("CHAR", "TEXT", "JSON", "CLOB")):
                yield table, column


def _rewrite(database: sqlite3.Connection, table: str, column: str, old: Path, new: Path) -> int:
    count = 0
    for before, after in ((str(old), str(new)), (old.as_uri(), new.as_uri())):
        # substr, not LIKE: a path may hold the wildcards _ and %. The names come from the schema itself.
        done = database.execute(
            f'UPDATE "{table}" SET "{column}" = :after || substr("{column}", :start) '
            f'WHERE "{column}" = :before OR substr("{column}", 1, :start) = :before || \'/\'',
            {"before": before, "after": after, "start": len(before) + 1},
        )
        count += done.rowcount
    return count
