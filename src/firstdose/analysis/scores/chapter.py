"""The chapter on the scores of every measure: what was seen at visits, mixed models, and exact trends over doses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from firstdose.analysis.counting import number_of
from firstdose.analysis.dose_trends import dose_trends
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.changes_at_visits import Changes, changes_at, key_visits, last_changes, planned_visits
from firstdose.analysis.scores.measured import MRI_MEASURES, SCORE, Measured, measured, names_of_measures
from firstdose.analysis.scores.score_models import score_models
from firstdose.analysis.scores.visits_due import still_open
from firstdose.analysis.visit_summaries import Place, summaries
from firstdose.measures import MEASURES
from firstdose.records.derived import ScoreAnalysis
from firstdose.records.frames import identity
from firstdose.records.results import Result

CHAPTER = "scores"
TREND_SEED = 7_100


def scores(frame: Frame) -> Iterator[Result]:
    """Every measure of the protocol or the data: completeness, summaries by visit, models, and trends over doses."""
    names = names_of_measures(frame)
    if not names:
        reason = "the protocol names no measure, and there are no scores"
        yield Result(chapter=CHAPTER, table="completeness", what="none", statistic="scored", warning=reason)
    every = [measured(frame, name) for name in names]
    for each in every:
        yield from _completeness(frame, each)
    yield from _summaries(frame, names)
    for each in every:
        if each.person.size:
            yield from score_models(frame, each)
    for place, each in enumerate(every):
        if each.person.size:
            yield from score_trends(frame, each, frame.seed + TREND_SEED + place)


def score_trends(frame: Frame, each: Measured, seed: int) -> Iterator[Result]:
    """Exact trends of the change over ordered doses at every key visit and at the last score of each person.

    Being unable after having been able ranks as worse than any change.
    """
    doses, worse_is = each.people.doses(frame), 1 if each.measure.worse == "higher" else -1
    where: dict[str, Any] = {
        "chapter": CHAPTER,
        "table": "dose_trends",
        "what": each.name,
        "population": each.people.analysis_set,
    }
    for changes in (changes_at(each, key_visits(frame, each)), last_changes(each)):
        for number, visit in enumerate(changes.visits):
            values = changes.ranked(number, worse_is)
            warning = "; ".join(_cautions(frame, changes, number))
            yield from dose_trends(frame, values, doses, seed=seed, warning=warning, **where, when=visit)


def _cautions(frame: Frame, changes: Changes, number: int) -> Iterator[str]:
    unable = int(changes.unable[:, number].sum())
    if unable:
        yield f"unable to perform, ranked as worse than any other: {number_of(unable, 'people')}"
    if 0 in frame.levels:
        yield "the control counts as dose 0"


def _summaries(frame: Frame, names: list[str]) -> Iterator[Result]:
    """What was scored at each visit and how far from the baseline, in the shape that `summaries` takes."""
    for objective in dict.fromkeys(frame.objective(name) for name in names):
        some = [name for name in names if frame.objective(name) == objective]
        rows = frame.data[ScoreAnalysis].filter(
            (pl.col("part") == SCORE) & (pl.col("state") == "score") & pl.col("measure").is_in(some)
        )
        frames = rows.with_row_index("number").select(
            "unit",
            "subject",
            "visit",
            "day",
            pl.col("number").cast(pl.Int64),
            "value",
            pl.when(pl.col("measure").is_in(MRI_MEASURES)).then(None).otherwise(pl.col("baseline")).alias("baseline"),
            what="measure",
            within=pl.lit(""),
            is_after=pl.col("change").is_not_null(),
            record=pl.lit("scores:") + identity(ScoreAnalysis),
        )
        if frames.height:
            yield from summaries(frame, frames, Place(CHAPTER, "scores_by_visit", "change_by_visit", objective))


def _completeness(frame: Frame, each: Measured) -> Iterator[Result]:
    """People scored, unable and without a score at each visit; nobody at all is said in one row.

    Nothing is missing of a visit whose window is not over by the last day of the data: it is not due yet.
    """
    where: dict[str, Any] = {
        "chapter": CHAPTER,
        "table": "completeness",
        "what": each.name,
        "population": each.people.analysis_set,
        "objective": frame.objective(each.name),
        "format": "count",
        "unit": "people",
    }
    if not each.person.size:
        warning = f"nobody has a result of the {MEASURES[each.name].title}"
        yield Result(**where, statistic="scored", value=0.0, of=float(each.people.count), warning=warning)
        return
    scored, unable = _states_at_visits(each)
    seen = {(person, visit) for person, visit in zip(each.person.tolist(), each.visit, strict=True) if visit}
    is_open = still_open(frame, each.people.subjects)
    for visit in planned_visits(frame, each):
        for group, people in each.people.groups(frame):
            counts = {
                "scored": sum((person, visit) in scored for person in people),
                "unable": sum((person, visit) in unable for person in people),
            }
            counts["not_due_yet"] = sum(is_open(person, visit) and (person, visit) not in seen for person in people)
            counts["missing"] = len(people) - sum(counts.values())
            for statistic, count in counts.items():
                yield Result(
                    **where, group=group, when=visit, statistic=statistic, value=float(count), of=float(len(people))
                )


def _states_at_visits(each: Measured) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Persons at visits with a score, and those who were unable and have none."""
    scored: set[tuple[int, str]] = set()
    unable: set[tuple[int, str]] = set()
    for person, visit, value, is_unable in zip(
        each.person.tolist(), each.visit, each.value.tolist(), each.unable.tolist(), strict=True
    ):
        if visit is not None and np.isfinite(value):
            scored.add((person, visit))
        elif visit is not None and is_unable:
            unable.add((person, visit))
    return scored, unable - scored
