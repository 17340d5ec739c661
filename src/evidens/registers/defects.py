"""Defects planted into the rows of a simulated delivery, every one of them counted.

Most planted rows are additions at the end of their table, made from rows that the intake keeps, with one thing
wrong: what they become is due to that one thing, and a delivery cleaned of them is the delivery before. Rows of
contacts get a key of their own (a duplicate excepted), so that none of them can pass for another version of a
true contact. A defect that the intake repairs is made in a row that is there, so that the repaired row must
become the event it was made from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import polars as pl

from evidens.contracts import schema_of
from evidens.foundation import stream
from evidens.registers.bef.emit import snapshot_days
from evidens.registers.contract import RegisterTable
from evidens.registers.defect_table import TruthDefect, defect_table
from evidens.registers.emission_files import as_text, hold_also, put_below
from evidens.registers.planting import ADDED, CHANGED, Planting, Rows, is_contacts, is_diagnoses, plain_rows, rounded
from evidens.registers.schemas import find_delivered
from evidens.simulation import Shard, WorldSettings
from evidens.simulation.arrays import Flags, Ints

Tables = dict[tuple[str, str, int], pl.DataFrame]
LOG = schema_of(TruthDefect)
REUSED = "reused_key"
_DAYS_LEFT = 100  # between a death and the end of coverage, for a date after death
_SMALLEST_SAMPLE, _ONE_IN = 2_000, 20  # rows of a file that defects are made from: one in twenty, or so many


@dataclass(frozen=True)
class People:
    """What a defect must know of the people of a shard, whatever registers are delivered.

    Parameters
    ----------
    known : int array
        Numbers of people in the population who neither died in the country nor changed their number; ascending.
    died : polars.DataFrame
        pnr and died_on of people in the population who died some time before the end of coverage.
    """

    known: Ints
    died: pl.DataFrame


@dataclass(frozen=True)
class _Delivered:
    """What a defect must know of people and of the other tables of its register.

    Parameters
    ----------
    people : People
    contacts : dict of (register, year) to list of (table, frame)
        The files of contacts.
    reused : dict of (register, year) to polars.Series
        Keys that two contacts were given.
    """

    people: People
    contacts: dict[tuple[str, int], list[tuple[RegisterTable, pl.DataFrame]]]
    reused: dict[tuple[str, int], pl.Series] = field(default_factory=dict)
    _keys: dict[tuple[str, int], tuple[Ints, Ints]] = field(default_factory=dict)

    def keys_of(self, register: str, year: int) -> tuple[Ints, Ints]:
        """Return, ascending, the keys of every contact, and of those whose person is known and whose row is plain."""
        if (register, year) not in self._keys:
            none: Ints = np.zeros(0, dtype=np.int64)
            every, sound = [none], [none]
            for table, frame in self.contacts.get((register, year), []):
                names = find_delivered(frame.columns, table)
                keys = _numbers(frame[names["contact"]])
                plain = _where(frame, plain_rows(table, names))
                every.append(keys)
                sound.append(keys[plain & _among(_numbers(frame[names["person"]]), self.people.known)])
            self._keys[register, year] = (np.sort(np.concatenate(every)), np.sort(np.concatenate(sound)))
        return self._keys[register, year]


def plant_defects(
    tables: Tables, shard: Shard, world: WorldSettings, *, people: People | None = None
) -> tuple[Tables, pl.DataFrame]:
    """Plant the world's defects into the tables of one shard.

    Parameters
    ----------
    tables : dict of (register, table, year) to polars.DataFrame
        From `emit_tables`: of one register or several.
    shard : Shard
        What they were made from. It says who is in the population and who died, whatever registers are delivered.
    world : WorldSettings
        `delivered.defects` has the rates.
    people : People, optional
        From `describe_people`, where it was asked before.

    Returns
    -------
    tables : dict
        The same tables; rows added stand at the end.
    defect_log : polars.DataFrame
        Contract `registers.defect_table:TruthDefect`: one row where at least one row was planted.

    Notes
    -----
    The number of rows is Poisson with mean rate times rows of the table, as far as so many rows of a sample of
    the table can have the defect; the rows taken for one defect are distinct. Each defect of each table has a
    stream of random numbers of its own, and asks no table of another register: leaving one out changes no row of
    the others. What the log says becomes of a row holds where BEF and DOD are delivered. Nothing is planted into
    rows of people who changed their number, whose deaths lie under another one.
    """
    rates = {name: rate for name, rate in world.delivered.defects.items() if rate}
    log: list[tuple[object, ...]] = []
    if not rates:
        return dict(tables), pl.DataFrame(log, schema=LOG, orient="row")
    known = _register_tables()
    delivered = _Delivered(people or describe_people(shard, world), _find_contacts(tables, known))
    planted: Tables = {}
    for file in sorted(tables, key=lambda file: is_diagnoses(known[file[1]])):  # their contacts come first
        frame, table = tables[file], known[file[1]]
        planter = _Planter(frame, table, file, shard.number, world, delivered)
        planted[file] = planter.plant(rates)
        log += planter.log
    ordered = {file: planted[file] for file in tables}
    return ordered, pl.DataFrame(log, schema=LOG, orient="row").sort("register", "table", "year", "defect")


def fate_of(defect: str, table: RegisterTable) -> tuple[str, str, str]:
    """Return fate, stage and rule of rows of `table` with a defect, as they stand in the log."""
    entry = defect_table()[defect]
    if defect == "duplicate_row" or (defect == "redelivered_year" and table.is_linked):
        return entry.fate, entry.stage, table.duplicates
    if defect == REUSED and not table.is_linked:
        return "kept", "", ""
    return entry.fate, entry.stage, entry.rule


def _register_tables() -> Mapping[str, RegisterTable]:
    from evidens.registers import TABLES  # the registry imports the registers, and these what is planted

    return TABLES


@dataclass(frozen=True)
class _Choice:
    """Rows that were chosen for one defect.

    Parameters
    ----------
    name : str
        Of the defect.
    places : int array
        Of the rows in the file.
    make : callable
        Gives the rows of these places, names as text, the defect.
    """

    name: str
    places: Ints
    make: Callable[[pl.DataFrame], pl.DataFrame]


@dataclass
class _Planter:
    """Plants the defects of one file, into and from a sample of its rows."""

    frame: pl.DataFrame
    table: RegisterTable
    file: tuple[str, str, int]
    shard: int
    world: WorldSettings
    delivered: _Delivered
    log: list[tuple[object, ...]] = field(default_factory=list)
    used: list[Ints] = field(default_factory=list)

    def plant(self, rates: Mapping[str, float]) -> pl.DataFrame:
        """Return the file with rows added and changed, and note them in `log`."""
        added = [self._choose(name, ADDED[name], rates[name]) for name in ADDED if name in rates]
        changed = [self._choose_changed(name, CHANGED[name], rates[name]) for name in CHANGED if name in rates]
        if not self.used:
            return self.frame
        rows = as_text(self.frame[np.concatenate(self.used)])  # all at once: a row costs little, asking for rows much
        frame, below, first = self.frame, [], 0
        for choice in added + changed:
            if choice is None:
                continue
            right = rows.slice(first, choice.places.size)
            first += choice.places.size
            wrong = choice.make(right)
            self._note(choice.name, wrong.height)
            if choice.name in ADDED:
                below.append(wrong)
            else:
                frame = _replace_rows(frame, choice.places, right, wrong)
        return put_below(frame, pl.concat(below)) if below else frame

    @cached_property
    def names(self) -> dict[str, str]:
        """Delivered name of each logical column that is there."""
        return find_delivered(self.frame.columns, self.table)

    @property
    def _comes_again(self) -> bool:
        """Whether the file's rows are delivered twice: were one of the two changed, they would be two results."""
        register, _, year = self.file
        return year in self.world.delivered.redelivered.get(register, ())

    @cached_property
    def sample(self) -> Ints:
        """Places of the rows that defects are made of, in random order."""
        size = min(self.frame.height, max(_SMALLEST_SAMPLE, self.frame.height // _ONE_IN))
        return self._stream("sample").choice(self.frame.height, size, replace=False)

    @cached_property
    def sound(self) -> Ints:
        """Places of the rows of the sample that the intake would keep: of known people, or on sound contacts."""
        if "person" in self.names:
            numbers, wanted = self.names["person"], self.delivered.people.known
        elif "contact" in self.names:
            numbers, wanted = self.names["contact"], self.delivered.keys_of(self.file[0], self.file[2])[1]
        else:
            return self.sample[:0]
        plain = plain_rows(self.table, self.names)
        rows = self.frame.select(list({numbers: None, **dict.fromkeys(plain.meta.root_names())}))[self.sample]
        return self.sample[_among(_numbers(rows[numbers]), wanted) & _where(rows, plain)]

    def _choose(self, name: str, planting: Planting, rate: float) -> _Choice | None:
        """Choose rows to be added once more with a defect."""
        if not planting.can(self.table, self.names):
            return None
        rng = self._stream(name)
        n_wanted = int(rng.poisson(rate * self.frame.height))
        if name == REUSED:
            return self._choose_reused(n_wanted, rng)
        if n_wanted == 0:
            return None
        died, pool = self.delivered.people.died, self.sound
        if name == "rounded_key":
            pool = self._with_other_rounded_keys(pool)
        if pool.size == 0 or (name == "date_after_death" and died.is_empty()):
            return None
        if name == "date_after_death":  # everyone once, so that no two rows become equal
            n_wanted = min(n_wanted, died.height, pool.size)
            died = died[rng.choice(died.height, n_wanted, replace=False)]

        def make(rows: pl.DataFrame) -> pl.DataFrame:
            made = planting.change(self._rows(rows, rng, died))
            return self._with_free_keys(made, rng) if planting.new_key else made

        return _Choice(name, self._take(pool, n_wanted, rng), make)

    def _choose_reused(self, n_wanted: int, rng: np.random.Generator) -> _Choice | None:
        """Choose pairs of contacts of two persons to lie under one key, and diagnoses under such keys."""
        where = (self.file[0], self.file[2])
        if is_diagnoses(self.table):
            keys = self.delivered.reused.pop(where, None)
            if keys is None or self.sound.size == 0:
                return None
            return _Choice(REUSED, self._take(self.sound, keys.len(), rng), partial(self._under_keys, keys))
        if n_wanted == 0:
            return None
        person = _numbers(self.frame[self.names["person"]][self.sound])
        people = self.sound[np.sort(np.unique(person, return_index=True)[1])]
        n_pairs = min(n_wanted, people.size // 2)
        if n_pairs == 0:
            return None

        def make(rows: pl.DataFrame) -> pl.DataFrame:
            made = self._with_free_keys(rows, rng)
            keys = made[self.names["contact"]].head(n_pairs)
            before = self.delivered.reused.get(where, keys.clear())
            self.delivered.reused[where] = pl.concat([before, keys])
            return self._under_keys(pl.concat([keys, keys]), made)

        return _Choice(REUSED, self._take(people, 2 * n_pairs, rng), make)

    def _under_keys(self, keys: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(keys.head(rows.height).alias(self.names["contact"]))

    def _choose_changed(self, name: str, planting: Planting, rate: float) -> _Choice | None:
        """Choose rows to be changed where they are."""
        if self._comes_again or not planting.can(self.table, self.names):
            return None
        rng = self._stream(name)
        n_wanted = int(rng.poisson(rate * self.frame.height))
        if n_wanted == 0:
            return None
        fits = planting.fits(self.table, self.names)
        pool = self.sample[_where(self.frame.select(fits.meta.root_names())[self.sample], fits)]
        pool = pool[~np.isin(pool, np.concatenate(self.used))] if self.used else pool
        if pool.size == 0:
            return None
        places = self._take(pool, n_wanted, rng)
        return _Choice(name, places, lambda rows: planting.change(self._rows(rows, rng, self.delivered.people.died)))

    def _rows(self, frame: pl.DataFrame, rng: np.random.Generator, died: pl.DataFrame) -> Rows:
        return Rows(frame, self.names, self.table, self.file[2], rng, died)

    def _take(self, pool: Ints, n_wanted: int, rng: np.random.Generator) -> Ints:
        """Return at most `n_wanted` distinct places of the pool, and note them."""
        chosen = pool[rng.choice(pool.size, min(n_wanted, pool.size), replace=False)]
        self.used.append(chosen)
        return chosen

    def _with_other_rounded_keys(self, pool: Ints) -> Ints:
        """Keep places of rows whose contact key is no contact's once it has been a floating number."""
        key = self.frame[self.names["contact"]][pool]
        whole, after = _numbers(key), _numbers(key.to_frame().select(rounded(pl.col(key.name))).to_series())
        return pool[(after != whole) & ~_among(after, self.delivered.keys_of(self.file[0], self.file[2])[0])]

    def _with_free_keys(self, rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
        """Replace contact keys by keys of the same length that no contact has, and leave out the course."""
        made = rows
        if "course" in self.names:
            made = made.with_columns(pl.lit(None, dtype=pl.String).alias(self.names["course"]))
        if "contact" not in self.names:
            return made
        name = self.names["contact"]
        n_digits = len(self.frame[name].drop_nulls().head(1).cast(pl.String).item())
        keys = 7 * 10 ** (n_digits - 1) + rng.integers(0, 10 ** (n_digits - 2), rows.height, dtype=np.int64)
        return made.with_columns(pl.Series(name, keys).cast(pl.String))

    def _stream(self, name: str) -> np.random.Generator:
        _, table, year = self.file
        return stream(self.world.seed, "simulation", "defects", name, table, year, self.shard)

    def _note(self, name: str, n_rows: int) -> None:
        if n_rows:
            self.log.append((*self.file, name, *fate_of(name, self.table), n_rows))


def _replace_rows(frame: pl.DataFrame, places: Ints, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the rows at some places as they are after a change."""
    changed = [name for name in frame.columns if not after[name].equals(before[name])]
    columns = (hold_also(frame[name], after[name]) for name in changed)
    return frame.with_columns(
        column.clone().scatter(places, after[column.name].cast(column.dtype)) for column in columns
    )


def describe_people(shard: Shard, world: WorldSettings) -> People:
    """Find out who is known and who died."""
    first_year = world.delivered.first_year
    deaths = shard.deaths.filter(pl.col("died_on").dt.year() >= first_year.get("dod", world.start_on.year))
    population = _population(shard, world)
    changed = pl.concat([shard.number_changes["pnr_old"].alias("pnr"), shard.number_changes["pnr"]])
    single = population.filter(~population.is_in(changed.implode()))
    alive = single.filter(~single.is_in(deaths["pnr"].implode()))
    early = pl.col("died_on") + pl.duration(days=_DAYS_LEFT) < world.end_on
    died = deaths.filter(early, pl.col("pnr").is_in(single.implode())).select("pnr", "died_on").sort("pnr")
    return People(np.sort(_numbers(alive)), died)


def _find_contacts(
    tables: Tables, known: Mapping[str, RegisterTable]
) -> dict[tuple[str, int], list[tuple[RegisterTable, pl.DataFrame]]]:
    contacts: dict[tuple[str, int], list[tuple[RegisterTable, pl.DataFrame]]] = {}
    for (register, name, year), frame in tables.items():
        if is_contacts(known[name]):
            contacts.setdefault((register, year), []).append((known[name], frame))
    return contacts


def _population(shard: Shard, world: WorldSettings) -> pl.Series:
    """Return the numbers of people who live in the country at any reference time of the years of BEF."""
    first_year = world.delivered.first_year.get("bef", 0)
    days = pl.DataFrame({"day": [day for day in snapshot_days(world) if day.year >= first_year]}).set_sorted("day")
    spells = shard.residence.select("pnr", "from_on", "to_on").sort("from_on")
    spells = spells.join_asof(days, left_on="from_on", right_on="day", strategy="forward")
    is_seen = (pl.col("day") < pl.col("to_on")).fill_null(pl.col("day").is_not_null())
    return spells.filter(is_seen)["pnr"].unique()


def _numbers(column: pl.Series) -> Ints:
    """Return numbers or keys, delivered as text, as numbers: they are found a hundred times as fast; none is -1."""
    return column.cast(pl.String).cast(pl.Int64, strict=False).fill_null(-1).to_numpy()


def _among(numbers: Ints, known: Ints) -> Flags:
    """Whether each number is one of those known, which ascend."""
    if known.size == 0:
        return np.zeros(numbers.size, dtype=bool)
    return known[np.minimum(np.searchsorted(known, numbers), known.size - 1)] == numbers


def _where(rows: pl.DataFrame, rule: pl.Expr) -> Flags:
    """Whether a rule holds in each row."""
    told = [rows[name].cast(pl.String) for name in rule.meta.root_names() if rows[name].dtype == pl.Enum]
    return rows.with_columns(told).with_columns(_holds=rule.fill_null(False))["_holds"].to_numpy()
