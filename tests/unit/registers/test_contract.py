import datetime as dt

import polars as pl
import pytest

from evidens.registers import (
    TABLES,
    RegisterColumn,
    RegisterError,
    RegisterTable,
    check_delivery,
    normalise,
    table_of,
)
from evidens.registers.contract import person
from evidens.registers.physical import read_delivered

DAY = dt.date(2019, 3, 4)


def lab(**columns):
    """Two rows of LAB as delivered, with columns replaced; None leaves one out."""
    usual = {
        "patient_cpr": ["6802701234"] * 2, "samplingdate": [DAY] * 2, "samplingtime": ["08:30"] * 2,
        "analysiscode": ["NPU27300"] * 2, "value": ["41"] * 2, "operator": [None, "<"], "unit": ["mmol/mol"] * 2,
    }  # fmt: skip
    return pl.DataFrame({name: values for name, values in (usual | columns).items() if values is not None})


def lmdb(**columns):
    usual = {"pnr": ["6802701234"] * 2, "eksd": [DAY] * 2, "atc": ["A10BA02"] * 2, "apk": [1, 2]}
    return pl.DataFrame({name: values for name, values in (usual | columns).items() if values is not None})


@pytest.mark.parametrize(
    "delivered",
    [
        pl.Series([DAY] * 2),
        pl.Series([dt.datetime(2019, 3, 4, 10, 30)] * 2),  # noqa: DTZ001
        pl.Series(["2019-03-04", " 2019-03-04 "]),
        pl.Series(["2019-03-04 10:30:00", "2019-03-04T10:30:00"]),
        pl.Series(["20190304", "04MAR2019"]),
        pl.Series([20190304] * 2),
        pl.Series([21612] * 2),  # SAS: days since 1960-01-01
        pl.Series([21612.0] * 2),
        pl.Series(["21612", " 21612 "]),
        pl.Series(["04-03-2019", "4-3-2019"]),
        pl.Series(["04.03.2019", "4.3.2019 08:30"]),
        pl.Series(["04/03/2019", "04-03-2019T08:30:00"]),
    ],
    ids=[
        "date",
        "datetime",
        "text",
        "text with time",
        "text without hyphens",
        "number",
        "SAS",
        "SAS float",
        "SAS as text",
        "day first",
        "day first with full stops",
        "day first with slashes",
    ],
)
def test_a_date_is_read_in_every_form_it_is_delivered_in(delivered):
    read = normalise(lmdb(eksd=delivered), TABLES["lmdb"])
    assert read["dispensed_on"].to_list() == [DAY] * 2
    assert read.schema["dispensed_on"] == pl.Date


@pytest.mark.parametrize("days", [-18_262, -7, 0, 7, 2_018, 21_639, 99_999])
def test_a_day_number_means_the_same_as_number_and_as_text(days):
    number, text = (normalise(lmdb(eksd=[day] * 2), TABLES["lmdb"])["dispensed_on"] for day in (days, str(days)))
    assert number.equals(text)
    assert number[0] == dt.date(1960, 1, 1) + dt.timedelta(days=days)


@pytest.mark.parametrize("text", ["31-03-19", "31.02.2019", "13/13/2019", "2019-3", "1234567", "12 1"])
def test_text_that_is_no_day_is_unreadable_and_never_another_day(text):
    reading = read_delivered(lmdb(eksd=[text, None]), TABLES["lmdb"])
    assert reading.logical["dispensed_on"].to_list() == [None, None]
    assert reading.unreadable.to_list() == ["unreadable dispensed_on", None]


