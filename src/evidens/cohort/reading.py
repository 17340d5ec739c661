"""From the event store to what a cohort needs: few codes of many, and all events where history is asked for."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evidens.codes import CodeList
from evidens.cohort.landmarks import AdmissionLandmark, DischargeLandmark, EventLandmark
from evidens.cohort.patterns import read_patterns
from evidens.cohort.settings import CohortSettings
from evidens.contracts import schema_of
from evidens.events import BucketEvents, Event, EventColumns, EventStoreError
from evidens.events.manifest import REBUILD
from evidens.foundation import Fault
from evidens.phenotypes import Phenotype
from evidens.phenotypes.admissions import CONTACT, PSYCHIATRIC

_EPOCH = dt.date(1970, 1, 1)
_DAY_US = 86_400_000_000
_COLUMNS = (
    "person_id", "event_at", "known_at", "end_at", "code", "value", "operator", "text", "register",
)  # fmt: skip


@dataclass(frozen=True)
class NeededEvents:
    """What a cohort needs of a bucket.

    Parameters
    ----------
    frame : polars.DataFrame
        Events of the codes that phenotype and landmark speak of, in no promised order: columns of contract
        `events.contract:Event` as far as a definition can ask for them.
    runs : tuple of EventColumns
        All events that can lie in the history of an index; none where no rule asks for history.
    """

    frame: pl.DataFrame
    runs: tuple[EventColumns, ...]


def read_needed(events: BucketEvents, phenotype: Phenotype, settings: CohortSettings) -> NeededEvents:
    """Read what a cohort needs.

    Raises
    ------
    EventStoreError
        If a run cannot be read as events.

    Notes
    -----
    Patterns are asked of the distinct codes of each run, rows are kept by membership, and a run without any is left.
    Where history is asked for, a run is read once, as arrays; only the columns of text are then read besides.
    """
    lists = [phenotype.codes]
    if isinstance(settings.landmark, EventLandmark):
        lists.append(settings.landmark.code_list)
    if isinstance(settings.landmark, AdmissionLandmark | DischargeLandmark):
        lists.append(read_patterns([CONTACT, f"{PSYCHIATRIC}*"]))
    asks_for_text, columns = _asks_for_text(phenotype, settings), _columns_of_runs(settings)
    found, runs, answers = [pl.DataFrame(schema=schema_of(Event)).select(_COLUMNS)], [], dict[str, bool]()
    for part in _split(events):
        run = next(part.runs(columns), None) if settings.history else None
        codes = _distinct_codes(part) if run is None else set(run.codes)
        wanted = _keep_listed(codes, lists, answers)
        if wanted:
            found.append(_scan(part, wanted) if run is None or asks_for_text else _take(run, wanted))
        if run is not None and run.event_us.size and run.event_us.max() >= _earliest_us(settings):
            runs.append(run)
    return NeededEvents(pl.concat(found), tuple(runs))


def _asks_for_text(phenotype: Phenotype, settings: CohortSettings) -> bool:
    """Whether text, operator, register or end of an event are asked for."""
    definition, landmark = phenotype.settings, settings.landmark
    qualifiers = (*definition.qualifies, *definition.competes)
    return (
        any(qualifier.types or qualifier.at_least is not None for qualifier in qualifiers)
        or any(void.types for void in definition.voids)
        or definition.rival is not None
        or isinstance(landmark, AdmissionLandmark | DischargeLandmark)
        or (isinstance(landmark, EventLandmark) and bool(landmark.types))
    )


def _columns_of_runs(settings: CohortSettings) -> tuple[str, ...]:
    """Name what is read as arrays beside person, times and code."""
    landmark = settings.landmark
    has_limits = isinstance(landmark, EventLandmark) and (landmark.at_least is not None or landmark.below is not None)
    return ("value",) if has_limits else ()


def _earliest_us(settings: CohortSettings) -> int:
    """Return the first moment that can lie in the history of an index, in microseconds since 1970."""
    longest = max(rule.days for rule in settings.history)
    return ((settings.landmark.first_on - _EPOCH).days - longest) * _DAY_US


def _keep_listed(codes: set[str], lists: Sequence[CodeList], answers: dict[str, bool]) -> list[str]:
    """Keep the codes that are on a list; `answers` remembers what other runs asked."""
    if news := codes - answers.keys():
        asked = pl.DataFrame({"code": sorted(news)}, schema={"code": pl.String})
        listed = set(asked.filter(pl.any_horizontal(some.matches(pl.col("code")) for some in lists))["code"])
        answers |= {code: code in listed for code in news}
    return [code for code in codes if answers[code]]


def _scan(part: BucketEvents, wanted: list[str]) -> pl.DataFrame:
    return part.scan().filter(pl.col("code").is_in(wanted)).select(_COLUMNS).collect()


def _take(run: EventColumns, wanted: list[str]) -> pl.DataFrame:
    """Take the wanted events out of arrays; what these lack stays null."""
    rows = np.flatnonzero(np.array([code in wanted for code in run.codes], bool).take(run.code))
    taken = {
        "person_id": run.person_id[rows], "event_at": run.event_us[rows], "known_at": run.known_us[rows],
        "code": pl.Series(run.codes, dtype=pl.String).gather(run.code[rows]),
    }  # fmt: skip
    if run.value is not None:
        taken["value"] = pl.Series(run.value[rows]).fill_nan(None)
    schema = schema_of(Event)
    return pl.DataFrame(taken).select(
        (pl.col(name) if name in taken else pl.lit(None)).cast(schema[name]).alias(name) for name in _COLUMNS
    )


def _split(events: BucketEvents) -> Iterator[BucketEvents]:
    """Yield the runs one by one."""
    yield from (replace(events, paths=(path,), frames=()) for path in events.paths)
    yield from (replace(events, paths=(), frames=(frame,)) for frame in events.frames)


def _distinct_codes(run: BucketEvents) -> set[str]:
    """Return the codes of one run: of a file, from the dictionaries that its column of codes is written with."""
    if run.frames:
        return set(run.frames[0]["code"].unique())
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(run.paths[0], read_dictionary=["code"]) as file:
            chunks = file.read(columns=["code"], use_threads=False)["code"].chunks
    except (pa.ArrowException, OSError, KeyError) as error:
        finding = f"cannot be read as a run of events ({type(error).__name__})."
        raise EventStoreError(Fault("/".join(run.paths[0].parts[-2:]), finding, REBUILD)) from error
    return {code for chunk in chunks for code in chunk.dictionary.to_pylist()}
