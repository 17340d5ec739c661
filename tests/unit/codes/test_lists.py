import polars as pl
import pytest

from evidens.codes import CodeList, CodeListError

HEADER = "system,code,match,group,description,source\n"


def load(tmp_path, *lines):
    path = tmp_path / "codes.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return CodeList.load(path)


@pytest.fixture
def diabetes(tmp_path):
    return load(
        tmp_path,
        "ICD10,DE11,prefix,diabetes,type 2,SKS",
        "ICD10,DE14,exact,diabetes,unspecified,SKS",
        "ATC,A10B,prefix,treated,tablets,WHO",
        "ICD10,DE10,prefix,diabetes,type 1,SKS",
        "ICD10,DE10,prefix,type 1,type 1,SKS",
    )


def test_prefix_takes_all_codes_below_and_exact_only_itself(diabetes):
    names = ["ICD10/DE119", "ICD10/DE11", "ICD10/DE14", "ICD10/DE149", "ATC/A10BA02", "ICD10/DI10"]
    codes = pl.DataFrame({"code": names})
    assert codes.filter(diabetes.expression("code"))["code"].to_list() == [
        "ICD10/DE119", "ICD10/DE11", "ICD10/DE14", "ATC/A10BA02",
    ]  # fmt: skip
    assert codes.filter(diabetes.expression("code", "treated"))["code"].to_list() == ["ATC/A10BA02"]


def test_equal_letters_of_two_systems_are_two_codes(tmp_path):
    listed = load(tmp_path, "ATC,A10,prefix,drug,antidiabetics,WHO")
    codes = pl.DataFrame({"code": ["ATC/A10BA02", "ICD10/DA100"]})
    assert codes.filter(listed.matches(pl.col("code")))["code"].to_list() == ["ATC/A10BA02"]


def test_a_code_can_be_in_several_groups(diabetes):
    assert diabetes.groups == ("diabetes", "treated", "type 1")
    found = diabetes.code_groups(pl.Series(["ICD10/DE109", "ICD10/DE109", None, "ICD10/DZ00", "ATC/A10BA02"]))
    assert found.rows() == [("ATC/A10BA02", "treated"), ("ICD10/DE109", "diabetes"), ("ICD10/DE109", "type 1")]


def test_no_code_is_on_a_list_without_entries(diabetes):
    none = CodeList(diabetes.entries.clear())
    assert none.groups == ()
    assert none.code_groups(pl.Series(["ICD10/DE119"])).is_empty()
    assert pl.DataFrame({"code": ["ICD10/DE119"]}).filter(none.expression("code")).is_empty()


def test_all_wrong_entries_are_named_at_once(tmp_path):
    with pytest.raises(CodeListError) as error:
        load(
            tmp_path,
            "ICD10,E11,exact,g,d,s",  # no code: the D is missing
            "ICD11,5A11,exact,g,d,s",
            "ATC,A10,regex,g,d,s",
            "ATC,A10,prefix,,d,s",
            "ATC,C10,prefix,g,d,s",
            "ATC,C10,prefix,g,d,s",
            "NPU,NPU27300,exact,g,d,",
        )
    findings = [fault.finding for fault in error.value.faults]
    assert findings == [
        "'E11' is no code of ICD10.",
        "no code system 'ICD11'.",
        "match is 'regex'.",
        "no group.",
        "ATC C10 stands twice in group 'g'.",
        "no source.",
    ]


def test_missing_and_unknown_columns_are_named_at_once(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("system,code,mach,group,description,source\n")
    with pytest.raises(CodeListError, match="no column 'match'"):
        CodeList.load(path)
    with pytest.raises(CodeListError, match="cannot be read"):
        CodeList.load(tmp_path / "none.csv")


def test_an_unknown_group_is_no_empty_group(diabetes):
    with pytest.raises(KeyError, match="no such group: type 3"):
        diabetes.expression("code", "type 3")
