"""From simulated hospital contacts after the regions' change of system to rows of LPR3, in the shape LPR_A."""

import datetime as dt

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.registers.lpr2.emit import is_before_switch
from evidens.simulation import Shard, WorldSettings

SYSTEM = "LPR3"
_SPECIALTIES = (
    "medicinsk endokrinologi", "kirurgi", "Blandet medicin og kirurgi", "ortopædisk kirurgi", "øre-næse-hals",
    "fællesakutmodtagelse", "kardiologi", "oftalmologi",
)  # fmt: skip


def emit_lpr3(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return contacts (lpr_a_kontakt) and diagnoses (lpr_a_diagnose) of each year, by the year a contact began.

    Notes
    -----
    No field says who was admitted: an admission is a long physical contact, an emergency contact a short acute
    one after an accident. What was reported after the end of coverage is not in the delivery, so its last
    weeks are incomplete. A contact that is not over has no end and is reported a day after its start.
    """
    action = shard.diagnoses.filter(pl.col("kind") == "A")["code"]
    lock = dt.datetime.combine(world.end_on + dt.timedelta(days=1), dt.time())
    next_day = pl.col("start_at") + pl.duration(days=1)
    reported = pl.when(pl.col("end_at").is_null()).then(next_day).otherwise("reported_at")
    contacts = shard.contacts.with_columns(action, reported_at=reported)
    contacts = contacts.filter(~is_before_switch(world) & (pl.col("reported_at") < lock))
    diagnoses = shard.diagnoses.filter(pl.col("kind") != "H").join(
        contacts.select("contact_number", "start_at"), on="contact_number", how="inner", maintain_order="left"
    )
    number, kind = pl.col("contact_number"), pl.col("kind")
    is_virtual = (kind == "outpatient") & (number % 12 == 0)
    kontakt = {
        "pnr": "pnr",
        "dw_ek_kontakt": contact_keys(number),
        "kont_starttidspunkt": "start_at",
        "kont_sluttidspunkt": "end_at",
        "kont_type": pl.when(is_virtual).then(pl.lit("ALCA03")).otherwise(pl.lit("ALCA00")),
        "prioritet": pl.when("is_acute").then(pl.lit("ATA1")).otherwise(pl.lit("ATA3")),
        "adiag": pl.lit("D") + pl.col("code"),
        "kont_aarsag": pl.when(kind == "emergency").then(pl.lit("ALCC02")),
        "kont_ans_hovedspec": pl.lit(pl.Series(_SPECIALTIES)).gather(number % len(_SPECIALTIES)),
        "kont_ans_geo_reg": "region",
        "flag_kont_afsluttet": pl.col("end_at").is_not_null().cast(pl.Int64),
        "kont_indb_tidspunkt": "reported_at",
        "lprindberetningssystem": pl.lit(SYSTEM),
    }
    diagnose = {
        "dw_ek_kontakt": contact_keys(number),
        "diag_kode": pl.when(kind == "+").then("code").otherwise(pl.lit("D") + pl.col("code")),
        "diag_kode_type": "kind",
        "diag_parent_kode": pl.lit("D") + pl.col("parent"),
        "senere_afkraeftet": pl.when(number % 10 < 3).then(pl.lit("Nej")),
        "lprindberetningssystem": pl.lit(SYSTEM),
    }
    start = pl.col("start_at")
    return split_by_year(contacts, start, kontakt, ("lpr3", "lpr_a_kontakt"), world) | split_by_year(
        diagnoses, start, diagnose, ("lpr3", "lpr_a_diagnose"), world
    )


def contact_keys(number: pl.Expr) -> pl.Expr:
    """Contact keys of 18 digits, as text: as numbers they would lose digits."""
    return (5 * 10**17 + number * 89 + 7).cast(pl.String)
