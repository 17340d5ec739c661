"""Replace the keys of persons, contacts and courses by pseudonyms, and leave behind everything that is not needed.

The only place where a row of a delivery and its pseudonym meet. What comes out holds no delivered key.
"""

from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl

from evidens.privacy import PseudonymMap, PseudonymSettings, normalise_person_key, person_key_fault
from evidens.registers.contact_links import LINKS, ContactLinks
from evidens.registers.contract import RegisterTable
from evidens.registers.physical import LOGICAL_TYPES, read_delivered
from evidens.registers.rules import account_of, is_first

STAGE = "pseudonymise"
NO_CONTACT_KEY = "no contact key"
NO_CONTACT_KEY_SHAPE = "contact key without the shape of one"
NO_CONTACT = "no contact with this key"
SHARED_CONTACT = "contact key of two persons"

Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


class PseudonymisedBatch(NamedTuple):
    """What one batch of rows became.

    `kept` has the logical columns of its contract with `person_id`, `contact_id` and `course_id` in place of
    keys; `quarantined` has the rows as delivered, keys and all, with `reason`, and must stay in the raw zone;
    `links` has the (contact_id, person_id) that a table of contacts or of courses adds, and is empty for others.
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
    links: ContactLinks | None,
    simulated: bool,
    settings: PseudonymSettings,
    current: pl.DataFrame | None = None,
) -> PseudonymisedBatch:
    """Pseudonymise rows of one table.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows as delivered.
    table : RegisterTable
        Their contract.
    persons, contacts : PseudonymMap
        Of the labels "person" and "contact"; contacts of two registers never share a pseudonym, nor do a contact
        and a course.
    links : ContactLinks, optional
        From `link_contacts`: which person each contact and each course belongs to. Needed for tables without a
        person key, and then to be made from all batches of the register's contacts and courses.
    simulated : bool
        Whether the delivery is simulated; see `evidens.privacy.person_key_fault`.
    settings : PseudonymSettings
        What a person's key looks like.
    current : polars.DataFrame, optional
        From `cpr.read_number_links`: old numbers and the key in whose place each stood. By default no
        number ever changed.

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
    linking = [column.kind for column in table.columns if column.kind in ("contact", "course")]
    for kind in linking:
        is_needed = len(linking) == 1  # what has no contact may have a course
        logical, reason = _add_link_ids(
            logical, reason, contacts, kind=kind, register=table.register, is_needed=is_needed
        )
    if table.is_linked:
        if links is None:
            raise ValueError(f"{table.name} has no person key: give the links of its register's contacts")
        logical, reason = _add_person_ids_of_links(logical, reason, links)
    else:
        logical, reason = _add_person_ids(
            logical, reason, persons, simulated=simulated, settings=settings, current=current
        )
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
    links_here = links_of(kept, table) if table.links_persons else pl.DataFrame(schema=LINKS)
    return PseudonymisedBatch(kept, quarantined, account, links_here)


def links_of(kept: Rows, table: RegisterTable) -> Rows:
    """Return which person each contact, or else each course, of a table with a person key belongs to.

    Parameters
    ----------
    kept : polars.DataFrame or LazyFrame
        Pseudonymised rows.
    table : RegisterTable
        One that `links_persons`.
    """
    key = "contact_id" if table.column_of("contact") else "course_id"
    return kept.select(contact_id=key, person_id="person_id").drop_nulls("contact_id")


def pseudonymised_schema(table: RegisterTable) -> pl.Schema:
    """Return columns and types of `kept`: person_id, the logical columns without keys, then what stands for these."""
    plain = {c.name: LOGICAL_TYPES[c.kind] for c in table.columns if c.kind not in ("person", "contact", "course")}
    linked = {f"{c.kind}_id": pl.Int64() for c in table.columns if c.kind in ("contact", "course")}
    return pl.Schema({"person_id": pl.Int64(), **plain, **linked})


