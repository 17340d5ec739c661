"""Laboratory results: which are reported how often, by whom in which unit, and what they depend on."""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from evidens.simulation import simulate_shard
from evidens.simulation.analyses import (
    ASSAYS,
    CODES,
    COMPANIONS,
    NG_PER_PMOL_PROBNP,
    PANELS,
    PERCENT_LABORATORIES,
    PERCENT_OFFSET,
    PERCENT_SLOPE,
    SUBSTANCES,
    assay_table,
)
from evidens.simulation.effects import Effects, ReadingShift
from evidens.simulation.places import LABORATORIES, pool_of
from evidens.simulation.samples import kinds

NATIONAL = {  # rows of the national database in millions, by substance
    "NPU03429": 80.0, "NPU03230": 76.9, "NPU19651": 56.8, "NPU19748": 53.6, "NPU19673": 48.1, "NPU27783": 32.2,
    "NPU01370": 31.7, "NPU03577": 28.7, "NPU27412": 28.2, "NPU01443": 16.5, "NPU02192": 13.3, "NPU19661": 7.2,
}  # fmt: skip


def usual(code):
    """The substance that a code belongs to, by the code of its usual assay."""
    return next(s.code for s in SUBSTANCES if code in [a.code for a in s.assays])


@pytest.fixture(scope="module")
def results(shard):
    return shard.results.with_columns(
        substance=pl.col("analysis").replace_strict({a.code: usual(a.code) for a in ASSAYS})
    )


def test_samples_taken_for_other_reasons_have_the_proportions_of_the_national_database(results):
    counts = dict(results.group_by("substance").len().iter_rows())
    ratio = np.array([counts[code] / millions for code, millions in NATIONAL.items()])
    assert (np.abs(ratio / np.median(ratio) - 1) < 0.15).all(), dict(zip(NATIONAL, ratio, strict=True))


def test_every_substance_is_measured_and_there_are_more_than_two_dozen(results):
    assert set(results["substance"]) == set(CODES)
    assert len(CODES) >= 24


def test_results_are_sorted_by_person_and_time_and_no_two_are_alike(shard):
    key = ["pnr", "sampled_on", "minute"]
    assert_frame_equal(shard.results.select(key), shard.results.select(key).sort(key))
    assert not shard.results.select(*key, "analysis").is_duplicated().any()


def test_a_laboratory_reports_a_substance_under_one_code_and_in_one_unit(results):
    ways = results.group_by("substance", "laboratory").agg(pl.struct("analysis", "unit").n_unique().alias("n"))
    assert (ways["n"] == 1).all()
    for both in ({"NPU18016", "NPU04998"}, {"DNK35302", "DNK35131"}, {"NPU26811", "NPU21571"}):
        assert both <= set(results["analysis"])


def test_each_laboratory_has_one_assay_of_each_substance():
    table, pool = assay_table(), pool_of(LABORATORIES)[0]
    assert table.shape == (len(SUBSTANCES), len(pool))
    for substance, assays in zip(SUBSTANCES, table, strict=True):
        for name, place in zip(pool, assays, strict=True):
            named = [assay for assay in substance.assays if name in assay.laboratories]
            assert ASSAYS[place] == (named[0] if named else substance.assays[0])


def test_natriuretic_peptide_differs_between_its_units_by_its_molar_mass():
    substance = next(s for s in SUBSTANCES if s.code == "NPU26811")
    pmol, ng = substance.assays
    assert (pmol.unit, ng.unit, ng.factor / pmol.factor) == ("pmol/L", "ng/L", NG_PER_PMOL_PROBNP)


