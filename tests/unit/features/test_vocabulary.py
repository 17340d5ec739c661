"""What becomes a feature, and how the matrix is put together."""

import numpy as np
import polars as pl
import pytest
from tests.unit.features.small_tables import DAY, HIDDEN, INDEX, MEMBER, SETTINGS, frame_members

from evidens.codes import NPU
from evidens.events import BucketEvents
from evidens.features import (
    FeatureError,
    FeatureSettings,
    assemble,
    build_features,
    count_codes,
    make_vocabulary,
)
from evidens.features.families import CodeFamily
from evidens.features.laboratory import load_laboratory

#   person   1    2    3    4
#   C10AA   90d  90d  3y    -
#   B03AA    -    -   90d   -
PEOPLE = frame_members(*({**MEMBER, "person_id": p, "age": 50 + p} for p in (1, 2, 3, 4)))
EVENTS = pl.DataFrame(
    [
        (1, 10, "ATC/C10AA01"),
        (1, 20, "ATC/C10AA01"),
        (2, 10, "ATC/C10AA05"),
        (3, 1095, "ATC/C10AA05"),
        (3, 10, "ATC/B03AA07"),
    ],
    orient="row",
    schema={"person_id": pl.Int64, "days": pl.Int64, "code": pl.String},
).select(
    "person_id",
    "code",
    event_at=pl.lit(INDEX) - pl.duration(days="days"),
    known_at=pl.lit(INDEX) - pl.duration(days="days"),
    value=pl.lit(None, pl.Float64),
)
BUCKET = BucketEvents.of(EVENTS)


def settings(min_people: int) -> FeatureSettings:
    return FeatureSettings((CodeFamily({"ATC": (5,)}, ("90d", "1825d"), groups=False, min_people=min_people),))


def test_a_count_is_a_feature_when_enough_people_have_it_in_that_window() -> None:
    def names(min_people: int) -> tuple[str, ...]:
        counts = count_codes(BUCKET, PEOPLE, settings=settings(min_people), excluded=HIDDEN)
        return make_vocabulary([counts], settings(min_people)).names

    assert names(1) == ("n_ATC/B03AA_90d", "n_ATC/B03AA_1825d", "n_ATC/C10AA_90d", "n_ATC/C10AA_1825d")
    assert names(2) == ("n_ATC/C10AA_90d", "n_ATC/C10AA_1825d")
    assert names(3) == ("n_ATC/C10AA_1825d",)
    assert names(4) == ()


def test_buckets_add_up_to_the_whole() -> None:
    whole = count_codes(BUCKET, PEOPLE, settings=settings(1), excluded=HIDDEN)
    parts = [
        count_codes(
            BucketEvents.of(EVENTS.filter(pl.col("person_id") % 2 == k)),
            PEOPLE.filter(pl.col("person_id") % 2 == k),
            settings=settings(1),
            excluded=HIDDEN,
        )
        for k in (0, 1)
    ]
    assert make_vocabulary(parts, settings(1)).frame.equals(make_vocabulary([whole], settings(1)).frame)


def test_the_matrix_follows_the_order_of_the_people_asked_for() -> None:
    vocabulary = make_vocabulary([count_codes(BUCKET, PEOPLE, settings=SETTINGS, excluded=HIDDEN)], SETTINGS)
    parts = [
        build_features(
            PEOPLE.filter(pl.col("person_id") % 2 == k),
            BUCKET,
            settings=SETTINGS,
            vocabulary=vocabulary,
            excluded=HIDDEN,
        )
        for k in (0, 1)
    ]
    dense, counts = (pl.concat([getattr(part, name) for part in parts]) for name in ("dense", "counts"))
    order = PEOPLE[[2, 0, 3, 1]]
    matrix = assemble(dense, counts, vocabulary, order)
    assert matrix.person_id.tolist() == [3, 1, 4, 2]
    assert matrix.index_at.tolist() == [INDEX] * 4
    column = {name: matrix.matrix[:, [j]].toarray().ravel() for j, name in enumerate(matrix.names)}
    assert column["age"].tolist() == [53, 51, 54, 52]
    assert column["n_ATC/C10AA_1825d"].tolist() == [1, 2, 0, 1]
    assert np.isnan(column["hba1c_latest_1825d"]).all()
    assert matrix.matrix.dtype == np.float32
    assert len(set(matrix.names)) == matrix.matrix.shape[1]


def test_a_person_with_two_index_dates_is_one_person_who_has_the_code() -> None:
    twice = pl.concat([PEOPLE, PEOPLE.with_columns(index_at=pl.col("index_at") + 5 * DAY)])
    counted = count_codes(BUCKET, twice, settings=settings(1), excluded=HIDDEN)
    assert counted.equals(count_codes(BUCKET, PEOPLE, settings=settings(1), excluded=HIDDEN))


def test_rows_of_one_person_keep_their_own_counts() -> None:
    earlier = INDEX - 1000 * DAY  # before the dispensings of the last days, after the one of three years ago
    twice = frame_members(*({**MEMBER, "person_id": p, "index_at": at} for p in (1, 3) for at in (earlier, INDEX)))
    vocabulary = make_vocabulary([count_codes(BUCKET, twice, settings=settings(1), excluded=HIDDEN)], settings(1))
    features = build_features(twice, BUCKET, settings=settings(1), vocabulary=vocabulary, excluded=HIDDEN)
    matrix = assemble(features.dense, features.counts, vocabulary, twice)
    column = matrix.names.index("n_ATC/C10AA_1825d")
    assert matrix.matrix[:, [column]].toarray().ravel().tolist() == [0, 2, 1, 1]


def test_the_matrix_stores_what_is_missing_and_no_zero() -> None:
    vocabulary = make_vocabulary([], SETTINGS)
    features = build_features(PEOPLE, BUCKET, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
    matrix = assemble(features.dense, features.counts, vocabulary, PEOPLE).matrix
    cells = features.dense.drop("person_id", "index_at").to_numpy()
    assert np.array_equal(matrix.toarray(), cells, equal_nan=True)
    assert (matrix.data != 0).all()
    assert 0 < matrix.nnz < cells.size


def test_a_person_without_features_stops_the_matrix() -> None:
    vocabulary = make_vocabulary([], SETTINGS)
    features = build_features(PEOPLE.head(3), BUCKET, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
    with pytest.raises(FeatureError, match="1 of 4 people have no row"):
        assemble(features.dense, features.counts, vocabulary, PEOPLE)


def test_features_of_another_index_date_do_not_pass() -> None:
    vocabulary = make_vocabulary([], SETTINGS)
    features = build_features(PEOPLE, BUCKET, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
    later = PEOPLE.with_columns(index_at=pl.col("index_at") + DAY)
    with pytest.raises(FeatureError, match="4 of 4"):
        assemble(features.dense, features.counts, vocabulary, later)


def test_every_analyte_has_valid_codes_and_one_unit() -> None:
    entries = load_laboratory().entries
    assert all(NPU.is_code(code) for code in entries["code"])
    assert entries["code"].is_unique().all()
    assert (
        (entries.group_by("analyte").agg(pl.col("unit", "label").n_unique()).select("unit", "label") == 1)
        .to_numpy()
        .all()
    )
