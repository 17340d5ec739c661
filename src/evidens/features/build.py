"""Build the features of one bucket of people."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.contracts import check_table, schema_of
from evidens.events import ORIGINS, REGIONS
from evidens.features.contract import CountFeature
from evidens.features.history import DAY_US, History, select_history
from evidens.features.laboratory import build_laboratory
from evidens.features.settings import FeatureSettings
from evidens.features.tokens import Tallies, count_tokens, find_tokens, system_of
from evidens.features.vocabulary import Vocabulary


@dataclass(frozen=True)
class Features:
    """Features of one bucket.

    Parameters
    ----------
    dense : polars.DataFrame
        person_id, index_at and one Float32 column per feature; null: not measured. Sorted by person.
    counts : polars.DataFrame
        Contract CountFeature; what is not there is 0. Sorted by person and column.
    """

    dense: pl.DataFrame
    counts: pl.DataFrame


def build_features(
    members: pl.DataFrame,
    events: pl.DataFrame,
    *,
    settings: FeatureSettings,
    vocabulary: Vocabulary,
    excluded: CodeList,
) -> Features:
    """Turn the past of each person into numbers.

    Parameters
    ----------
    members : polars.DataFrame
        Contract `protocol.contract:Member`: who, and on which index date.
    events : polars.DataFrame
        Contract `events.contract:Event`, of these and any other people of the bucket.
    settings : FeatureSettings
        Families and windows.
    vocabulary : Vocabulary
        Learned on development.
    excluded : CodeList
        Codes that may not be read for this outcome: `phenotype.suspicion`.

    Returns
    -------
    Features
        One dense row per member, also for people without events.

    Notes
    -----
    One rule of time for every family: an event counts when index - w <= event_at < index and known_at <
    index. `check_truncation` proves it on any data that it is given.
    """
    members = members.sort("person_id")
    history = select_history(events, members, settings.windows_days, excluded)
    tallies = count_tokens(history, find_tokens(history.codes, settings), len(settings.windows_days))
    columns = {
        **_describe_person(members, settings),
        **build_laboratory(history, settings.analytes, settings.lab_statistics, settings.windows_days),
        **_count_distinct(tallies, history, settings),
        **_find_recency(history, settings),
    }
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.Float32) for name, values in columns.items()})
    dense = members.select("person_id", "index_at").hstack(frame.with_columns(pl.all().fill_nan(None)))
    counts = _select_counts(tallies, members["person_id"].to_numpy(), settings, vocabulary)
    return Features(dense, check_table(counts, CountFeature, place="count_features"))


def dense_names(settings: FeatureSettings) -> tuple[str, ...]:
    """Name the dense features in their order, without building any.

    >>> dense_names(FeatureSettings(windows_days=(365,), code_levels={"ATC": (5,)}, recency=("ATC",)))
    ('age', 'is_female', 'days_since_ATC_365d')
    """
    nobody = pl.DataFrame(schema={"person_id": pl.Int64, "index_at": pl.Datetime("us"), "age": pl.Int16,
                                  "sex": pl.String, "origin": pl.String, "region": pl.String})  # fmt: skip
    nothing = np.empty(0, np.int64)
    history = History(0, (), nothing, nothing, nothing, nothing, np.empty(0))
    tallies = count_tokens(history, [], len(settings.windows_days))
    return tuple(
        _describe_person(nobody, settings)
        | build_laboratory(history, settings.analytes, settings.lab_statistics, settings.windows_days)
        | _count_distinct(tallies, history, settings)
        | _find_recency(history, settings)
    )


def _describe_person(members: pl.DataFrame, settings: FeatureSettings) -> dict[str, NDArray[np.float32]]:
    levels = {"origin": ORIGINS, "region": REGIONS}
    features = {}
    for predictor in settings.person_predictors:
        if predictor == "age":
            features["age"] = members["age"]
        elif predictor == "is_female":
            features["is_female"] = members["sex"] == "female"
        else:  # the first level is the one that all others are compared with
            features |= {f"is_{predictor}_{level}": members[predictor] == level for level in levels[predictor][1:]}
    return {name: column.cast(pl.Float32).to_numpy() for name, column in features.items()}


def _count_distinct(tallies: Tallies, history: History, settings: FeatureSettings) -> dict[str, NDArray[np.float32]]:
    features = {}
    for system, windows in settings.distinct.items():
        level = settings.code_levels[system][0]
        is_at_level = np.array([_is_at_level(token, system, level) for token in tallies.tokens], bool)
        pairs = is_at_level[tallies.token] if len(tallies.token) else np.zeros(0, bool)
        for days in windows:
            had_any = tallies.counts[pairs, settings.windows_days.index(days)] > 0
            n = np.bincount(tallies.person[pairs][had_any], minlength=history.n_people)
            features[f"n_distinct_{system}_{days}d"] = n.astype(np.float32)
    return features


def _is_at_level(token: str, system: str, level: int) -> bool:
    """Whether a token is a code of `system` cut at `level`; a code shorter than that is at every level."""
    return system_of(token) == system and (not level or len(token) - len(system) - 1 <= level)


def _find_recency(history: History, settings: FeatureSettings) -> dict[str, NDArray[np.float32]]:
    longest, features = settings.windows_days[-1], {}
    system = np.array([system_of(code) for code in history.codes], dtype=object)
    for name in settings.recency:
        age = np.full(history.n_people, np.inf)
        theirs = (system == name)[history.code] if len(system) else np.zeros(0, bool)
        np.minimum.at(age, history.person[theirs], (history.age_us[theirs] // DAY_US).astype(np.float64))
        features[f"days_since_{name}_{longest}d"] = np.where(np.isinf(age), np.nan, age).astype(np.float32)
    return features


def _select_counts(
    tallies: Tallies, person_id: NDArray[np.int64], settings: FeatureSettings, vocabulary: Vocabulary
) -> pl.DataFrame:
    """Keep the tallies that the vocabulary names, as (person_id, column, value)."""
    places = {token: place for place, token in enumerate(tallies.tokens)}
    column = np.full((len(tallies.tokens), len(settings.windows_days)), -1, np.int32)
    for number, code, days in vocabulary.frame.select("column", "code", "window_days").iter_rows():
        if code in places:
            column[places[code], settings.windows_days.index(days)] = number
    of_pair = column[tallies.token] if len(tallies.token) else np.full(tallies.counts.shape, -1, np.int32)
    pair, window = np.nonzero((of_pair >= 0) & (tallies.counts > 0))
    schema = schema_of(CountFeature)
    values = (person_id[tallies.person[pair]], of_pair[pair, window], tallies.counts[pair, window].astype(np.float32))
    return pl.DataFrame(dict(zip(schema, values, strict=True)), schema=schema).sort("person_id", "column")
