"""Processes are measured with what they started, and ended when they take too long."""

import doctest
import sys

import pytest
from benchmarks import measure, national_figure, page
from benchmarks.measure import run_in_turn, run_process
from benchmarks.national import STEPS, add_attempt
from benchmarks.national_figure import fit_exponent, fit_exponents
from benchmarks.task import definition, generate

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def python(code):
    return [sys.executable, "-c", code]


def test_cpu_seconds_hold_those_of_a_process_that_was_started_and_waited_for():
    done = run_process(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"))
    assert done.status == 0
    assert done.cpu_s > 0.3


def test_what_takes_too_long_is_ended():
    done = run_process(python("import time; time.sleep(60)"), timeout_s=0.2)
    assert done.status == -9
    assert done.wall_s < 10


def test_commands_run_in_turn_and_one_that_failed_is_not_run_again(tmp_path):
    note = "import sys; open(sys.argv[2], 'a').write(sys.argv[1])"
    file = str(tmp_path / "order")
    commands = {name: [*python(note + f"; sys.exit({status})"), name, file] for name, status in (("a", 0), ("b", 3))}
    measured = run_in_turn(commands, runs=3)
    assert (tmp_path / "order").read_text() == "abaa"
    assert len(measured["a"].done) == 3
    assert measured["b"].failed.status == 3


def test_the_exponent_of_a_square_is_two():
    assert fit_exponent([10, 20, 70], [5 * n**2 for n in (10, 20, 70)]) == pytest.approx(2.0)
    assert fit_exponent([10], [5]) is None


def test_a_fixed_cost_bends_the_exponent_of_all_sizes_but_not_that_of_the_largest():
    sizes = [
        {
            "people": n,
            "cpu_s": 100 + n / 10,
            "steps": {step.name: {"cpu_s": n} for step in STEPS},
        }
        for n in (100, 100_000, 10_000_000)
    ]
    whole = fit_exponents(sizes)[national_figure.WHOLE]
    assert whole["all sizes"] < 0.9 < whole["two largest"] < 1.0


def test_seconds_of_a_step_that_was_cut_short_are_added():
    cut = add_attempt(None, measure.Process(wall_s=10, cpu_s=8, peak_mb=500, status=-9))
    whole = add_attempt(cut, measure.Process(wall_s=5, cpu_s=4, peak_mb=300, status=0))
    assert not cut["finished"]
    assert (whole["finished"], whole["wall_s"], whole["cpu_s"], whole["peak_mb"], whole["attempts"]) == (
        True,
        15,
        12,
        500,
        2,
    )


@pytest.mark.parametrize(
    "module", [measure, national_figure, page, definition, generate], ids=lambda module: module.__name__
)
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0
