"""A simulated Denmark with known truth, and the oracle that knows everyone's risk."""

from evidens.simulation.expected import expected_auroc, expected_brier, expected_net_benefit
from evidens.simulation.shard import Shard, simulate_shard
from evidens.simulation.world import OUTCOMES, WorldSettings

__all__ = [
    "OUTCOMES",
    "Shard",
    "WorldSettings",
    "expected_auroc",
    "expected_brier",
    "expected_net_benefit",
    "simulate_shard",
]
