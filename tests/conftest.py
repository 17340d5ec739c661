"""Fixtures of all tests."""

import pytest
from tests.pipeline.tiny import clone_checkout


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The tiny study after one `dvc repro`, in a clone of this checkout. Tests leave it as they found it."""
    clone = clone_checkout(tmp_path_factory.mktemp("tiny"))
    clone.dvc("repro")
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "run")
    return clone
