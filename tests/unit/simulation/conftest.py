import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard


@pytest.fixture(scope="session")
def world():
    return build_world("tiny", n_persons=3_000, shard_persons=1_500)


@pytest.fixture(scope="session")
def shard(world):
    return simulate_shard(world, 1)
