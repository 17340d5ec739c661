"""Persons of contacts: the same whether they are sorted at once or piece by piece, and as small as they can be."""

import numpy as np
import polars as pl
import pytest

from evidens.registers import link_contacts
from evidens.registers.contact_links import LINKS

LARGEST = 2**63 - 1


def part(*rows):
    return pl.DataFrame(rows, schema=LINKS, orient="row")


def many(n=20_000):
    """Links of contacts over the whole range, many of them twice and some of two persons, in several parts."""
    rng = np.random.default_rng(5)
    contact = np.concatenate([rng.integers(0, LARGEST, n), [0, LARGEST]])
    person = rng.integers(0, 1_000, len(contact))
    again = rng.integers(0, len(contact), n // 2)
    other = np.where(rng.random(len(again)) < 0.1, person[again] + 1, person[again])
    rows = pl.DataFrame({"contact_id": np.concatenate([contact, contact[again]]),
                         "person_id": np.concatenate([person, other])})  # fmt: skip
    return [rows[start : start + 7_000] for start in range(0, rows.height, 7_000)]


@pytest.mark.parametrize("range_links", [10**9, 3_000, 17])
def test_each_contact_has_its_one_person_or_none(monkeypatch, range_links):
    monkeypatch.setattr("evidens.registers.contact_links._RANGE_LINKS", range_links)
    parts = many(2_000 if range_links < 100 else 20_000)
    wanted = (
        pl.concat(parts).group_by("contact_id")
        .agg(person_id=pl.when(pl.col("person_id").n_unique() == 1).then(pl.col("person_id").min()).first())
        .sort("contact_id")
    )  # fmt: skip
    found = link_contacts(parts)
    assert found.contact_ids.tolist() == wanted["contact_id"].to_list()
    answer = found.find(wanted["contact_id"])
    assert answer["person_id"].to_list() == wanted["person_id"].to_list()
    assert answer["is_known"].all()
    assert found.n_shared == wanted["person_id"].null_count() > 0
    assert found.contact_ids.nbytes + found.person_ids.nbytes == 16 * wanted.height


def test_questions_are_answered_in_their_order_and_unknown_contacts_have_no_one():
    found = link_contacts([part((30, 3), (10, 1)), part((20, 2), (20, 9))])
    asked = pl.Series([20, 30, None, 11, 10, 30, LARGEST], dtype=pl.Int64)
    answer = found.find(asked)
    assert answer["person_id"].to_list() == [None, 3, None, None, 1, 3, None]
    assert answer["is_known"].to_list() == [True, True, False, False, True, True, False]


def test_without_links_no_contact_is_known():
    assert not link_contacts([]).find(pl.Series([1, None], dtype=pl.Int64))["is_known"].any()
    assert link_contacts([part((1, 1))]).find(pl.Series([], dtype=pl.Int64)).height == 0
