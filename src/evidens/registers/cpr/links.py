"""Which number is the current one: read in the raw zone, before any number becomes a pseudonym."""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from evidens.foundation import Fault
from evidens.privacy import PseudonymSettings, normalise_person_key, person_key_fault
from evidens.registers.contract import RegisterError
from evidens.registers.cpr.contract import OLD, PNR_LINK
from evidens.registers.physical import read_delivered
from evidens.registers.rules import Rule, apply_rules, is_first

STAGE = "pseudonymise"
_LONGEST_CHAIN = 10
_ROWS = {"old": pl.String, "key": pl.String, "valid_from": pl.Date, "_fault": pl.String}


class NumberLinks(NamedTuple):
    """Old numbers with their current one, rows in quarantine, and the account of all rows.

    `current` has the columns old and key; no old number stands there twice, and no key is itself an old number.
    """

    current: pl.DataFrame
    quarantined: pl.DataFrame
    account: pl.DataFrame


def read_number_links(frames: Iterable[pl.DataFrame], *, simulated: bool, settings: PseudonymSettings) -> NumberLinks:
    """Read which numbers were replaced, and follow chains to the number that is current.

    Parameters
    ----------
    frames : iterable of polars.DataFrame
        Files of `pnr_link` as delivered; none gives no link.
    simulated : bool
        Whether the delivery is simulated; see `evidens.privacy.person_key_fault`.
    settings : PseudonymSettings
        What a person's key looks like.

    Notes
    -----
    An old number may have any shape: a replacement number with letters that was followed by a real one is linked
    like any other. Of several successors of one number the latest counts; two of one day, or a number that leads
    back to itself, would make one person of two, and go into quarantine.
    """
    parts = [_read(frame, simulated=simulated, settings=settings) for frame in frames]
    rows = pl.concat([pl.DataFrame(schema=_ROWS), *parts]).sort("old", "valid_from", "key")
    old, key, since = pl.col("old"), pl.col("key"), pl.col("valid_from")
    rows = rows.with_columns(
        _twice=~is_first(rows.select("old", "key", "valid_from")),
        _latest=since.max().over("old"),
        _n_keys=key.n_unique().over("old", "valid_from"),
    )
    faults = sorted(set(rows["_fault"].drop_nulls()))
    rules = [
        Rule("quarantined", "no old number", old.is_null()),
        *(Rule("quarantined", fault, pl.col("_fault") == fault) for fault in faults),
        Rule("dropped", PNR_LINK.duplicates, pl.col("_twice")),
        Rule("dropped", "number that did not change", old == key),
        Rule("dropped", "followed by a later change of the same number", since < pl.col("_latest")),
        Rule("quarantined", "one number with two successors", pl.col("_n_keys") > 1),
    ]
    sound = apply_rules(rows, rules, stage=STAGE, table=PNR_LINK.name).kept
    endless = _follow(sound.select("old", "key")).filter(key.is_in(sound["old"].implode()))["old"]
    rules.append(Rule("quarantined", "number that leads back to itself", old.is_in(endless.implode())))
    sifted = apply_rules(rows, rules, stage=STAGE, table=PNR_LINK.name)
    return NumberLinks(_follow(sifted.kept.select("old", "key")), sifted.quarantined, sifted.account)


def _read(frame: pl.DataFrame, *, simulated: bool, settings: PseudonymSettings) -> pl.DataFrame:
    """Return the rows of one file with normalised numbers, and what is wrong with the current one."""
    logical = read_delivered(frame, PNR_LINK).logical
    name = next((column for column in frame.columns if column.lower() in OLD), None)
    if name is None:
        fault = Fault(PNR_LINK.name, "no column with the old number.", f"Ask for it; accepted names: {', '.join(OLD)}.")
        raise RegisterError(fault)
    keys = logical.with_columns(old=frame[name].cast(pl.String)).select(
        old=normalise_person_key(pl.col("old"), settings.person_key),
        key=normalise_person_key(pl.col("person"), settings.person_key),
        valid_from="valid_from",
    )
    return keys.with_columns(_fault=person_key_fault(pl.col("key"), settings.person_key, simulated=simulated))


def _follow(links: pl.DataFrame) -> pl.DataFrame:
    """Replace each key that is itself an old number by its successor, until none is or the chain is too long."""
    step = links.rename({"old": "key", "key": "_next"})
    for _ in range(_LONGEST_CHAIN):
        further = links.join(step, on="key", how="left", maintain_order="left")
        if further["_next"].null_count() == links.height:
            break
        links = further.select("old", key=pl.coalesce("_next", "key"))
    return links
