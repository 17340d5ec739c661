"""Dispensings: corrections that cancel out, a drug of two products, and indications that are missing."""

import datetime as dt

import polars as pl

from evidens.simulation.pools import PACKS, WEIGHT_DRUG


def test_a_correction_takes_back_the_row_before_and_the_right_row_follows(shard):
    rows = shard.dispensings.with_row_index("row")
    corrections = rows.filter("is_correction")
    assert 0 < corrections.height < 0.005 * rows.height
    key = ["pnr", "dispensed_on", "item"]
    wrong, right = (rows[(corrections["row"].cast(pl.Int64) + step).to_list()] for step in (-1, 1))
    assert wrong.select(key).equals(corrections.select(key))
    assert right.select(key).equals(corrections.select(key))
    assert (wrong["n_packs"] + corrections["n_packs"] == 0).all()
    assert (wrong["n_packs"] - right["n_packs"] == 1).all()


def test_without_corrected_rows_no_item_is_there_twice_on_a_day(shard):
    rows = shard.dispensings.with_row_index("row")
    taken_back = rows.filter("is_correction")["row"].cast(pl.Int64)
    gone = pl.concat([taken_back, taken_back - 1])
    plain = rows.filter(~pl.col("row").cast(pl.Int64).is_in(gone.implode()))
    assert not plain.select("pnr", "dispensed_on", "item").is_duplicated().any()
    assert (plain["n_packs"] > 0).all()


def test_the_drug_against_obesity_is_another_item_of_the_same_code_and_sold_from_december_2022(shard):
    assert {pack.atc for pack in PACKS if pack.item == WEIGHT_DRUG} == {"A10BJ06"}
    sold = shard.dispensings.filter(pl.col("item") == WEIGHT_DRUG)
    assert sold.height > 50
    assert sold["dispensed_on"].min() >= dt.date(2022, 12, 1)


def test_who_buys_it_has_diabetes_no_more_often_than_others(shard):
    ill = shard.truth_persons.filter(outcome="type_2_diabetes").drop_nulls("diagnosed_on")
    buyers = shard.dispensings.filter(pl.col("item") == WEIGHT_DRUG)["pnr"].unique()
    share = buyers.is_in(ill["pnr"].implode()).mean()
    assert abs(share - ill.height / shard.persons.height) < 4 * (0.25 / buyers.len()) ** 0.5


def test_more_indications_are_missing_before_october_2017(shard):
    missing = shard.dispensings.group_by(pl.col("dispensed_on") < dt.date(2017, 10, 1)).agg(
        pl.col("indication").is_null().mean()
    )
    share = dict(missing.iter_rows())
    assert abs(share[True] - 0.18) < 0.02
    assert abs(share[False] - 0.12) < 0.02
