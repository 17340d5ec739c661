"""Fixtures of all tests."""

from contextlib import nullcontext

import pytest
from tests.pipeline.opened_files import IS_LINUX, watch_opened_files
from tests.pipeline.tiny import clone_checkout


@pytest.fixture(scope="session")
def study_and_opened_truth(tmp_path_factory):
    """The tiny study after one `dvc repro`, and what was opened of its truth meanwhile (None where nobody can tell)."""
    clone = clone_checkout(tmp_path_factory.mktemp("tiny"))
    watch = (
        watch_opened_files(clone.root / "data/truth", tmp_path_factory.mktemp("watch")) if IS_LINUX else nullcontext()
    )
    with watch as opened:
        clone.dvc("repro", first_in_path=opened.scripts if opened else None)
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "run")
    return clone, opened


@pytest.fixture(scope="session")
def study(study_and_opened_truth):
    """The tiny study after one `dvc repro`, in a clone of this checkout. Tests leave it as they found it."""
    return study_and_opened_truth[0]


@pytest.fixture(scope="session")
def opened_truth(study_and_opened_truth):
    """What was opened of the truth during that `dvc repro`."""
    return study_and_opened_truth[1]
