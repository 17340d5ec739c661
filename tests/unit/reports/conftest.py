"""The invented content that the tests of the page share."""

import importlib.util
from pathlib import Path

import pytest

_PATH = Path(__file__).with_name("example_report.py")


@pytest.fixture(scope="session")
def example():
    """Give the module that builds invented content, whatever way pytest imports tests."""
    spec = importlib.util.spec_from_file_location("example_report", _PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def content(example):
    """Give the content of a report whose opened phases all passed."""
    return example.build_example()
