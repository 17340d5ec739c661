import copy
import datetime as dt
import os
import pickle

import pytest

from evidens.foundation import SettingsError, build_settings
from evidens.privacy import (
    DeliverySettings,
    KeyFileError,
    ProjectKey,
    check_key,
    create_project_key,
    demonstration_key,
    key_for,
    load_project_key,
)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "repository").mkdir()
    return tmp_path / "repository"


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "secure").mkdir()
    path = tmp_path / "secure" / "project.key"
    create_project_key(path)
    return path


def delivery(kind, key_file=None):
    return DeliverySettings("d", kind, "data/raw/d", dt.date(2025, 6, 30), 4, key_file)


def test_a_new_key_is_random_readable_by_its_owner_alone_and_never_overwritten(key_file, repository):
    assert key_file.stat().st_mode & 0o777 == 0o600
    key = load_project_key(key_file, forbidden_roots=[repository])
    assert key.kind == "project"
    other = key_file.with_name("other.key")
    create_project_key(other)
    assert key != load_project_key(other, forbidden_roots=[repository])
    with pytest.raises(KeyFileError, match="exists already"):
        create_project_key(key_file)
    with pytest.raises(KeyFileError, match="cannot be made"):
        create_project_key(key_file.parent / "none" / "project.key")


def refusal(path, root):
    with pytest.raises(KeyFileError) as error:
        load_project_key(path, forbidden_roots=[root])
    assert len(error.value.faults) == 1
    return error.value.faults[0].finding


def test_a_missing_key_is_refused(key_file, repository):
    assert refusal(key_file.with_name("none.key"), repository) == "cannot be opened (No such file or directory)."


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o700])
def test_a_key_that_others_can_read_or_write_is_refused(key_file, repository, mode):
    key_file.chmod(mode)
    assert refusal(key_file, repository) == "is open to more than its owner's reading and writing."


def test_a_short_key_and_a_typed_one_are_refused(key_file, repository):
    key_file.write_text("secret\n")
    assert refusal(key_file, repository) == "shorter than 32 bytes."
    key_file.write_text("password" * 8)
    assert refusal(key_file, repository) == "does not look like random bytes."


def test_a_symbolic_link_to_a_key_is_refused(key_file, repository):
    link = key_file.with_name("link.key")
    link.symlink_to(key_file)
    assert refusal(link, repository) == "is a symbolic link."


def test_a_key_with_a_second_name_is_refused(key_file, repository):
    os.link(key_file, repository / "project.key")
    assert refusal(key_file, repository) == "is linked from a second place."


def test_a_key_inside_the_repository_is_refused_however_it_is_reached(repository, tmp_path):
    inside = repository / "project.key"
    create_project_key(inside)
    assert refusal(inside, repository).startswith("lies inside")
    (tmp_path / "elsewhere").symlink_to(repository)
    assert refusal(tmp_path / "elsewhere" / "project.key", repository).startswith("lies inside")
    assert refusal(tmp_path / "elsewhere" / ".." / "repository" / "project.key", repository).startswith("lies inside")


def test_a_folder_inside_the_repository_that_leads_out_of_it_is_refused(key_file, repository):
    (repository / "secure").symlink_to(key_file.parent)
    assert refusal(repository / "secure" / "project.key", repository).startswith("lies inside")


def test_a_folder_is_no_key(key_file, repository):
    assert refusal(key_file.parent, repository) == "is no ordinary file."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_refused(key_file, repository):
    os.chown(key_file, 12345, 12345)
    assert refusal(key_file, repository) == "belongs to another user."


def test_a_key_shows_nothing_of_itself():
    secret = bytes(range(32))
    key = ProjectKey(secret, kind="project")
    assert "hidden" in repr(key)
    assert "hidden" in f"{key}"
    assert not hasattr(key, "__dict__")
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither copied nor stored"):
            store(key)
    with pytest.raises(TypeError):
        hash(key)
    assert secret.hex() not in key.identity
    assert key.identity != ProjectKey(bytes(range(1, 33)), kind="project").identity


def test_the_demonstration_key_follows_from_the_seed_alone():
    assert demonstration_key(1) == demonstration_key(1)
    assert demonstration_key(1) != demonstration_key(2)


def test_a_real_delivery_takes_its_key_file_and_a_simulated_one_the_seed(key_file, repository):
    real = key_for(delivery("register", str(key_file)), world_seed=1, forbidden_roots=[repository])
    assert real.kind == "project"
    simulated = key_for(delivery("simulated"), world_seed=1, forbidden_roots=[repository])
    assert simulated == demonstration_key(1)
    with pytest.raises(KeyFileError, match="no seed of a world"):
        key_for(delivery("simulated"), world_seed=None, forbidden_roots=[repository])


def test_keys_and_deliveries_do_not_mix(key_file, repository):
    project = load_project_key(key_file, forbidden_roots=[repository])
    with pytest.raises(KeyFileError, match="demonstration key would let anyone"):
        check_key(demonstration_key(1), delivery("register", str(key_file)))
    with pytest.raises(KeyFileError, match="not spent on simulated people"):
        check_key(project, delivery("simulated"))


@pytest.mark.parametrize(
    ("kind", "key_file", "finding"),
    [("register", None, "needs key_file"), ("simulated", "/secure/project.key", "has no key_file")],
)
def test_the_settings_of_a_delivery_say_where_the_key_is_or_that_there_is_none(kind, key_file, finding):
    given = {"name": "d", "kind": kind, "path": "p", "data_lock_on": "2025-06-30", "n_buckets": 4, "key_file": key_file}
    with pytest.raises(SettingsError, match=finding):
        build_settings(DeliverySettings, given, place="conf/delivery/d.yaml")
