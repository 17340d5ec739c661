import pytest

from evidens.changes import LedgerError, count_looks, record_opening, record_protocol


@pytest.fixture
def look(ledger, at):
    def look(digest: str, **differing):
        given = {"model": "lightgbm", "policy": "gates", "by": "gates", "reason": "internal passed"}
        return record_opening(ledger, "stroke", "external", model_digest=digest, at=at, **(given | differing))

    return look


def test_a_sealed_phase_has_no_looks(ledger):
    assert count_looks(ledger, "stroke", "external") == 0


def test_the_first_model_opens_later_models_look_and_all_are_counted(ledger, look):
    assert [look(digest).kind for digest in "abc"] == ["opening", "look", "look"]
    assert count_looks(ledger, "stroke", "external") == 3
    assert count_looks(ledger, "stroke", "temporal") == 0


def test_a_model_that_looked_before_sees_nothing_new(ledger, look):
    first = look("a")
    look("b")
    assert look("a") == first
    assert count_looks(ledger, "stroke", "external") == 2


@pytest.mark.parametrize(
    ("differing", "finding"),
    [
        ({"policy": "manual", "by": " "}, "nobody is named"),
        ({"policy": "manual", "by": "gates"}, "nobody is named"),
        ({"policy": "manual", "by": "A. Jensen", "reason": ""}, "no reason is given"),
        ({"by": "A. Jensen"}, "a person is named, but the policy is 'gates'"),
        ({"policy": "luck"}, "no policy 'luck'"),
    ],
)
def test_an_opening_without_name_or_reason_is_refused(ledger, look, differing, finding):
    with pytest.raises(LedgerError, match=finding):
        look("a", **differing)
    assert ledger.entries() == ()


def test_a_protocol_is_noted_once_for_each_change_of_it(ledger, at):
    for protocol_hash in ("a", "a", "b", "b", "a"):
        record_protocol(ledger, "study", protocol_hash, at=at)
    assert [e.payload["protocol_hash"] for e in ledger.entries("protocol")] == ["a", "b", "a"]
