"""Figures made of the one table of results, many at once."""

import polars as pl
import pytest

from firstdose.records.results import Result, frame_of_results, results_in

FIGURES = [
    Result(chapter="dlt", table="among_evaluable", what="DLT", statistic="people", value=1.0, of=18.0, upper=0.2),
    Result(
        chapter="mri", table="lesions", what="lesions", statistic="mean", warning="nobody was scanned", method="exact"
    ),
]


def test_figures_read_from_a_frame_are_those_it_was_made_of() -> None:
    assert results_in(frame_of_results(FIGURES).drop("records")) == FIGURES
    assert results_in(frame_of_results(FIGURES).clear()) == []


def test_a_column_without_a_default_must_be_there() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        results_in(frame_of_results(FIGURES).drop("statistic"))
