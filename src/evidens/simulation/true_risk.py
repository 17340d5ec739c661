"""Everyone's true risks at the index dates, as a table, with what then happened."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.cells import divide_into_cells
from evidens.simulation.coded import Shown, is_coded_event
from evidens.simulation.coding import coding_law
from evidens.simulation.diseases import DISEASES, Disease
from evidens.simulation.drawn import Drawn
from evidens.simulation.feature_oracle import feature_log_likelihood, find_analysis, summarise_tests
from evidens.simulation.likelihood import log_likelihood
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course
from evidens.simulation.oracle import (
    posterior_of,
    risk_from_log_record,
    risk_given_latents,
    risk_when_seen,
    true_risk_of,
)
from evidens.simulation.people import People
from evidens.simulation.quarters import day_number, first_days

ADULT_FROM = 18


def describe_risk(pnr: pl.Series, drawn: Drawn, shown: Mapping[str, Shown]) -> pl.DataFrame:
    """Return true risks of all adults at risk on 1 January of the index years, see `contract.TruthRisk`.

    Parameters
    ----------
    shown : mapping of outcome to Shown
        What the registers show, see `coded.show_outcomes`.
    """
    world = drawn.world
    asked = stream(world.seed, "simulation", "oracle share", drawn.shard).random(pnr.len()) < world.oracle_share
    return pl.concat(
        _describe_index(pnr, disease, drawn, shown[disease.outcome], asked, dt.date(year, 1, 1))
        for disease in DISEASES
        for year in world.index_years
    )


def find_at_risk(people: People, lives: Lives, first_day: Ints, index_on: dt.date) -> Ints:
    """Positions of adults who are alive and resident, of whom no register shows the disease by the index.

    Parameters
    ----------
    first_day : int array of length n
        First qualifying event of each person.
    """
    is_adult = people.born_day <= day_number(index_on.replace(year=index_on.year - ADULT_FROM))
    is_resident = lives.is_resident(people, day_number(index_on))
    return np.flatnonzero(is_adult & is_resident & (first_day > day_number(index_on)))


def is_event(disease: Disease, lives: Lives, course: Course, rows: Ints, index: int) -> Flags:
    """Whether the diagnosis comes within the horizon and no later than death, emigrated or not."""
    in_horizon = course.diagnosis_quarter[rows] < index + disease.horizon_quarters
    return in_horizon & (course.diagnosis_day[rows] <= lives.death_day[rows])


def _describe_index(
    pnr: pl.Series, disease: Disease, drawn: Drawn, shown: Shown, asked: Flags, index_on: dt.date
) -> pl.DataFrame:
    """Return the risks of one outcome at one index."""
    people, lives, calendar = drawn.people, drawn.lives, drawn.calendar
    course, index, index_day = drawn.courses[disease.outcome], calendar.position(index_on), day_number(index_on)
    rows = find_at_risk(people, lives, shown.found.first_day, index_on)
    # A cancer diagnosed and treated before the registers start is never seen in them: no one's risk.
    rows = rows[asked[rows] & ((course.diagnosis_quarter[rows] >= 0) | ~course.is_recorded[rows])]
    true, features, coded = work_out_risks(disease, drawn, shown.found.otherwise_day, rows, index)
    onset, waits = course.onset_quarter[rows], course.diagnosis_quarter[rows] >= index
    first_onset = first_days(calendar.first + np.minimum(onset, calendar.n_quarters))
    in_horizon = (onset >= index) & (onset < index + disease.horizon_quarters)
    latent = np.zeros(rows.size)
    latent[waits] = risk_given_latents(disease, people, course, rows[waits], index, drawn.world, calendar)
    horizon_day = index_day + 365 * disease.horizon_quarters // 4
    return pl.DataFrame({
        "pnr": pnr.gather(rows),
        "outcome": np.full(rows.size, disease.outcome),
        "index_on": pl.repeat(index_on, rows.size, dtype=pl.Date, eager=True),
        "risk_latent": _where(waits, latent),
        "risk_true": _where(waits, true),
        "risk_features": _where(waits, features),
        "risk_coded": coded,
        "is_prevalent": (onset < index) & waits,
        "is_onset": in_horizon & (first_onset <= lives.death_day[rows]),
        "is_event": _where(waits, is_event(disease, lives, course, rows, index)),
        "is_coded_event": is_coded_event(shown, lives, rows, index_day, horizon_day),
    })  # fmt: skip


def work_out_risks(
    disease: Disease, drawn: Drawn, otherwise_day: Ints, rows: Ints, index: int
) -> tuple[Floats, Floats, Floats]:
    """Return the risks given the record, given a few features of it, and of the registers showing the outcome.

    Parameters
    ----------
    otherwise_day : int array of length n
        See `coded.CodedDays`.
    rows : int array
        People at risk, see `find_at_risk`.
    index : int
        Quarter of the calendar that the index opens.

    Returns
    -------
    tuple of three float arrays, one risk per row
        O2 and O3 are for those not diagnosed before the index.
    """
    people, lives, world, calendar = drawn.people, drawn.lives, drawn.world, drawn.calendar
    index_day = int(calendar.starts[index])
    course, signals = drawn.courses[disease.outcome], drawn.signals[disease.outcome]
    window = slice(max(index - world.oracle_lookback_quarters, 0), index)
    history = summarise_tests(find_analysis(disease), signals, people, lives, rows, window, calendar)
    true, features, coded = np.zeros((3, rows.size))
    for cells in divide_into_cells(disease, people, lives, course, rows, index, world, calendar):
        block, mine, about = cells.block, rows[cells.block], (cells.onsets, window, world, calendar)
        true[block], coded[block] = risk_from_log_record(log_likelihood(disease, signals, mine, *about), cells)
        log_features = feature_log_likelihood(disease, signals, history.of(block), mine, *about)
        features[block] = true_risk_of(posterior_of(log_features, cells), cells)
    seen = np.flatnonzero(otherwise_day[rows] <= index_day)  # coded, but not as the definition knows it
    if seen.size:
        waited = index_day - otherwise_day[rows[seen]]
        law = coding_law(disease, index, world, calendar)
        coded[seen] = risk_when_seen(people, rows[seen], waited, index, disease, law)
    return true, features, coded


def _where(is_known: Flags, values: np.ndarray) -> pl.Series:
    """Values, null where not known."""
    return pl.select(pl.when(pl.Series(is_known)).then(pl.Series(values))).to_series()
