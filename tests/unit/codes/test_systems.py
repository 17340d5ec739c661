import polars as pl
import pytest

from evidens.codes import ATC, CONTACT, ICD10, NPU, split_code


@pytest.mark.parametrize(
    ("system", "code", "is_code"),
    [
        (ICD10, "DE119", True),
        (ICD10, "DE11", True),
        (ICD10, "DE1", False),  # a beginning is no code
        (ICD10, "E119", False),  # Danish registers put D before ICD-10
        (ICD10, "25000", False),  # ICD-8
        (ICD10, "TUL1", False),  # a side, not a disease
        (ATC, "A10BA02", True),
        (ATC, "A10", True),
        (ATC, "A1", False),
        (ATC, "A10BA2", False),
        (NPU, "NPU27300", True),
        (NPU, "DNK35302", True),
        (NPU, "AAB00123", False),  # a local code
        (CONTACT, "emergency", True),
        (CONTACT, "telephone", False),
    ],
)
def test_the_shape_tells_codes_from_what_is_none(system, code, is_code):
    column = pl.DataFrame({"code": [code, None]})
    assert system.is_code(code) is is_code
    assert column.select(system.is_valid(pl.col("code")))["code"].to_list() == [is_code, None]


def test_a_code_of_the_store_names_its_system():
    column = pl.DataFrame({"code": ["DE119"]}).select(ICD10.add_prefix(pl.col("code")).alias("code"))
    assert column["code"].to_list() == ["ICD10/DE119"]
    assert split_code("ICD10/DE119") == (ICD10, "DE119")
    with pytest.raises(ValueError, match="no code system named 'LOINC'"):
        split_code("LOINC/1234-5")


def test_ancestors_go_from_near_to_coarse_through_the_levels_of_the_system():
    assert ICD10.ancestors("DE1190") == ("DE119", "DE11", "DE")
    assert ATC.ancestors("A10BA02") == ("A10BA", "A10B", "A10", "A")
    assert ATC.ancestors("A") == ()
