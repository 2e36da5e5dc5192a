"""Rows packed into single integers: equal exactly when the rows are, however many digits they have."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstdose.methods.packing import distinct_rows, pack_columns

Table = tuple[list[int], list[list[int]]]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Up to 40 digits a row, together far beyond 2^63, and rows that often differ in one digit."""
    sizes = draw(st.lists(st.integers(1, 2**20), min_size=1, max_size=40))
    row = st.tuples(*(st.integers(0, size - 1) for size in sizes)).map(list)
    rows = draw(st.lists(row, min_size=1, max_size=12))
    changes = draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), st.integers(0, len(sizes) - 1)), max_size=12))
    for source, place in changes:
        changed = list(rows[source])
        changed[place] = (changed[place] + 1) % sizes[place]
        rows.append(changed)
    return sizes, rows


@given(tables())
def test_codes_are_equal_exactly_when_rows_are(table: Table) -> None:
    sizes, rows = table
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    codes = pack_columns(columns, sizes)
    assert codes.shape == (len(rows),)
    same_rows = [[one == other for other in rows] for one in rows]
    np.testing.assert_array_equal(codes[:, None] == codes[None, :], same_rows)


def test_seven_levels_and_24_single_participants_do_not_collide() -> None:
    """Fourteen digits of base 25 pass 2^63."""
    random = np.random.default_rng(7)
    rows = random.integers(0, 25, (200_000, 14), dtype=np.int8)
    codes = pack_columns(list(rows.T), [25] * 14)
    assert len(np.unique(codes)) == len(np.unique(rows, axis=0))


def test_small_columns_do_not_overflow_their_type() -> None:
    column = np.array([100, 101, 100], dtype=np.int8)
    codes = pack_columns([column, column], [128, 128])
    assert codes.dtype == np.int64
    assert codes.tolist() == [100 * 128 + 100, 101 * 128 + 101, 100 * 128 + 100]


def test_no_rows_have_no_codes() -> None:
    empty = np.zeros(0, dtype=np.int8)
    assert pack_columns([empty] * 20, [1000] * 20).shape == (0,)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), max_size=15))
def test_distinct_rows_stand_for_all(pairs: list[tuple[int, int, int, int]]) -> None:
    counts = np.array(pairs, dtype=np.int8).reshape(len(pairs), 4)
    participants, dlts = counts[:, :2], np.minimum(counts[:, 2:], counts[:, :2])
    first, inverse = distinct_rows(participants, dlts)
    np.testing.assert_array_equal(participants[first][inverse], participants)
    np.testing.assert_array_equal(dlts[first][inverse], dlts)
    if len(pairs) > 1:
        both = np.concatenate([participants, dlts], axis=1)
        assert len(first) == len(np.unique(both, axis=0))
