"""People and numbers of other implementations; the make_ scripts beside this file wrote them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parent / "data"
collect_ignore_glob = ["make_*.py", "check_*.py"]  # they import what made or reads the numbers, and are run by hand


@dataclass(frozen=True)
class People:
    outcome: np.ndarray
    risk: np.ndarray
    reference: np.ndarray
    weight: np.ndarray
    days: np.ndarray
    status: np.ndarray


class Pins:
    """Numbers by name; a vector's parts are called name.01, name.02 and so on."""

    def __init__(self, file: str) -> None:
        lines = (DATA / file).read_text().splitlines()
        self.made_with = lines[0].removeprefix("# ")
        self.numbers = {row["name"]: float(row["value"]) for row in csv.DictReader(lines[1:])}

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def vector(self, name: str) -> list[float]:
        part = re.compile(re.escape(name) + r"\.\d\d")
        found = [value for key, value in self.numbers.items() if part.fullmatch(key)]
        assert found, name
        return found


@pytest.fixture(scope="session")
def people() -> People:
    table = np.genfromtxt(DATA / "people.csv", delimiter=",", names=True)
    return People(
        outcome=table["outcome"] == 1,
        risk=table["risk"],
        reference=table["reference"],
        weight=table["weight"],
        days=table["days"].astype(int),
        status=table["status"].astype(int),
    )


@pytest.fixture(scope="session")
def by_r() -> Pins:
    return Pins("pins_r.csv")


@pytest.fixture(scope="session")
def by_python() -> Pins:
    return Pins("pins_py.csv")