def test_a_snapshot_that_is_a_month_is_its_last_day():
    rows = pl.DataFrame({
        "PNR": ["6802701234"] * 2, "REFERENCETID": [201812, 200802], "KOEN": [1, 2], "FOED_DATO": [DAY] * 2,
        "REG": [84, 0], "IE_TYPE": [1.0, 9.0], "OPR_LAND": [5100, 0],
    })  # fmt: skip
    read = normalise(rows, TABLES["bef"])
    assert read["snapshot_on"].to_list() == [dt.date(2018, 12, 31), dt.date(2008, 2, 29)]
    assert read.select("sex", "region", "origin_type", "country").rows() == [
        ("1", "84", "1", "5100"), ("2", "0", "9", "0000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "delivered",
    [
        pl.Series(["2019-03-04 08:30:00", "2019-03-04T08:30"]),
        pl.Series([21612 * 86_400 + 8 * 3_600 + 1_800] * 2),  # SAS: seconds since 1960-01-01
        pl.Series(["04MAR2019:08:30:00"] * 2),
        pl.Series([str(21612 * 86_400 + 8 * 3_600 + 1_800)] * 2),
        pl.Series(["04-03-2019 08:30:00", "04.03.2019 08:30"]),
    ],
)
def test_a_moment_is_read_in_every_form(delivered):
    rows = pl.DataFrame({
        "pnr": ["6802701234"] * 2, "dw_ek_kontakt": ["500000000000000007"] * 2, "kont_starttidspunkt": delivered,
        "kont_sluttidspunkt": pl.Series([None, None]), "kont_type": "ALCA00", "prioritet": "ATA1",
        "lprindberetningssystem": "LPR3",
    })  # fmt: skip
    read = normalise(rows, TABLES["lpr_a_kontakt"])
    assert read["began_at"].to_list() == [dt.datetime(2019, 3, 4, 8, 30)] * 2  # noqa: DTZ001
    assert read["ended_at"].to_list() == [None, None]
    assert read["reported_at"].to_list() == [None, None]  # may be left out


@pytest.mark.parametrize("month", range(1, 13))
def test_a_moment_with_the_name_of_its_month_is_read_in_every_month(month):
    at = dt.datetime(2019, month, 4, 8, 30)  # noqa: DTZ001
    table = RegisterTable("x", "x", (person("pnr"), RegisterColumn("at", "datetime", ("at",), "when")))
    rows = pl.DataFrame({"pnr": ["6802701234"] * 2, "at": [f"{at:%d%b%Y:%H:%M:%S}".upper(), None]})
    assert normalise(rows, table)["at"].to_list() == [at, None]


@pytest.mark.parametrize(
    "delivered", [pl.Series(["08:30", "08:30:00.000"]), pl.Series([30_600] * 2), pl.Series(["0830"] * 2)]
)
def test_a_time_of_day_is_read_in_every_form(delivered):
    read = normalise(lab(samplingtime=delivered), TABLES["lab_dm_forsker"])
    assert read["sampled_time"].to_list() == [dt.time(8, 30)] * 2


@pytest.mark.parametrize(
    ("delivered", "monday"),
    [("2053", dt.date(2020, 12, 28)), (601, dt.date(2006, 1, 2)), (601.0, dt.date(2006, 1, 2)),
     ("9901", dt.date(1999, 1, 4)), ("1201", dt.date(2012, 1, 2)), ("2153", None), ("20535", None), ("wk 1", None)],
)  # fmt: skip
def test_a_billing_week_is_its_monday_and_a_week_53_that_never_was_is_unreadable(delivered, monday):
    table = RegisterTable("x", "x", (person("pnr"), RegisterColumn("week_on", "week", ("honuge",), "when")))
    reading = read_delivered(pl.DataFrame({"pnr": ["6802701234"] * 2, "honuge": [delivered, None]}), table)
    assert reading.logical["week_on"].to_list() == [monday, None]
    assert reading.unreadable.to_list() == [None if monday else "unreadable week_on", None]


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_danish_letters_written_as_utf_8_and_read_as_something_else_are_put_back(wrong):
    words = ["PÅVIST", "INGEN VÆKST", "FORHØJET", "Region Sjælland", "é", "5,4"]
    broken = [word.encode().decode(wrong) for word in words]
    assert broken[:5] != words[:5]
    table = RegisterTable("x", "x", (person("pnr"), RegisterColumn("word", "text", ("ord",), "what")))
    read = normalise(pl.DataFrame({"pnr": ["6802701234"] * 6, "ord": broken}), table)
    assert read["word"].to_list() == words


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32])
@pytest.mark.parametrize("name", ["lpr_diag", "lpr_a_kontakt", "kontakter"])
def test_a_contact_key_that_is_a_floating_number_is_refused_because_it_has_lost_digits(name, dtype):
    table = TABLES[name]
    columns = {column.aliases[0]: pl.String() for column in table.columns}
    columns[table.column_of("contact").aliases[0]] = dtype()
    with pytest.raises(RegisterError, match=r"is no contact.*keys lose digits as floating numbers"):
        check_delivery({f"{table.register}/{name}_2018.sas7bdat": columns})


