import subprocess

import pytest

from evidens.changes import classify_change, describe_code, list_changed_paths

NEW_DATA = {"events": "9" * 32 + ".dir", "persons": "2" * 32}


@pytest.mark.parametrize(
    ("differing", "paths", "classes"),
    [
        ({"data": NEW_DATA}, [], ("data_refresh",)),
        ({"data": NEW_DATA, "features_digest": "9" * 64}, [], ("data_refresh",)),
        ({"features_digest": "9" * 64}, [], ("features",)),
        ({"settings": {"cohort": {"min_age": 40}, "model": {"n_knots": 4}, "features": {"windows": [365, 1825]},
                       "study": {"starts_on": "2016-01-01"}}}, [], ("settings",)),
        ({"settings": {"cohort": {"min_age": 30}, "model": {"n_knots": 4}, "features": {"windows": [365]},
                       "study": {"starts_on": "2016-01-01"}}}, [], ("features",)),
        ({"candidate": "logistic", "data": NEW_DATA}, [], ("algorithm", "data_refresh")),
        ({"commit": "9" * 40}, ["src/evidens/models/fit.py", "docs/a.md"], ("code",)),
        ({"commit": "9" * 40}, ["docs/a.md", "srcs/a.py"], ("unexplained",)),
        ({"commit": "9" * 40}, None, ("code",)),
        ({"commit": None}, [], ("code",)),
        ({"is_dirty": True}, [], ("code",)),
        ({"packages": {"numpy": "2.4.7", "polars": "2.1.0"}}, [], ("environment",)),
        ({}, [], ("unexplained",)),
    ],
    ids=["newer_delivery", "newer_delivery_with_other_codes_learned", "other_columns_from_the_same_data",
         "other_minimum_age", "other_windows", "other_model_and_newer_delivery", "code_and_docs", "docs_only",
         "paths_not_known", "commit_not_known", "uncommitted_code", "newer_library", "nothing_known_differs"],
)  # fmt: skip
def test_a_change_gets_its_classes_by_fixed_rules(make_facts, differing, paths, classes):
    found, answers = classify_change(make_facts(), make_facts(**differing), changed_paths=paths)
    assert found == classes
    assert [answer.rule for answer in answers if answer.holds] == list(classes)
    assert all(answer.ground for answer in answers)


def test_without_a_version_before_it_is_the_first(make_facts):
    assert classify_change(None, make_facts(), changed_paths=None)[0] == ("first_version",)


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *settings, *words], cwd=tmp_path, check=True, capture_output=True)
        return tmp_path

    for path in ("src/a.py", "README.md"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("1")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    return git


def test_git_tells_commit_and_changed_paths_and_only_code_makes_it_dirty(repository):
    root = repository("status")
    first = describe_code(root)
    assert len(first.commit) == 40
    assert not first.is_dirty
    (root / "README.md").write_text("2")
    assert not describe_code(root).is_dirty
    (root / "src" / "a.py").write_text("2")
    assert describe_code(root).is_dirty
    repository("commit", "-qam", "two")
    second = describe_code(root)
    assert list_changed_paths(root, first.commit, second.commit) == ("README.md", "src/a.py")


def test_without_git_or_with_an_unknown_commit_nothing_is_claimed(tmp_path, repository):
    outside = tmp_path.parent / f"{tmp_path.name}_no_repository"
    outside.mkdir()
    assert describe_code(outside).commit is None
    assert list_changed_paths(repository("status"), "f" * 40, "e" * 40) is None
    assert list_changed_paths(outside, None, "e" * 40) is None
