"""From simulated hospital contacts before the regions' change of system to rows of LPR2."""

import datetime as dt
from functools import cache
from pathlib import Path

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_EMERGENCY_IS_OUTPATIENT_FROM = 2014
_DEPARTMENTS = ("011", "021", "031", "042", "056", "073")
_UNFINISHED_EVERY = 40  # one of so many courses was never closed; an assumption
_FILES = ("lpr", "uaf", "t_psyk")  # what is finished, what is not, psychiatry

Delivered = dict[tuple[str, str, int], pl.DataFrame]


def emit_lpr2(shard: Shard, world: WorldSettings) -> Delivered:
    """Return the tables of LPR2 for each year: of contacts and diagnoses by the year a contact began, else by the day.

    Notes
    -----
    Emergency contacts have a kind of their own to 2013; from 2014 they are acute outpatient contacts. An
    additional code lies beside the diagnosis that it belongs to, in c_tildiag, with type '+'. Courses that have
    visits after the region's change of system are closed the day before it (c_udm M). Some courses were never
    closed; they and psychiatry have tables of their own.
    """
    contacts = describe_old_contacts(shard, world)
    start, number = pl.col("start_at"), pl.col("contact_number")
    is_old_emergency = (pl.col("kind") == "emergency") & (start.dt.year() < _EMERGENCY_IS_OUTPATIENT_FROM)
    adm = {
        "pnr": "pnr",
        "recnum": record_numbers(number),
        "d_inddto": start.dt.date(),
        "d_uddto": "ended_on",
        "v_indtime": start.dt.hour().cast(pl.Int64),
        "v_indminut": start.dt.minute().cast(pl.Int64),
        "c_pattype": pl.when(pl.col("kind") == "inpatient").then(pl.lit("0"))
        .when(is_old_emergency).then(pl.lit("3")).otherwise(pl.lit("2")),
        "c_indm": pl.when("is_acute").then(pl.lit("1")).otherwise(pl.lit("2")),
        "c_udm": pl.when("is_closed").then(pl.lit("M")),
        "c_spec": pl.col("specialty").replace_strict(read_specialties("c_spec"), return_dtype=pl.String),
        "c_adiag": pl.lit("D") + pl.col("code"),
        "c_sgh": "hospital",
        "c_afd": pl.lit(pl.Series(_DEPARTMENTS)).gather(number // 8 % len(_DEPARTMENTS)),
    }  # fmt: skip
    is_additional = pl.col("kind") == "+"
    diag = {
        "recnum": record_numbers(number),
        "c_diag": pl.lit("D") + pl.when(is_additional).then("parent").otherwise("code"),
        "c_diagtype": "kind",
        "c_tildiag": pl.when(is_additional).then("code"),
    }
    owner = contacts.select("contact_number", "file", "switch_on", began_at="start_at")
    diagnoses, visits, procedures = (
        rows.join(owner, on="contact_number", how="inner", maintain_order="left")
        for rows in (shard.diagnoses, shard.visits, shard.procedures)
    )
    is_before = start.dt.date() < pl.col("switch_on")
    visits, procedures = visits.filter(is_before), procedures.filter(is_before)
    is_surgery = pl.col("code").str.starts_with("K") | pl.col("parent").str.starts_with("K").fill_null(False)
    bes = {"recnum": record_numbers(number), "d_ambdto": start.dt.date()}
    return (
        _split(contacts, start, adm, "adm", world)
        | _split(diagnoses, pl.col("began_at"), diag, "diag", world)
        | _split(visits, start, bes, "bes", world)
        | _split(procedures.filter(is_surgery), start, _procedure_columns(), "sksopr", world)
        | _split(procedures.filter(~is_surgery), start, _procedure_columns(), "sksube", world)
    )


def _procedure_columns() -> dict[str, str | pl.Expr]:
    start, is_additional = pl.col("start_at"), pl.col("parent").is_not_null()
    operation = pl.col("code").str.starts_with("K")
    return {
        "recnum": record_numbers(pl.col("contact_number")),
        "c_opr": pl.when(is_additional).then("parent").otherwise("code"),
        "c_oprart": pl.when(is_additional).then(pl.lit("+")).when(operation).then(pl.lit("V")),
        "c_tilopr": pl.when(is_additional).then("code"),
        "d_odto": start.dt.date(),
        "v_otime": start.dt.hour().cast(pl.Int64),
        "v_ominut": start.dt.minute().cast(pl.Int64),
    }


def _split(frame: pl.DataFrame, date: pl.Expr, columns: dict, name: str, world: WorldSettings) -> Delivered:
    """Divide rows by year, and by whether their contact is finished, unfinished or of psychiatry."""
    delivered: Delivered = {}
    for file in _FILES:
        table = "t_psyk_pers" if (file, name) == ("t_psyk", "bes") else f"{file}_{name}"
        delivered |= split_by_year(frame.filter(pl.col("file") == file), date, columns, ("lpr2", table), world)
    return delivered


def describe_old_contacts(shard: Shard, world: WorldSettings, *, from_on: dt.date = dt.date.min) -> pl.DataFrame:
    """Return the contacts that LPR2 has, begun on `from_on` or later, with what it says of them.

    Returns
    -------
    polars.DataFrame
        The columns of `shard.contacts` and code (of the action diagnosis), switch_on (the region's change),
        is_closed (ended because of it), ended_on (null where never closed) and file ("lpr", "uaf", "t_psyk").
    """
    action = shard.diagnoses.filter(pl.col("kind") == "A")["code"]
    contacts = shard.contacts.with_columns(action, switch_on=switch_day(world))
    began_on = pl.col("start_at").dt.date()
    contacts = contacts.filter((began_on < pl.col("switch_on")) & (began_on >= from_on))
    first_switch = min(world.lpr_switch.values())
    late = shard.visits.filter(began_on >= first_switch)  # rows are sorted: the last of a contact is its last visit
    last = late.select("contact_number", _last_at="start_at").unique("contact_number", keep="last")
    contacts = contacts.join(last, on="contact_number", how="left", maintain_order="left")
    is_course = pl.col("kind") == "outpatient"
    is_closed = is_course & (pl.col("_last_at").dt.date() >= pl.col("switch_on")).fill_null(False)
    is_forgotten = is_course & ~is_closed & (pl.col("contact_number") % _UNFINISHED_EVERY == 0)
    file = (
        pl.when("is_psychiatric").then(pl.lit("t_psyk")).when(is_forgotten).then(pl.lit("uaf")).otherwise(pl.lit("lpr"))
    )
    before = pl.col("switch_on") - pl.duration(days=1)
    ended = pl.when(is_closed).then(before).otherwise(pl.col("end_at").dt.date())
    return contacts.with_columns(
        is_closed=is_closed, file=file, ended_on=pl.when(~is_forgotten | pl.col("is_psychiatric")).then(ended)
    ).drop("_last_at")


def switch_day(world: WorldSettings) -> pl.Expr:
    """First day of LPR3 in each contact's region (column region)."""
    return pl.col("region").replace_strict(dict(world.lpr_switch), return_dtype=pl.Date)


def is_before_switch(world: WorldSettings) -> pl.Expr:
    """Whether a contact (columns start_at and region) began before its region's change to LPR3."""
    return pl.col("start_at").dt.date() < switch_day(world)


def record_numbers(number: pl.Expr) -> pl.Expr:
    """Contact keys of 16 digits, as text: as numbers they would lose digits."""
    return (92 * 10**14 + number * 97 + 13).cast(pl.String)


@cache
def read_specialties(column: str) -> dict[str, str]:
    """Return the delivered name or code of each specialty."""
    table = pl.read_csv(Path(__file__).with_name("specialties.csv"), infer_schema=False)
    return dict(table.select("specialty", column).iter_rows())
