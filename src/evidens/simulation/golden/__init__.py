"""Hand-written people whose lives lie on the edges of the registers, and what has to become of them."""

from evidens.simulation.golden.people import GoldenPerson, load_golden_people
from evidens.simulation.golden.write import golden_shard

__all__ = ["GoldenPerson", "golden_shard", "load_golden_people"]
