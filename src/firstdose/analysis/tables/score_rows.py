"""Scores as summaries see them, and which of them begin or confirm a worsening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.disability.definitions import EVENTS
from firstdose.analysis.frame import Frame
from firstdose.analysis.laboratory.shifts import after_start
from firstdose.analysis.scores.measured import SCORE
from firstdose.analysis.visit_summaries import is_planned, last_at_visits
from firstdose.records.derived import ScoreAnalysis

KEYS = ["subject", "measure", "part", "day"]
MARKS = {"onset": pl.Boolean(), "confirming": pl.Boolean()}


def score_rows(frame: Frame, sought: Iterable[Sought]) -> pl.DataFrame:
    """A row a score or part of one, columns as `ScoreRow`; ``sought`` is what `worsening_sought` found."""
    leading = [each for each in sought if each.definition.leads and each.definition.is_of_worsening]
    titles = {each.measured.name: each.definition.preset.title for each in leading}
    marks = pl.DataFrame(list(_marks(leading)), schema=MARKED, orient="row").group_by(KEYS).agg(pl.col(MARKS).any())
    scores = frame.data[ScoreAnalysis]
    is_score = pl.col("part") == SCORE
    title = pl.col("measure").replace_strict(titles, default=None, return_dtype=pl.String)
    return (
        scores.join(_shown(scores), on=KEYS, how="left", maintain_order="left")
        .join(marks, on=KEYS, how="left", maintain_order="left")
        .select(
            *KEYS,
            is_after=after_start(),
            is_summarised=pl.col("shown").fill_null(False),
            definition=pl.when(is_score).then(title),
            is_onset=pl.col("onset").fill_null(False),
            confirms=pl.col("confirming").fill_null(False),
        )
    )


MARKED = {"subject": pl.String(), "measure": pl.String(), "part": pl.String(), "day": pl.Int64(), **MARKS}


def _shown(scores: pl.DataFrame) -> pl.DataFrame:
    """The scores that summaries by visit show: the last of each person at a planned visit."""
    numbered = scores.with_row_index("number").filter(
        (pl.col("part") == SCORE) & (pl.col("state") == "score") & pl.col("value").is_not_null() & is_planned()
    )
    last = last_at_visits(numbered.with_columns(what="measure", within=pl.lit("")))
    return last.select(*KEYS, shown=True)


def _marks(leading: Iterable[Sought]) -> Iterator[tuple[object, ...]]:
    """The scores at which the first worsening of a person begins and is confirmed."""
    for each in leading:
        measured = each.measured
        for person, found in each.first(*EVENTS[each.definition.events[0]]).items():
            subject = measured.people.subjects[person]
            yield subject, measured.name, SCORE, int(measured.day[found.onset_row]), True, False
            if found.confirming_row is not None:
                yield subject, measured.name, SCORE, int(measured.day[found.confirming_row]), False, True