def test_per_cent_stands_beside_mmol_per_mol_and_says_the_same(results):
    key = ["pnr", "sampled_on", "minute"]
    percent = results.filter(pl.col("analysis") == "NPU03835")
    assert percent["sampled_on"].max() < dt.date(2012, 1, 1)
    assert set(percent["laboratory"].cast(pl.String)) <= set(PERCENT_LABORATORIES)
    both = percent.join(results.filter(pl.col("analysis") == "NPU27300"), on=key)
    assert both.height == percent.height > 50
    told = PERCENT_SLOPE * both["value_right"] + PERCENT_OFFSET
    assert (both["value"] - told).abs().max() < 0.0501


def test_limits_of_reporting_are_kept_and_have_their_sign(results):
    for code, limit, sign in (("DNK35302", 90, ">"), ("DNK35131", 60, ">"), ("NPU01370", 3, "<")):
        rows = results.filter(pl.col("analysis") == code)
        beyond = rows["value"] > limit if sign == ">" else rows["value"] < limit
        assert not beyond.any()
        assert (rows.filter(pl.col("operator") == sign)["value"] == limit).all()
        assert rows.filter(pl.col("operator") == sign).height > 0
    crp = results.filter((pl.col("analysis") == "NPU19748") & (pl.col("operator") == "<"))
    assert sorted(set(crp["value"])) == [0.6, 3.0]


def test_no_value_is_impossible(results):
    from evidens.registers.lab.results import read_units

    told = results.with_columns(pl.col("analysis", "unit").cast(pl.String))
    limits = read_units(told.select("unit", code="analysis").unique())
    joined = told.join(limits, left_on=["analysis", "unit"], right_on=["code", "unit"], nulls_equal=True)
    assert joined["_is_expected"].all()
    assert joined.filter(~pl.col("value").is_between("_low", "_high")).height == 0


def test_what_is_measured_beside_a_test_is_in_its_samples_and_in_the_share_that_is_set(shard):
    key = ["pnr", "sampled_on", "minute"]
    of = {code: shard.results.filter(pl.col("analysis") == code).select(key) for code in CODES}
    for test, main in (("blood_count", "NPU02319"), ("hdl", "NPU01567"), ("ferritin", "NPU19763")):
        for code, share in COMPANIONS[test]:
            assert of[code].join(of[main], on=key, how="anti").height == 0
            assert abs(of[code].height / of[main].height - share) < 0.03


def test_shares_of_companions_fall_so_that_each_is_a_part_of_the_one_before():
    for companions in COMPANIONS.values():
        shares = [share for _, share in companions]
        assert shares == sorted(shares, reverse=True)


def test_every_kind_of_sample_measures_something_once():
    table = kinds()
    for first, size in zip(table.first, table.size, strict=True):
        what = table.what[first : first + size]
        assert size > 0
        assert np.unique(what).size == size
    assert table.size.size - 1 - table.of_panel == len(PANELS)


def test_prostate_specific_antigen_is_measured_in_men(shard):
    sexes = shard.results.filter(pl.col("analysis") == "NPU08669").join(shard.persons, on="pnr")["sex"]
    assert set(sexes) == {"male"}


def test_samples_for_other_reasons_do_not_depend_on_the_diseases(world, shard):
    calmer = simulate_shard(
        dataclasses.replace(world, incidence_multiplier=dict.fromkeys(world.incidence_multiplier, 0.0)), 1
    )
    codes = {code for panel, _ in PANELS for code in panel}
    one, other = (
        s.results.filter(pl.col("analysis").is_in(codes)).drop("minute").sort(pl.all()) for s in (shard, calmer)
    )
    assert_frame_equal(one, other)


def test_a_reading_shift_moves_the_results_of_its_code_and_no_others(world, shard):
    shift = ReadingShift("NPU04998", offset=20.0)
    shifted = simulate_shard(dataclasses.replace(world, effects=Effects(reading_shifts=(shift,))), 1).results
    is_off = shard.results["analysis"] == "NPU04998"
    moved = shifted["value"] - shard.results["value"]
    assert (moved.filter(is_off) - 20).abs().max() <= 1
    assert moved.filter(~is_off).fill_null(0).abs().max() == 0