def test_a_lost_zero_is_put_back():
    read = normalise(lmdb(vnr=[12345, 123456]), TABLES["lmdb"])
    assert read["item"].to_list() == ["012345", "123456"]


def test_contact_keys_lose_leading_zeros_everywhere_so_that_both_tables_agree():
    text = pl.DataFrame({"recnum": ["0123456789012345"], "c_diag": ["de119"], "c_diagtype": ["A"]})
    number = text.with_columns(pl.col("recnum").cast(pl.Int64))
    for rows in (text, number):
        read = normalise(rows, TABLES["lpr_diag"])
        assert read.row(0) == ("123456789012345", "DE119", "A")


def test_decimal_comma_and_the_words_for_missing():
    rows = lmdb(apk=["1,5", "."], atc=[" a10ba02 ", ""])
    read = normalise(rows, TABLES["lmdb"])
    assert read["n_packs"].to_list() == [1.5, None]
    assert read["code"].to_list() == ["A10BA02", None]


def test_what_cannot_be_read_is_named_and_what_is_missing_is_not():
    rows = lmdb(eksd=["2019-02-30", None], apk=["many", "."])
    assert read_delivered(rows, TABLES["lmdb"]).unreadable.to_list() == ["unreadable dispensed_on", None]
    rows = lmdb(eksd=["2019-02-28", ""], apk=["many", "."])
    assert read_delivered(rows, TABLES["lmdb"]).unreadable.to_list() == ["unreadable n_packs", None]


def test_the_same_text_is_read_alike_in_a_few_rows_and_in_many():
    few = lab(value=["5,4", "POSITIV"], samplingtime=["08:30", "nonsense"])
    many = pl.concat([few] * 50)
    read = read_delivered(many, TABLES["lab_dm_forsker"])
    expected = read_delivered(few, TABLES["lab_dm_forsker"])
    assert read.logical.equals(pl.concat([expected.logical] * 50))
    assert read.unreadable.to_list() == [None, "unreadable sampled_time"] * 50


def delivery(**replaced):
    """One file of every table that is needed, as (label, columns)."""
    text, date, at = pl.String, pl.Date, pl.Datetime("us")
    files = {
        "bef/bef_2018.parquet": {"pnr": text, "referencetid": date, "koen": pl.Int64, "foed_dag": date, "reg": text,
                                 "ie_type": pl.Int64, "opr_land": text},
        "dod/dod_2018.parquet": {"pnr": text, "doddato": date},
        "vnds/vnds_2018.parquet": {"pnr": text, "haend_dato": date, "indud_kode": text},
        "lpr2/lpr_adm_2018.parquet": {"pnr": text, "recnum": text, "d_inddto": date, "d_uddto": date,
                                      "c_pattype": text},
        "lpr2/lpr_diag_2018.parquet": {"recnum": text, "c_diag": text, "c_diagtype": text},
        "lpr3/lpr_a_kontakt_2019.parquet": {
            "pnr": text, "dw_ek_kontakt": text, "kont_starttidspunkt": at, "kont_sluttidspunkt": at, "kont_type": text,
            "prioritet": text, "lprindberetningssystem": text},
        "lpr3/lpr_a_diagnose_2019.parquet": {
            "dw_ek_kontakt": text, "diag_kode": text, "diag_kode_type": text, "senere_afkraeftet": text,
            "lprindberetningssystem": text},
        "lmdb/lmdb_2018.parquet": {"pnr": text, "eksd": date, "atc": text, "apk": pl.Int64},
        "lab/lab_dm_forsker_2018.parquet": dict(lab().schema),
    }  # fmt: skip
    files |= replaced
    return {label: pl.Schema(columns) for label, columns in files.items() if columns is not None}


def faults_of(files):
    with pytest.raises(RegisterError) as error:
        check_delivery(files)
    return [(fault.place, fault.finding) for fault in error.value.faults]


def test_a_complete_delivery_passes_in_any_letter_case():
    check_delivery(delivery())
    check_delivery({label: {name.upper(): dtype for name, dtype in columns.items()}
                    for label, columns in delivery().items()})  # fmt: skip


