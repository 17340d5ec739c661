"""The flow of tables through dvc.yaml, checked against the zones of conf/catalog.yaml."""

from collections import defaultdict

import pytest
from tests.architecture.declared import CATALOG, ROOT, STAGES, options, tables

from evidens.contracts import Role, columns_with_role, find_contract, schema_of
from evidens.study import ZONES

# The only stages through which data may move to a freer zone, and to which one.
DOORS = {
    "simulate": "truth",  # it makes data; nothing moves
    "compose_settings": "release",
    "pseudonymise": "aggregate",
    "intake": "aggregate",
    "build_cohort": "aggregate",
    "assign_phases": "aggregate",
    "build_features": "aggregate",  # the vocabulary: codes that at least so many people have
    "audit_features": "aggregate",  # how many features of how many people, and that none of them changed
    "assess_feasibility": "aggregate",
    "validate_internal": "aggregate",
    "validate_temporal": "aggregate",
    "validate_external": "aggregate",
    "validate_prospective": "aggregate",
    "explain": "aggregate",
    "assess_fairness": "aggregate",
    "audit": "aggregate",  # the only door out of the truth: how good predictions are, in numbers about many people
    "disclose": "release",
    "record_change": "release",  # writes digests, released metrics and paired differences of large groups
    "report": "release",
}
SETTINGS = {"settings"}
SEALED = ("temporal", "external", "prospective")


def zones_of(entries):
    return {CATALOG[t]["zone"] for t, _ in tables(entries) if t not in SETTINGS}


@pytest.mark.parametrize("stage", STAGES)
def test_data_moves_to_a_freer_zone_only_through_a_door(stage):
    reads = [ZONES.index(z) for z in zones_of(STAGES[stage].get("deps", []))]
    writes = [ZONES.index(z) for z in zones_of(STAGES[stage].get("outs", []))]
    if not reads or not writes or max(writes) <= min(reads):
        return
    assert stage in DOORS, f"'{stage}' writes a freer zone than it reads and is no door"
    assert max(writes) <= ZONES.index(DOORS[stage])


def readers_of(table):
    return {s for s in STAGES if table in {t for t, _ in tables(STAGES[s].get("deps", []))}}


def test_raw_tables_are_read_only_by_the_pseudonymiser():
    assert readers_of("raw") == {"pseudonymise"}
    assert readers_of("raw_quarantine") == set()


def test_only_the_audit_reads_the_truth():
    """It evaluates what is finished: nothing that an analysis does can depend on it."""
    truth = {name for name, table in CATALOG.items() if table["zone"] == "truth"}
    assert {name: readers_of(name) for name in truth if readers_of(name)} == {"truth_risk": {"audit"}}
    assert truth >= {"truth_persons", "truth_risk"}


def test_what_the_audit_finds_goes_nowhere_but_out():
    """No gate, no model and no other evidence is made from it."""
    readers = {s for s, d in STAGES.items() if any(rest.startswith("audit/") for _, rest in tables(d.get("deps", [])))}
    assert readers == {"disclose"}
    assert tables(STAGES["audit"]["outs"]) == {("evidence", "audit/${item.outcome}")}


def test_every_part_of_a_table_has_one_writer():
    writers = defaultdict(set)
    for stage, declared in STAGES.items():
        for part in tables(declared["outs"]):
            writers[part].add(stage)
    assert {part: sorted(w) for part, w in writers.items() if len(w) > 1} == {}
    assert {t for t, _ in writers} == set(CATALOG)


def test_training_sees_development_only():
    parts = {
        rest.split("/")[-1]
        for t, rest in tables(STAGES["train"]["deps"])
        if t in ("labels", "dense_features", "count_features")
    }
    assert parts == {"development"}
    assert "members" not in {t for t, _ in tables(STAGES["train"]["deps"])}


@pytest.mark.parametrize("phase", SEALED)
def test_labels_of_a_sealed_phase_are_read_by_its_own_stage_only(phase):
    readers = {s for s, d in STAGES.items() for t, rest in tables(d.get("deps", []))
               if t == "labels" and (rest.endswith(phase) or rest in ("", "${item.outcome}"))}  # fmt: skip
    assert readers == {f"validate_{phase}"}


def test_identifiable_rows_are_never_cached_or_pushed_by_dvc():
    for stage, declared in STAGES.items():
        given = options(declared["outs"])
        for out in declared["outs"]:
            text = next(iter(out)) if isinstance(out, dict) else out
            for table, _ in tables([out]):
                if CATALOG[table]["zone"] in ("raw", "truth") or "quarantine" in table:
                    told = given.get(text, {})
                    assert (told.get("cache"), told.get("push")) == (False, False), f"{stage}: {text}"


def test_git_ignores_every_person_level_folder():
    import subprocess

    for table in CATALOG.values():
        if table["zone"] != "release":
            probe = f"{table['dir']}/part.parquet"
            done = subprocess.run(["git", "check-ignore", "-q", probe], cwd=ROOT, check=False)
            assert done.returncode == 0, f"git does not ignore {probe}"


def test_no_stage_that_makes_data_depends_on_the_engine():
    assert not [s for s, d in STAGES.items() if any("engine" in str(dep) for dep in d.get("deps", []))]


@pytest.mark.parametrize("table", [name for name, entry in CATALOG.items() if "contract" in entry])
def test_a_table_links_to_a_person_exactly_where_its_zone_says_so(table):
    zone = CATALOG[table]["zone"]
    linked = columns_with_role(find_contract(CATALOG[table]["contract"]), Role.PERSON)
    if zone != "truth":  # whose key is the civil registration number of a simulated person
        assert bool(linked) == (zone == "person"), f"{table} is {zone} and links to persons by {linked}"


@pytest.mark.parametrize("table", [name for name, entry in CATALOG.items() if "contract" in entry])
def test_every_contract_of_the_catalogue_exists(table):
    assert schema_of(find_contract(CATALOG[table]["contract"]))
