"""The stage that pseudonymises: what it judges, and what it brings together before a number is gone."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.unit.simulation.worlds import SHORT, build_world

from evidens.privacy import PseudonymMap, key_for
from evidens.registers import AccountError
from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.study import Study
from evidens.study.composition import compose_study
from evidens.study.delivery import write_manifest
from evidens.study.pseudonymising import pseudonymise_delivery

ROOT = Path(__file__).parents[3]
TABLES_OF_THE_STUDY = ("bef", "dod", "vnds", "lpr_adm", "lpr_diag", "lmdb", "lab_dm_forsker", "lpr_a_kontakt",
                       "lpr_a_diagnose", "udda")  # fmt: skip


@pytest.fixture(scope="module")
def files():
    """Files of a few hundred people, without defects: the tables that must be there, and one without a year."""
    world = build_world("tiny", n_persons=300, shard_persons=300, **(SHORT | {"delivered": {}}))
    files = emit_delivery(simulate_shard(world, 0), world)[0]
    return {name: frame for name, frame in files.items() if name.split("/")[1][:-5] in TABLES_OF_THE_STUDY}


@pytest.fixture
def deliver(tmp_path):
    """Lay files into a study, and open it as the stage does."""

    def lay(files):
        shutil.copytree(ROOT / "conf", tmp_path / "conf")
        for name in ("dvc.yaml", "params.yaml"):
            shutil.copy(ROOT / name, tmp_path / name)
        compose_study(tmp_path, tmp_path / "build/settings")
        raw = tmp_path / "data/raw/simulated"
        for name, frame in files.items():
            path = raw / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path)
        write_manifest(raw, kind="simulated")
        return Study.open(tmp_path, stage="pseudonymise")

    return lay


def of_table(files, table):
    return [name for name in files if name.split("/")[1].startswith(f"{table}_2")]


def changed(files, table, **columns):
    """The files, with columns of one table in another way."""
    return files | {name: files[name].with_columns(**columns) for name in of_table(files, table)}


def left_out(account, table):
    rows = account.filter(table=table, fate="quarantined")
    return dict(rows.select("rule", "n_rows").iter_rows())


def test_a_sound_delivery_passes_and_every_row_is_kept_or_dropped_by_a_named_rule(files, deliver):
    account = pseudonymise_delivery(deliver(files))
    sums = account.group_by("fate").agg(pl.col("n_rows").sum())
    assert dict(sums.iter_rows())["in"] == sum(frame.height for frame in files.values())
    assert account.filter(fate="quarantined").is_empty()


BROKEN = {
    "diagnoses of other contacts": ("lpr_diag", {"recnum": pl.lit("8") + pl.col("recnum").str.slice(1)},
                                    "no contact with this key"),
    "diagnoses without a key": ("lpr_diag", {"recnum": pl.lit(None, dtype=pl.String)}, "no contact key"),
    "dates of an unknown form": ("lmdb", {"eksd": pl.lit("the first of May")}, "unreadable"),
    "people without a number": ("lmdb", {"pnr": pl.lit(None, dtype=pl.String)}, "no person key"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_table_that_goes_to_quarantine_stops_the_stage_once_its_rows_are_accounted_for(
    files, deliver, broken, capsys
):
    table, columns, reason = BROKEN[broken]
    n_rows = sum(files[name].height for name in of_table(files, table))
    assert n_rows > 50
    study = deliver(changed(files, table, **columns))
    with pytest.raises(AccountError, match=f"pseudonymise: {table}: 100.0% of the rows are quarantined") as caught:
        pseudonymise_delivery(study)
    assert [fault.place for fault in caught.value.faults] == [f"pseudonymise: {table}"]
    assert reason in str(caught.value)
    quarantined = study.out_folder("raw_quarantine").glob(f"*-{table}_*.parquet")
    assert sum(pl.read_parquet(path).height for path in quarantined) == n_rows
    said = capsys.readouterr()
    assert f"{table}: {n_rows:,} rows in = 0 kept + 0 dropped + {n_rows:,} quarantined" in said.out + said.err


def test_a_few_rows_in_quarantine_do_not_stop_the_stage(files, deliver):
    name = max(of_table(files, "lmdb"), key=lambda name: files[name].height)
    rows = files[name].with_row_index("row")
    some = rows.with_columns(pnr=pl.when(pl.col("row") > 0).then("pnr")).drop("row")
    assert left_out(pseudonymise_delivery(deliver(files | {name: some})), "lmdb") == {"no person key": 1}


def written(study, table):
    return pl.read_parquet(list((study.root / "data").rglob(f"pseudonymised/{table}/**/*.parquet")))


def ids_of(study, *numbers):
    seed = study.settings("simulation").seed
    key = key_for(study.settings("delivery"), world_seed=seed, forbidden_roots=(study.root,))
    return PseudonymMap(key, "person").ids(pl.Series(numbers)).to_list()


def links(*rows):
    frame = pl.DataFrame(rows, schema=["pnr_old", "pnr_new", "valid_from"], orient="row")
    return {"cpr/pnr_link_2019": frame.with_columns(pl.col("valid_from").str.to_date())}


@pytest.mark.parametrize("is_linked", [True, False])
def test_older_files_have_an_old_number_and_the_links_make_one_person_of_both(files, deliver, is_linked):
    early = of_table(files, "bef")[0]
    number = files[early]["pnr"].filter(files[early]["pnr"].is_in(files[of_table(files, "bef")[-1]]["pnr"].implode()))[
        0
    ]
    old = f"91{number[2:]}" if number[:2] != "91" else f"90{number[2:]}"
    assert not any(old in frame["pnr"] for name, frame in files.items() if name.startswith("bef"))
    before = {early: files[early].with_columns(pl.col("pnr").replace(number, old))}
    study = deliver(files | before | (links((old, number, "2018-05-01")) if is_linked else {}))
    account = pseudonymise_delivery(study)
    people = written(study, "bef")["person_id"]
    current, other = ids_of(study, number, old)
    assert current in people
    assert (other in people) is not is_linked
    kept = account.filter(table="pnr_link", fate="kept")["n_rows"].to_list()
    assert kept == ([1] if is_linked else [])


def test_links_that_cannot_be_right_are_quarantined_and_judged(files, deliver):
    study = deliver(files | links(*(("6101700001", f"610170000{n}", "2018-05-01") for n in (2, 3))))
    with pytest.raises(AccountError, match=r"pseudonymise: pnr_link: 100.0% of the rows .* two successors"):
        pseudonymise_delivery(study)
    assert pl.read_parquet(study.out_folder("raw_quarantine") / "number_links.parquet").height == 2


def test_a_table_without_a_year_has_the_year_of_each_file(files, deliver):
    nameless = {name: files[name].drop("aar") for name in of_table(files, "udda")}
    assert len(nameless) > 2
    study = deliver(files | nameless)
    pseudonymise_delivery(study)
    found = written(study, "udda")["year"].value_counts()
    assert dict(found.iter_rows()) == {int(name[-4:]): frame.height for name, frame in nameless.items()}
