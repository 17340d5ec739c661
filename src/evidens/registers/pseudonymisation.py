"""Replace the keys of persons and contacts by pseudonyms, and leave behind everything that is not needed.

The only place where a row of a delivery and its pseudonym meet. What comes out holds no delivered key.
"""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from evidens.privacy import PseudonymMap, PseudonymSettings, normalise_person_key, person_key_fault
from evidens.registers.contract import RegisterTable
from evidens.registers.physical import LOGICAL_TYPES, read_delivered
from evidens.registers.rules import account_of, is_first

STAGE = "pseudonymise"
NO_CONTACT_KEY = "no contact key"
NO_CONTACT_KEY_SHAPE = "contact key without the shape of one"
NO_CONTACT = "no contact with this key"
SHARED_CONTACT = "contact key of two persons"
LINKS = {"contact_id": pl.Int64, "person_id": pl.Int64}


class PseudonymisedBatch(NamedTuple):
    """What one batch of rows became.

    `kept` has the logical columns of its contract with `person_id` and `contact_id` in place of keys;
    `quarantined` has the rows as delivered, keys and all, with `reason`, and must stay in the raw zone;
    `links` has the (contact_id, person_id) that a table of contacts adds, and is empty for others.
    """

    kept: pl.DataFrame
    quarantined: pl.DataFrame
    account: pl.DataFrame
    links: pl.DataFrame


def pseudonymise_batch(
    frame: pl.DataFrame,
    table: RegisterTable,
    *,
    persons: PseudonymMap,
    contacts: PseudonymMap,
    links: pl.DataFrame | None,
    simulated: bool,
    settings: PseudonymSettings,
) -> PseudonymisedBatch:
    """Pseudonymise rows of one table.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows as delivered.
    table : RegisterTable
        Their contract.
    persons, contacts : PseudonymMap
        Of the labels "person" and "contact"; contacts of two registers never share a pseudonym.
    links : polars.DataFrame, optional
        From `link_contacts`: which person each contact belongs to. Needed for tables without a person key,
        and then to be made from all batches of the register's contacts.
    simulated : bool
        Whether the delivery is simulated; see `evidens.privacy.person_key_fault`.
    settings : PseudonymSettings
        What a person's key looks like.

    Returns
    -------
    PseudonymisedBatch
        Rows in = kept + dropped + quarantined. Kept rows are in the order of `frame`.

    Raises
    ------
    RegisterError
        If columns break the contract.
    evidens.privacy.PseudonymError
        If two keys have the same pseudonym.
    ValueError
        If `table` needs `links` and there are none.
    """
    logical, reason = read_delivered(frame, table)
    if table.column_of("contact") is not None:
        logical, reason = _add_contact_ids(logical, reason, contacts, register=table.register)
    if table.is_linked:
        if links is None:
            raise ValueError(f"{table.name} has no person key: give the links of its register's contacts")
        logical, reason = _add_person_ids_of_contacts(logical, reason, links)
    else:
        logical, reason = _add_person_ids(logical, reason, persons, simulated=simulated, settings=settings)
    is_good = reason.is_null()
    good = logical.filter(is_good).select(pseudonymised_schema(table).names())
    kept = good.filter(is_first(good))
    quarantined = frame.with_columns(reason=reason).filter(~is_good)
    reasons = quarantined["reason"].value_counts().sort("reason").iter_rows()
    account = account_of(
        STAGE, table.name, n_in=frame.height, n_kept=kept.height,
        left_out=[("dropped", table.duplicates, good.height - kept.height),
                  *(("quarantined", str(name), int(n)) for name, n in reasons)],
    )  # fmt: skip
    found = kept.select(list(LINKS)) if table.has_contacts else pl.DataFrame(schema=LINKS)
    return PseudonymisedBatch(kept, quarantined, account, found)


def pseudonymised_schema(table: RegisterTable) -> pl.Schema:
    """Return columns and types of `kept`: person_id, the logical columns without keys, contact_id if any."""
    plain = {c.name: LOGICAL_TYPES[c.kind] for c in table.columns if c.kind not in ("person", "contact")}
    linked = {"contact_id": pl.Int64()} if table.column_of("contact") else {}
    return pl.Schema({"person_id": pl.Int64(), **plain, **linked})


def link_contacts(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Join the links of all batches of one register's contacts.

    Returns
    -------
    polars.DataFrame
        contact_id and person_id, sorted and unique by contact; person_id is null where two persons
        share a contact's key, because keys can be used anew from one delivery to the next.
    """
    rows = pl.concat([pl.DataFrame(schema=LINKS), *parts])
    first, last = pl.col("person_id").min(), pl.col("person_id").max()
    return rows.group_by("contact_id").agg(pl.when(first == last).then(first)).sort("contact_id")


def _add_contact_ids(
    logical: pl.DataFrame, reason: pl.Series, contacts: PseudonymMap, *, register: str
) -> tuple[pl.DataFrame, pl.Series]:
    key = pl.col("contact")
    fault = (
        pl.when(key.is_null()).then(pl.lit(NO_CONTACT_KEY))
        .when(~key.str.contains("^[0-9]{1,18}$")).then(pl.lit(NO_CONTACT_KEY_SHAPE))
    )  # fmt: skip
    faults = logical.select(fault=fault)["fault"]
    keys = logical.select(key=pl.when(faults.is_null()).then(pl.lit(f"{register}:") + key))["key"]
    return logical.drop("contact").with_columns(contact_id=contacts.ids(keys)), _first_of(reason, faults)


def _add_person_ids_of_contacts(
    logical: pl.DataFrame, reason: pl.Series, links: pl.DataFrame
) -> tuple[pl.DataFrame, pl.Series]:
    known = links.with_columns(is_known=pl.lit(True))
    joined = logical.join(known, on="contact_id", how="left", maintain_order="left")
    fault = (
        pl.when(pl.col("contact_id").is_null()).then(None)
        .when(pl.col("is_known").is_null()).then(pl.lit(NO_CONTACT))
        .when(pl.col("person_id").is_null()).then(pl.lit(SHARED_CONTACT))
    )  # fmt: skip
    return joined.drop("is_known"), _first_of(reason, joined.select(fault=fault)["fault"])


def _add_person_ids(
    logical: pl.DataFrame, reason: pl.Series, persons: PseudonymMap, *, simulated: bool, settings: PseudonymSettings
) -> tuple[pl.DataFrame, pl.Series]:
    key = normalise_person_key(pl.col("person"), settings.person_key)
    people = logical.select(pl.col("person").unique()).with_columns(key=key)
    people = people.with_columns(fault=person_key_fault(pl.col("key"), settings.person_key, simulated=simulated))
    good = people.select(pl.when(pl.col("fault").is_null()).then("key"))["key"]
    people = people.with_columns(person_id=persons.ids(good)).drop("key")
    joined = logical.join(people, on="person", how="left", nulls_equal=True, maintain_order="left")
    return joined.drop("person", "fault"), _first_of(reason, joined["fault"])


def _first_of(reason: pl.Series, fault: pl.Series) -> pl.Series:
    """Faults of keys go before faults of other columns."""
    return pl.select(pl.coalesce(fault, reason).alias("reason")).to_series()
