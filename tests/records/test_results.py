"""Figures made of the one table of results, many at once."""

import polars as pl
import pytest

from firstdose.records.results import Result, filled, frame_of_results

FIGURES = [
    Result(chapter="dlt", table="among_evaluable", what="DLT", statistic="people", value=1.0, of=18.0, upper=0.2),
    Result(
        chapter="mri", table="lesions", what="lesions", statistic="mean", warning="nobody was scanned", method="exact"
    ),
]


def test_figures_filled_a_column_at_a_time_are_those_made_one_by_one() -> None:
    assert filled(Result, frame_of_results(FIGURES).drop("records")) == FIGURES
    assert filled(Result, frame_of_results(FIGURES).clear()) == []


def test_a_column_without_a_default_must_be_there() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        filled(Result, frame_of_results(FIGURES).drop("statistic"))
