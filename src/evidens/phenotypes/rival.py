"""Whether the events of a phenotype mean another disease, by diagnoses and drugs as far as they are known."""

import polars as pl

from evidens.phenotypes.definition import Qualifier
from evidens.phenotypes.phenotype import Phenotype
from evidens.phenotypes.qualifying import group_codes, keep_qualified

_KEY = ["person_id", "index_at"]


def find_rivals(
    moments: pl.DataFrame, events: pl.DataFrame, qualifying: pl.DataFrame, phenotype: Phenotype
) -> pl.DataFrame:
    """Find the rows of `moments` at which the events mean the rival of the phenotype.

    Parameters
    ----------
    moments : polars.DataFrame
        person_id, index_at and told_at: only what was known before it counts (null: the whole record).
    events : polars.DataFrame
        Contract `events.contract:Event`.
    qualifying : polars.DataFrame
        From `keep_qualifying`.
    phenotype : Phenotype
        With or without a rival.

    Returns
    -------
    polars.DataFrame
        person_id, index_at.

    Notes
    -----
    The rule by which the Open Source Diabetes Classifier tells type 1 diabetes [1]_: whoever was only ever dispensed
    the rival's drugs has it with any diagnosis of it; whoever was dispensed others too has it if diagnoses of it are
    the majority, its drugs are two thirds of all doses, and the first of them followed the first drug of all within
    180 days. Doses are added in thousandths, so that the sum does not depend on the order. Departments are not told
    apart here: the classifier prefers diagnoses of endocrinology.

    References
    ----------
    .. [1] Isaksen AA et al. Clin Epidemiol 2023;15:569-581. doi:10.2147/CLEP.S407019
    """
    rival = phenotype.settings.rival
    if rival is None:
        return moments.clear().select(_KEY)
    diagnoses = keep_qualified(
        events, phenotype,
        [
            Qualifier(rival.diagnosis, rival.types, kind="rival"),
            Qualifier(rival.own_diagnosis, rival.types, kind="own"),
        ],
    )  # fmt: skip
    of_rival = group_codes(qualifying, phenotype, [rival.drug])["code"].to_list()
    drugs = qualifying.filter(kind=rival.among).with_columns(
        kind=pl.when(pl.col("code").is_in(of_rival)).then(pl.lit("drug")).otherwise(pl.lit("other drug"))
    )
    columns = ("person_id", "event_at", "known_at", "kind", "value")
    evidence = pl.concat([
        diagnoses.select(columns).with_columns(void_at=pl.lit(None, dtype=pl.Datetime("us"))),
        drugs.select(*columns, "void_at"),
    ])  # fmt: skip
    return _keep_rivals(moments.select(*_KEY, "told_at").join(evidence, on="person_id", how="inner"), phenotype)


def _keep_rivals(seen: pl.DataFrame, phenotype: Phenotype) -> pl.DataFrame:
    rival = phenotype.settings.rival
    assert rival is not None
    at, void, kind, on = pl.col("told_at"), pl.col("void_at"), pl.col("kind"), pl.col("event_at").dt.date()
    known = at.is_null() & void.is_null() | (pl.col("known_at") < at) & (void.is_null() | (void >= at))
    thousandths = (pl.col("value").fill_null(0.0) * 1000).round().cast(pl.Int64)
    is_drug, is_any = kind == "drug", kind.is_in(["drug", "other drug"])
    counts = seen.filter(known).group_by(_KEY).agg(
        n_rival=(kind == "rival").sum(), n_own=(kind == "own").sum(), n_drug=is_drug.sum(),
        n_other=(kind == "other drug").sum(),
        doses=thousandths.filter(is_drug).sum(), all_doses=thousandths.filter(is_any).sum(),
        first_on=on.filter(is_any).min(), first_drug_on=on.filter(is_drug).min(),
    )  # fmt: skip
    only = (pl.col("n_drug") > 0) & (pl.col("n_other") == 0)
    soon = (pl.col("first_drug_on") - pl.col("first_on")).dt.total_days() <= rival.within_days
    mostly = (pl.col("n_rival") > pl.col("n_own")) & (pl.col("doses") >= rival.share * pl.col("all_doses")) & soon
    is_rival = only & (pl.col("n_rival") > 0) | ~only & (pl.col("n_drug") > 0) & mostly
    return counts.filter(is_rival.fill_null(False)).select(_KEY)