def test_all_faults_of_all_files_are_named_at_once():
    files = delivery(**{
        "lmdb/lmdb_2018.parquet": {"pnr": pl.String, "eksd": pl.Boolean, "act": pl.String, "apk": pl.Int64},
        "lpr2/lpr_diag_2018.parquet": {"recnum": pl.Float64, "c_diag": pl.String, "c_diagtype": pl.String},
        "dod/dod_2018.parquet": None,
        "notes_2018.parquet": {"pnr": pl.String},
    })  # fmt: skip
    assert faults_of(files) == [
        ("lmdb/lmdb_2018.parquet", "column 'eksd' is Boolean, which is no date."),
        ("lmdb/lmdb_2018.parquet", "no column 'atc' (the drug)."),
        ("lmdb/lmdb_2018.parquet", "unknown column 'act'."),
        ("lpr2/lpr_diag_2018.parquet", "column 'recnum' is Float64, which is no contact."),
        ("notes_2018.parquet", "no table has this name."),
        ("delivery", "no file of dod."),
    ]


def test_an_unknown_column_stops_the_intake_and_names_the_nearest_known_one():
    columns = dict(delivery()["lab/lab_dm_forsker_2018.parquet"]) | {"unitt": pl.String}
    with pytest.raises(RegisterError, match=r"unknown column 'unitt'.*Did the delivery mean 'unit'\?"):
        check_delivery(delivery(**{"lab/lab_dm_forsker_2018.parquet": columns}))
    with pytest.raises(RegisterError, match="unknown column 'navn'"):
        normalise(lab(navn=["A", "B"]), TABLES["lab_dm_forsker"])


def test_a_name_that_may_be_a_value_is_never_shown():
    columns = dict(delivery()["dod/dod_2018.parquet"]) | {"010150-1234": pl.String, "2018-03-04": pl.String}
    assert faults_of(delivery(**{"dod/dod_2018.parquet": columns | {"p0101501234": pl.String}})) == [
        ("dod/dod_2018.parquet", f"the name of column {position} is no plain name, and not shown here.")
        for position in (3, 4, 5)
    ]
    columns = {"pnr": pl.String(), "doddato": pl.Struct({"010150-1234": pl.String()})}
    assert faults_of(delivery(**{"dod/dod_2018.parquet": columns})) == [
        ("dod/dod_2018.parquet", "column 'doddato' is Struct, which is no date."),
    ]


def test_the_two_shapes_of_lpr3_are_never_taken_together():
    files = delivery(**{
        "lpr3/kontakter_2019.parquet": {
            "pnr": pl.String, "dw_ek_kontakt": pl.String, "dato_start": pl.Date, "dato_slut": pl.Date,
            "kontakttype": pl.String, "prioritet": pl.String, "lprindberetningssystem": pl.String}
    })  # fmt: skip
    [(place, finding)] = faults_of(files)
    assert place == "delivery"
    assert finding == "kontakter, lpr_a_diagnose, lpr_a_kontakt are two shapes of the same contacts."


def test_a_column_that_is_there_in_two_letter_cases_is_a_fault():
    columns = dict(delivery()["dod/dod_2018.parquet"]) | {"PNR": pl.String}
    assert faults_of(delivery(**{"dod/dod_2018.parquet": columns})) == [
        ("dod/dod_2018.parquet", "column 'pnr' is there twice, in different letter case."),
    ]


@pytest.mark.parametrize(
    ("stem", "name"),
    [("bef_2018", "bef"), ("BEF2018", "bef"), ("lab_dm_forsker_2018", "lab_dm_forsker"), ("lmdb_2019_06", "lmdb"),
     ("lpr_a_kontakt_2019", "lpr_a_kontakt"), ("t_diag_2010", "lpr_diag")],
)  # fmt: skip
def test_a_file_belongs_to_a_table_by_its_name(stem, name):
    assert table_of(stem, TABLES).name == name


def test_a_file_of_another_name_belongs_to_none():
    assert table_of("befolkning_2018", TABLES) is None


def test_every_needed_column_says_why_and_no_name_means_two_things():
    for name, register_table in TABLES.items():
        aliases = [alias for column in register_table.columns for alias in column.aliases]
        assert all(column.purpose for column in register_table.columns), name
        assert len(set(aliases)) == len(aliases), name
        assert not set(aliases) & set(register_table.unused), name
        assert all(alias == alias.lower() for alias in (*aliases, *register_table.unused)), name
