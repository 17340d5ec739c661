"""From simulated hospital contacts before the regions' change of system to rows of LPR2."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_EMERGENCY_IS_OUTPATIENT_FROM = 2014
_SPECIALTIES = ("01", "04", "08", "20", "22", "30", "35", "38")
_DEPARTMENTS = ("011", "021", "031", "042", "056", "073")


def emit_lpr2(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return contacts (lpr_adm) and diagnoses (lpr_diag) of each year, by the year a contact began.

    Notes
    -----
    Emergency contacts have a kind of their own to 2013; from 2014 they are acute outpatient contacts. An
    additional code lies beside the diagnosis that it belongs to, in c_tildiag, with type '+'.
    """
    action = shard.diagnoses.filter(pl.col("kind") == "A")["code"]
    contacts = shard.contacts.with_columns(action).filter(is_before_switch(world))
    diagnoses = shard.diagnoses.join(
        contacts.select("contact_number", "start_at"), on="contact_number", how="inner", maintain_order="left"
    )
    start, number = pl.col("start_at"), pl.col("contact_number")
    is_old_emergency = (pl.col("kind") == "emergency") & (start.dt.year() < _EMERGENCY_IS_OUTPATIENT_FROM)
    adm = {
        "pnr": "pnr",
        "recnum": record_numbers(number),
        "d_inddto": start.dt.date(),
        "d_uddto": pl.col("end_at").dt.date(),
        "v_indtime": start.dt.hour().cast(pl.Int64),
        "v_indminut": start.dt.minute().cast(pl.Int64),
        "c_pattype": pl.when(pl.col("kind") == "inpatient").then(pl.lit("0"))
        .when(is_old_emergency).then(pl.lit("3")).otherwise(pl.lit("2")),
        "c_indm": pl.when("is_acute").then(pl.lit("1")).otherwise(pl.lit("2")),
        "c_spec": _pick(number, _SPECIALTIES),
        "c_adiag": pl.lit("D") + pl.col("code"),
        "c_sgh": "hospital",
        "c_afd": _pick(number // 8, _DEPARTMENTS),
    }  # fmt: skip
    is_additional = pl.col("kind") == "+"
    diag = {
        "recnum": record_numbers(number),
        "c_diag": pl.lit("D") + pl.when(is_additional).then("parent").otherwise("code"),
        "c_diagtype": "kind",
        "c_tildiag": pl.when(is_additional).then("code"),
    }
    return split_by_year(contacts, start, adm, ("lpr2", "lpr_adm"), world) | split_by_year(
        diagnoses, start, diag, ("lpr2", "lpr_diag"), world
    )


def is_before_switch(world: WorldSettings) -> pl.Expr:
    """Whether a contact (columns start_at and region) began before its region's change to LPR3."""
    switch_on = pl.col("region").replace_strict(dict(world.lpr_switch), return_dtype=pl.Date)
    return pl.col("start_at").dt.date() < switch_on


def record_numbers(number: pl.Expr) -> pl.Expr:
    """Contact keys of 16 digits, as text: as numbers they would lose digits."""
    return (92 * 10**14 + number * 97 + 13).cast(pl.String)


def _pick(number: pl.Expr, pool: tuple[str, ...]) -> pl.Expr:
    """One of the pool for each contact, by its number."""
    return pl.lit(pl.Series(pool)).gather(number % len(pool))
