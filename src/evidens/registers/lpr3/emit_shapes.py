"""The two shapes in which LPR3 is delivered: tables, and columns under their Danish names."""

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from evidens.registers.lpr2.emit import read_specialties

Shape = list[tuple[str, pl.DataFrame, Mapping[str, Any]]]
_NOTHING = pl.lit(None, dtype=pl.String)


class Rows(Protocol):
    """What both shapes are made of, see `emit.Rows`."""

    @property
    def contacts(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def diagnoses(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def procedures(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def courses(self) -> pl.DataFrame: ...  # noqa: D102


def columns_of_a(rows: Rows) -> Shape:
    """Return tables and columns of LPR_A, the current shape."""
    kind, is_additional = pl.col("kind"), pl.col("parent").is_not_null()
    contacts = {
        "pnr": "pnr",
        "dw_ek_kontakt": _contact_key(),
        "dw_ek_forloeb": _course_key(),
        "kont_starttidspunkt": "began_at",
        "kont_sluttidspunkt": "ended_at",
        "kont_type": _contact_type(),
        "kont_patient_type": "patient_type",
        "prioritet": _priority(),
        "adiag": pl.lit("D") + pl.col("code"),
        "kont_aarsag": pl.when(kind == "emergency").then(pl.lit("ALCC02")),
        "kont_ans_hovedspec": _specialty(),
        "kont_ans_geo_reg": "region",
        "flag_kont_afsluttet": pl.col("ended_at").is_not_null().cast(pl.Int64),
        "kont_indb_tidspunkt": "reported_at",
        "lprindberetningssystem": "system",
    }
    diagnoses = {
        "dw_ek_kontakt": _contact_key(),
        "diag_kode": _diagnosis_code(),
        "diag_kode_type": "kind",
        "diag_parent_kode": pl.lit("D") + pl.col("parent"),
        "senere_afkraeftet": _retracted(),
        "lprindberetningssystem": "system",
    }
    procedures = {
        "dw_ek_kontakt": _contact_key(),
        "dw_ek_forloeb": _course_key(),
        "proc_kode": "code",
        "proc_kode_type": pl.when(is_additional).then(pl.lit("+")).otherwise(pl.lit("P")),
        "proc_parent_kode": "parent",
        "proc_starttidspunkt": "began_at",
        "proc_sluttidspunkt": "ended_at",
        "proc_indb_tidspunkt": "reported_at",
        "flag_proc_uden_kont": pl.col("contact").is_null().cast(pl.Int64),
        "lprindberetningssystem": "system",
    }
    courses = {
        "dw_ek_forloeb": _course_key(),
        "pnr": "pnr",
        "forl_starttidspunkt": "began_at",
        "forl_sluttidspunkt": "ended_at",
        "forl_henv_maade": "referral",
        "lprindberetningssystem": "system",
    }
    return [
        ("lpr_a_kontakt", rows.contacts, contacts),
        ("lpr_a_diagnose", rows.diagnoses, diagnoses),
        ("lpr_a_procregistrering", rows.procedures, procedures),
        ("lpr_a_forloeb", rows.courses, courses),
    ]


def columns_of_f(rows: Rows) -> Shape:
    """Return tables and columns of LPR_F, delivered to 2025: days and hours apart, operations apart."""
    kind, is_additional = pl.col("kind"), pl.col("parent").is_not_null()
    contacts = {
        "pnr": "pnr",
        "dw_ek_kontakt": _contact_key(),
        "dw_ek_forloeb": _course_key(),
        **_days_and_hours(),
        "aktionsdiagnose": pl.lit("D") + pl.col("code"),
        "kontaktaarsag": pl.when(kind == "emergency").then(pl.lit("ALCC02")),
        "kontakttype": _contact_type(),
        "prioritet": _priority(),
        "hovedspeciale_ans": _specialty(),
        "region_ans": "region",
        "lprindberetningssystem": "system",
    }
    diagnoses = {
        "dw_ek_kontakt": _contact_key(),
        "diagnosekode": _diagnosis_code(),
        "diagnosetype": "kind",
        "senere_afkraeftet": _retracted(),
        "diagnosekode_parent": pl.lit("D") + pl.col("parent"),
        "diagnosetype_parent": pl.when(is_additional).then(pl.lit("A")),
        "lprindberetningssystem": "system",
    }
    procedures = {
        "dw_ek_forloeb": _course_key(),
        "dw_ek_kontakt": _contact_key(),
        "dw_ek_procedureregistrering": _NOTHING,
        "procedurekode": "code",
        "proceduretype": pl.when(is_additional).then(pl.lit("+")).otherwise(pl.lit("P")),
        "procedurekode_parent": "parent",
        **_days_and_hours(),
        "lprindberetningssystem": "system",
    }
    courses = {
        "dw_ek_forloeb": _course_key(),
        "pnr": "pnr",
        **_days_and_hours(),
        "henvisningsmaade": "referral",
        "lprindberetningssystem": "system",
    }
    return [
        ("kontakter", rows.contacts, contacts),
        ("diagnoser", rows.diagnoses, diagnoses),
        ("procedurer_kirurgi", rows.procedures.filter("is_surgery"), procedures),
        ("procedurer_andre", rows.procedures.filter(~pl.col("is_surgery")), procedures),
        ("forloeb", rows.courses, courses),
    ]


def _contact_key() -> pl.Expr:
    """Contact keys of 18 digits, as text: as numbers they would lose digits."""
    return (5 * 10**17 + pl.col("contact") * 89 + 7).cast(pl.String)


def _course_key() -> pl.Expr:
    """Course keys of 18 digits, as text."""
    return (6 * 10**17 + pl.col("course_number") * 83 + 11).cast(pl.String)


def _specialty() -> pl.Expr:
    return pl.col("specialty").replace_strict(read_specialties("kont_ans_hovedspec"), return_dtype=pl.String)


def _days_and_hours() -> dict[str, pl.Expr]:
    began, ended = pl.col("began_at"), pl.col("ended_at")
    return {
        "dato_start": began.dt.date(),
        "tidspunkt_start": began.dt.time(),
        "dato_slut": ended.dt.date(),
        "tidspunkt_slut": ended.dt.time(),
    }


def _contact_type() -> pl.Expr:
    return pl.when("is_virtual").then(pl.lit("ALCA03")).otherwise(pl.lit("ALCA00"))


def _priority() -> pl.Expr:
    return pl.when("is_acute").then(pl.lit("ATA1")).otherwise(pl.lit("ATA3"))


def _diagnosis_code() -> pl.Expr:
    return pl.when(pl.col("kind") == "+").then("code").otherwise(pl.lit("D") + pl.col("code"))


def _retracted() -> pl.Expr:
    """Return an answer for three in ten, and none for the others."""
    return pl.when(pl.col("contact_number") % 10 < 3).then(pl.lit("Nej"))
