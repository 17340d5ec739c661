import sqlite3
from contextlib import closing

import pytest

from evidens.changes import relocate_store
from evidens.changes.relocation import PLACE_TAG


@pytest.fixture
def moved(tmp_path):
    """A small database in the manner of MLflow's, whose folder was `/old/mlruns` and is now another."""
    folder = tmp_path / "en ny mappe_% (2)" / "mlruns"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE experiment_tags (key VARCHAR(250), value TEXT, experiment_id INTEGER)")
        database.execute("CREATE TABLE runs (artifact_uri VARCHAR(200), note TEXT, n INTEGER, metadata JSON)")
        database.execute("INSERT INTO experiment_tags VALUES (?, '/old/mlruns', 0)", (PLACE_TAG,))
        database.executemany("INSERT INTO runs VALUES (?, ?, 1, ?)", [
            ("/old/mlruns/artifacts/a", "file:///old/mlruns/artifacts/a", None),
            ("/old/mlruns2/artifacts/a", "see /old/mlruns/artifacts", "/old/mlruns"),
            ("/OLD/mlruns/artifacts/a", "s3://old/mlruns/artifacts", "/other/old/mlruns/a"),
        ])  # fmt: skip
    return folder


def _read(folder):
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        return database.execute("SELECT artifact_uri, note, metadata FROM runs").fetchall()


def test_only_values_that_begin_with_the_old_folder_are_rewritten(moved):
    assert relocate_store(moved) == 4  # two paths, one address, and the place itself
    assert _read(moved) == [
        (f"{moved}/artifacts/a", f"{moved.as_uri()}/artifacts/a", None),
        ("/old/mlruns2/artifacts/a", "see /old/mlruns/artifacts", str(moved)),
        ("/OLD/mlruns/artifacts/a", "s3://old/mlruns/artifacts", "/other/old/mlruns/a"),
    ]


def test_a_store_that_lies_where_it_lay_is_left_alone(moved):
    relocate_store(moved)
    before = (moved / "mlflow.db").read_bytes()
    assert relocate_store(moved) == 0
    assert (moved / "mlflow.db").read_bytes() == before


def test_moving_back_restores_every_value(moved, tmp_path):
    relocate_store(moved)
    first = _read(moved)
    elsewhere = tmp_path / "mlruns"
    moved.rename(elsewhere)
    assert relocate_store(elsewhere) == 4
    elsewhere.rename(moved)
    relocate_store(moved)
    assert _read(moved) == first


def test_an_error_half_way_leaves_the_store_as_it_was(moved):
    with closing(sqlite3.connect(moved / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE uniques (path TEXT UNIQUE)")
        database.executemany("INSERT INTO uniques VALUES (?)", [("/old/mlruns/a",), (f"{moved}/a",)])
    before = _read(moved)
    with pytest.raises(sqlite3.IntegrityError):
        relocate_store(moved)
    assert _read(moved) == before


def test_where_there_is_no_store_nothing_happens(tmp_path):
    assert relocate_store(tmp_path / "mlruns") == 0
    assert not (tmp_path / "mlruns").exists()
