"""Every world in conf/ can be composed, says what it plants, and plants nothing else."""

from pathlib import Path

import pytest

from evidens.study.composition import option_files
from evidens.study.worlds import compose_world

ROOT = Path(__file__).parents[3]
NAMES = [option for group, option in option_files(ROOT) if group == "simulation"]
PLANTED = {
    "demo": set(),
    "tiny": set(),
    "national": set(),
    "null_world": {"flat_hazard", "signal"},
    "drift": {"onset_trend", "drifts", "coding_changes"},
    "unfair": {"testing_rise", "testing_log_rate", "recorded_share", "delay_factor", "reading_shifts", "emigration"},
    "shift": {"case_mix", "region_log_hazard", "reading_shifts", "switch_gap"},
    "leak": {"leak"},
}


@pytest.fixture(scope="module")
def worlds():
    return {name: compose_world(name, ROOT) for name in NAMES}


def test_a_world_is_named_as_its_file_and_tells_the_reader_that_people_are_simulated(worlds):
    for name, world in worlds.items():
        assert world.name == name
        assert world.note.startswith("People are simulated")


def test_no_two_worlds_share_their_random_numbers(worlds):
    seeds = [worlds[name].seed for name in PLANTED]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("name", PLANTED)
def test_a_world_plants_what_its_file_says_and_nothing_else(worlds, name):
    assert set(worlds[name].effects.planted()) == PLANTED[name]


def test_in_the_null_world_the_delay_of_the_diagnosis_tells_nothing_either(worlds):
    for by_origin in worlds["null_world"].diagnosed_per_quarter.values():
        assert len(set(by_origin.values())) == 1