def _add_link_ids(
    logical: pl.DataFrame, reason: pl.Series, contacts: PseudonymMap, *, kind: str, register: str, is_needed: bool
) -> tuple[pl.DataFrame, pl.Series]:
    """Replace the keys of contacts or courses; the two have key spaces of their own."""
    key = pl.col(kind)
    fault = (
        pl.when(key.is_null() & is_needed).then(pl.lit(NO_CONTACT_KEY))
        .when(~key.str.contains("^[0-9]{1,18}$")).then(pl.lit(NO_CONTACT_KEY_SHAPE))
    )  # fmt: skip
    faults = logical.select(fault=fault)["fault"]
    space = f"{register}:" if kind == "contact" else f"{register}:{kind}:"
    # A key has no leading zeros and at most 18 digits, so that as a number it is as distinct, and faster to compare.
    rows = logical.select(number=pl.when(faults.is_null()).then(key).cast(pl.Int64))
    distinct = rows.unique().drop_nulls()
    is_distinct = distinct.height == rows.height  # as in most files of contacts
    distinct = rows if is_distinct else distinct
    texts = distinct.select(pl.lit(space) + pl.col("number").cast(pl.String)).to_series()
    named = distinct.with_columns(id=contacts.ids_of_distinct(texts))
    if not is_distinct:
        named = rows.join(named, on="number", how="left", maintain_order="left")
    return logical.drop(kind).with_columns(named["id"].alias(f"{kind}_id")), _first_of(reason, faults)


def _add_person_ids_of_links(
    logical: pl.DataFrame, reason: pl.Series, links: ContactLinks
) -> tuple[pl.DataFrame, pl.Series]:
    """Find each row's person through its contact, or else through its course."""
    found = links.find(logical["contact_id"]).with_columns(has_key=logical["contact_id"].is_not_null())
    if "course_id" in logical.columns:
        of_course = links.find(logical["course_id"]).select(_person="person_id", _is_known="is_known")
        found = found.hstack(of_course).with_columns(
            person_id=pl.when("is_known").then("person_id").otherwise("_person"),
            is_known=pl.col("is_known") | pl.col("_is_known"),
            has_key=pl.col("has_key") | logical["course_id"].is_not_null(),
        )
    has_key = pl.col("has_key")
    fault = (
        pl.when(has_key & ~pl.col("is_known")).then(pl.lit(NO_CONTACT))
        .when(has_key & pl.col("person_id").is_null()).then(pl.lit(SHARED_CONTACT))
    )  # fmt: skip
    faults = found.select(fault=fault, missing=pl.when(~has_key).then(pl.lit(NO_CONTACT_KEY)))
    reason = _first_of(faults["missing"], _first_of(reason, faults["fault"]))  # one without shape is not missing
    return logical.with_columns(found["person_id"]), reason


def _add_person_ids(
    logical: pl.DataFrame,
    reason: pl.Series,
    persons: PseudonymMap,
    *,
    simulated: bool,
    settings: PseudonymSettings,
    current: pl.DataFrame | None,
) -> tuple[pl.DataFrame, pl.Series]:
    key = normalise_person_key(pl.col("person"), settings.person_key)
    people = logical.select(pl.col("person").unique())
    is_distinct = people.height == logical.height  # as in a snapshot of the population
    people = (logical.select("person") if is_distinct else people).with_columns(key=key)
    if current is not None:
        links = current.select(key="old", _current="key")
        people = (
            people.join(links, on="key", how="left", maintain_order="left")
            .with_columns(key=pl.coalesce("_current", "key"))
            .drop("_current")
        )
    people = people.with_columns(fault=person_key_fault(pl.col("key"), settings.person_key, simulated=simulated))
    is_good = people["fault"].is_null()
    ids = np.zeros(people.height, dtype=np.int64)
    ids[is_good.to_numpy()] = persons.ids(people["key"].filter(is_good)).to_numpy()
    people = people.select("person", "fault", person_id=pl.when(is_good).then(pl.Series(ids)))
    if not is_distinct:
        people = logical.select("person").join(people, on="person", how="left", nulls_equal=True, maintain_order="left")
    return logical.drop("person").with_columns(people["person_id"]), _first_of(reason, people["fault"])


def _first_of(reason: pl.Series, fault: pl.Series) -> pl.Series:
    """Faults of keys go before faults of other columns."""
    return pl.select(pl.coalesce(fault, reason).alias("reason")).to_series()
