import datetime as dt
import json

import pytest

from evidens.changes import VersionFacts, flatten_settings, version_digest, write_canonical


def test_only_model_evidence_and_settings_make_a_new_version(make_facts):
    usual = version_digest(make_facts())
    for name, value in (("commit", "f" * 40), ("is_dirty", True), ("packages", {}), ("gates", ()), ("data", {})):
        assert version_digest(make_facts(**{name: value})) == usual, name
    for name, value in (("model_digest", "9" * 64), ("evidence_digest", "9" * 64), ("settings", {"cohort": {}})):
        assert version_digest(make_facts(**{name: value})) != usual, name


def test_facts_come_back_from_the_ledger_the_same(make_facts):
    facts = make_facts()
    back = VersionFacts.from_payload(json.loads(write_canonical(facts.to_payload())))
    assert version_digest(back) == version_digest(facts)
    assert back.to_payload() == facts.to_payload()


def test_the_order_in_which_settings_are_written_does_not_count(make_facts):
    turned = {"model": {"n_knots": 4}, "features": {"windows": [365, 1825]}, "cohort": {"min_age": 30},
              "study": {"starts_on": dt.date(2016, 1, 1)}}  # fmt: skip
    assert version_digest(make_facts(settings=turned)) == version_digest(make_facts())


def test_settings_are_flattened_to_dotted_keys():
    nested = {"b": {"on": dt.date(2016, 1, 1)}, "a": [{"name": "external"}, {"name": "temporal"}], "c": ()}
    assert flatten_settings(nested) == {"a.0.name": "external", "a.1.name": "temporal", "b.on": "2016-01-01", "c": []}


@pytest.mark.parametrize("value", [float("nan"), {1: "a"}, {"a": {1, 2}}, [dt.date(2016, 1, 1)]])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(Exception, match=r"^\$"):
        write_canonical(value)
