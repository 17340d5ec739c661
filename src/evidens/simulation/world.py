"""What a simulated world is made of: its size, its calendar, its diseases' frequency, what is planted into it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from evidens.simulation.delivered import DeliveredSettings
from evidens.simulation.effects import ORIGINS, OUTCOMES, REGIONS, Effects
from evidens.simulation.quarters import is_quarter_end, is_quarter_start

__all__ = ["ORIGINS", "OUTCOMES", "REGIONS", "WorldSettings"]


@dataclass(frozen=True)
class WorldSettings:
    """One simulated Denmark (conf/simulation/): people, calendar, what is multiplied, what is planted.

    Parameters
    ----------
    name : str
        The world's name; nothing is drawn from it.
    seed : int
        Of every stream of random numbers in the world.
    n_persons : int
        People who ever live in the world: residents at the start, children born and people who immigrate.
    shard_persons : int
        People per shard; the last shard may be smaller.
    n_buckets : int
        Buckets of people after pseudonymisation; the simulation does not use it.
    n_resamples : int
        Resamples for optimism in the internal phase; the simulation does not use it.
    n_interval_resamples : int
        Resamples for intervals that have no formula; the simulation does not use it.
    note : str
        One sentence for the report: what in this world is more frequent than in Denmark.
    incidence_multiplier : mapping of outcome to float
        Multiplies the hazard of onset of section 2.2 of the register reference; 0 means no disease.
    onset_from_on : mapping of outcome to date
        No one falls ill before; a date before anyone's birth means no such limit. First day of a quarter.
    diagnosed_per_quarter : mapping of outcome to mapping of origin to probability
        Probability that a quarter after onset brings the diagnosis: the diagnostic delay per origin is
        geometric, at least one quarter, and cut at the disease's longest delay.
    lpr_switch : mapping of region to date
        First day on which the region's hospitals report to the third patient register.
    laboratory_from_on : mapping of region to date
        First day of laboratory coverage. First day of a quarter.
    effects : Effects
        What is planted into the world, so that an analysis can be asked whether it finds it.
    delivered : DeliveredSettings
        Which registers are delivered, in which shape and with which defects.
    start_on, end_on : date
        First and last day of the registers' coverage; whole quarters.
    index_years : tuple of int
        True risks are worked out on 1 January of these years.
    oracle_lookback_quarters : int
        Quarters of record before the index that the true risk is conditioned on.
    oracle_share : float
        Share of the people whose true risks are worked out, in (0, 1]: they cost more than the record itself.
    golden_persons : bool
        Whether the hand-written people of `simulation.golden` live in the world too.
    midlife_share : float
        Share of the residents at the start that is drawn from ages 25 to 74 only; 0 is the whole pyramid.
    born_share, immigrant_share : float
        Share of `n_persons` that is born or immigrates during the period.

    Notes
    -----
    Rates of the defects are relative to rows, so a larger world has proportionally more. The planted rows
    are additions: a delivery cleaned of them is the delivery before.
    """

    name: str
    seed: int
    n_persons: int
    shard_persons: int
    n_buckets: int
    n_resamples: int
    n_interval_resamples: int
    note: str
    incidence_multiplier: Mapping[str, float]
    onset_from_on: Mapping[str, dt.date]
    diagnosed_per_quarter: Mapping[str, Mapping[str, float]]
    lpr_switch: Mapping[str, dt.date]
    laboratory_from_on: Mapping[str, dt.date]
    effects: Effects = field(default_factory=Effects)
    delivered: DeliveredSettings = field(default_factory=DeliveredSettings)
    start_on: dt.date = dt.date(2006, 1, 1)
    end_on: dt.date = dt.date(2025, 6, 30)
    index_years: tuple[int, ...] = (2016, 2017, 2018, 2019, 2020, 2021, 2022)
    oracle_lookback_quarters: int = 20
    oracle_share: float = 1.0
    golden_persons: bool = False
    midlife_share: float = 0.0
    born_share: float = 0.14
    immigrant_share: float = 0.12

    def __post_init__(self) -> None:
        if min(self.n_persons, self.shard_persons, self.n_buckets) < 1:
            raise ValueError("n_persons, shard_persons and n_buckets must be at least 1")
        if not self.start_on < self.end_on or not is_quarter_start(self.start_on) or not is_quarter_end(self.end_on):
            raise ValueError("start_on and end_on must be the first and last day of quarters, in this order")
        for name, given, wanted in (
            ("incidence_multiplier", self.incidence_multiplier, OUTCOMES),
            ("onset_from_on", self.onset_from_on, OUTCOMES),
            ("diagnosed_per_quarter", self.diagnosed_per_quarter, OUTCOMES),
            ("lpr_switch", self.lpr_switch, REGIONS),
            ("laboratory_from_on", self.laboratory_from_on, REGIONS),
        ):
            if set(given) != set(wanted):
                raise ValueError(f"{name} needs exactly the keys {', '.join(wanted)}")
        for days in (self.onset_from_on, self.laboratory_from_on):
            if not all(map(is_quarter_start, days.values())):
                raise ValueError("onset_from_on and laboratory_from_on must be first days of quarters")
        for outcome, by_origin in self.diagnosed_per_quarter.items():
            if set(by_origin) != set(ORIGINS) or not all(0 < p <= 1 for p in by_origin.values()):
                raise ValueError(f"diagnosed_per_quarter.{outcome} needs a probability for {', '.join(ORIGINS)}")
        years = self.index_years
        if not years or not self.start_on.year < min(years) or max(years) + 3 > self.end_on.year:
            raise ValueError("index_years must lie inside the coverage, three years before its end at the latest")
        if min(self.midlife_share, self.born_share, self.immigrant_share) < 0 or not 0 < self.oracle_share <= 1:
            raise ValueError("shares may not be negative, and oracle_share lies in (0, 1]")
        if self.born_share + self.immigrant_share >= 1 or self.midlife_share > 1:
            raise ValueError("shares may not leave less than no one")
        if self.oracle_lookback_quarters < 0 or any(m < 0 for m in self.incidence_multiplier.values()):
            raise ValueError("oracle_lookback_quarters and incidence_multiplier may not be negative")

    @property
    def n_shards(self) -> int:
        """Number of shards that cover all persons."""
        return -(-self.n_persons // self.shard_persons)

    def shard_size(self, shard: int) -> int:
        """Return the number of people in one shard."""
        if not 0 <= shard < self.n_shards:
            raise IndexError(f"shard {shard} of a world of {self.n_shards} shards")
        return min(self.shard_persons, self.n_persons - shard * self.shard_persons)
