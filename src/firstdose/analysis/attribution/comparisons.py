"""The comparisons that may separate the cells from the drug: what each separates, what it needs, and its estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.analysis.attribution.beside_the_dose import CHAPTER
from firstdose.analysis.attribution.dose_slopes import adjusted_slopes, permuted_slope
from firstdose.analysis.attribution.held_runs import directions_of, slope_at_same_run
from firstdose.analysis.attribution.periods import Changes, Periods
from firstdose.analysis.dose_trends import ONE_DOSE
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray
from firstdose.analysis.visit_summaries import mean_interval
from firstdose.methods.false_discovery import holm
from firstdose.methods.straight_line import Slope
from firstdose.records.results import Result

TABLE = "comparisons"
SEED = 47_100
VISIT_EFFECT, SLOPE_ON, SLOPE_AFTER = "visit_effect_on_drug", "dose_slope_on_drug", "dose_slope_after_drug"
DIFFERENCE, TROUGH = "difference_of_slopes", "dose_slope_given_trough"
P_ADJUSTED = "p_adjusted"
TOGETHER = (SLOPE_ON, SLOPE_AFTER)
"""Slopes whose p are adjusted together."""
NOT_NORMALISED = "_not_normalised"
"""Ends the name of a slope that is of values before normalisation."""
VISIT_EFFECT_ALONE, SLOPE_ALONE = "visit_effect", "dose_slope"


@dataclass(frozen=True)
class Comparison:
    """What a comparison separates, and what must be taken for granted."""

    separates: str
    needs: str


COMPARISONS = {
    VISIT_EFFECT: Comparison("no", "nothing separates the cells, the drug and the course of time here"),
    SLOPE_ON: Comparison("between doses", "exposure to the drug unrelated to dose; no drift between cohorts"),
    SLOPE_AFTER: Comparison(
        "between doses, without the drug", "no carry-over and no rebound after the drug; no drift between cohorts"
    ),
    DIFFERENCE: Comparison(
        "whether the drug changes the slope",
        "no carry-over and no rebound after the drug; the slope does not change with the time since the graft; "
        "no drift between cohorts",
    ),
    TROUGH: Comparison(
        "between doses, at the same trough",
        "troughs measured without error at known times; removes the link of trough and dose only",
    ),
    VISIT_EFFECT_ALONE: Comparison("no", "without treatment nothing would have changed"),
    SLOPE_ALONE: Comparison("between doses", "no drift between cohorts"),
}
"""Of each comparison by its key; the last two are for trials without a drug."""


def comparisons(frame: Frame, found: Periods, trough: FloatArray) -> Iterator[Result]:
    """All comparisons of one outcome; ``trough`` (people,) holds mean troughs, nan without."""
    if not found.has_drug:
        yield from _mean(frame, found, VISIT_EFFECT_ALONE, found.after.value)
        yield from _slope(frame, found, SLOPE_ALONE, found.after)
        return
    yield from _mean(frame, found, VISIT_EFFECT, found.on.value)
    yield from _slope(frame, found, SLOPE_ON, found.on)
    yield from _slope(frame, found, SLOPE_AFTER, found.after)
    yield from _slope(frame, found, DIFFERENCE, found.after - found.on)
    yield from _given_trough(frame, found, trough)


def without_normalising(frame: Frame, found: Periods) -> Iterator[Result]:
    """The slopes of an outcome whose values were normalised, from its values as they were before that."""
    periods = {SLOPE_ON: found.on, SLOPE_AFTER: found.after} if found.has_drug else {SLOPE_ALONE: found.after}
    for what, values in periods.items():
        place, slope = place_of(found, TABLE, what + NOT_NORMALISED), slope_of(frame, found, values)
        if isinstance(slope, str):
            yield Result(**place, statistic="estimate", unit=per_doubling(found), warning=slope)
        else:
            yield Result(
                **place, statistic="estimate", value=slope.estimate, lower=slope.lower, upper=slope.upper,
                confidence=frame.certainty, unit=per_doubling(found), method="least_squares_slope",
            )  # fmt: skip


def slope_of(frame: Frame, found: Periods, changes: Changes, among: BoolArray | None = None) -> Slope | str:
    """The slope of everybody's change on doublings of the dose, at the same run of measurement; or why there is none.

    ``among`` (people,) leaves out who is not to be used.
    """
    known = _known(found, changes)
    if among is not None:
        known &= among
    doubling = found.outcome.doubling[known]
    if not known.any():
        return "nobody has a value"
    if np.unique(doubling).size < 2:
        return ONE_DOSE
    try:
        used = changes.of(known)
        return slope_at_same_run(doubling, used.value, used.runs, certainty=frame.certainty)
    except ValueError as refusal:
        return f"not estimable: {refusal}"


def _known(found: Periods, changes: Changes) -> BoolArray:
    """Whose change and dose are known."""
    return np.asarray(np.isfinite(changes.value) & np.isfinite(found.outcome.doubling))


def place_of(found: Periods, table: str, what: str) -> dict[str, Any]:
    """Where figures of one outcome stand."""
    return {
        "chapter": CHAPTER,
        "table": table,
        "what": what,
        "within": found.outcome.name,
        "population": found.outcome.people.analysis_set,
        "objective": found.outcome.objective,
    }


def per_doubling(found: Periods) -> str:
    """The unit of a slope."""
    return f"{found.outcome.unit} per doubling of the dose".strip()


def about_comparisons(has_drug: bool) -> Iterator[Result]:
    """What each comparison separates and needs, once for all outcomes."""
    alone = (VISIT_EFFECT_ALONE, SLOPE_ALONE)
    for what, each in COMPARISONS.items():
        if (what in alone) == has_drug:
            continue
        place: dict[str, Any] = {"chapter": CHAPTER, "table": "needs", "what": what, "population": "treated"}
        yield Result(**place, statistic="separates", text=each.separates, format="text")
        yield Result(**place, statistic="needs", text=each.needs, format="text")


def _mean(frame: Frame, found: Periods, what: str, values: FloatArray) -> Iterator[Result]:
    """Everybody's mean change, which separates nothing."""
    place = place_of(found, TABLE, what)
    known = values[np.isfinite(values)]
    yield _people(found, place, np.isfinite(values))
    if not known.size:
        yield Result(**place, statistic="estimate", unit=found.outcome.unit, warning="nobody has a value")
        return
    spread = float(known.std(ddof=1)) if known.size > 1 else None
    limits = mean_interval(known.size, float(known.mean()), spread, frame.certainty)
    warning = "" if limits else "too few people, or no differences between them, for an interval"
    mean = float(known.mean())
    yield Result(**place, statistic="estimate", value=mean, unit=found.outcome.unit, warning=warning, **limits)


def _slope(frame: Frame, found: Periods, what: str, changes: Changes) -> Iterator[Result]:
    """A slope with its t interval, and its test by permuting doses between people."""
    place = place_of(found, TABLE, what)
    known = _known(found, changes)
    yield _people(found, place, known)
    fitted = slope_of(frame, found, changes)
    if isinstance(fitted, str):
        yield Result(**place, statistic="estimate", unit=per_doubling(found), warning=fitted)
        return
    same = {**place, "method": "least_squares_slope"}
    yield Result(
        **same, statistic="estimate", value=fitted.estimate, lower=fitted.lower, upper=fitted.upper,
        confidence=frame.certainty, unit=per_doubling(found),
    )  # fmt: skip
    yield Result(**same, statistic="p", value=fitted.p, format="p_value")
    used = changes.of(known)
    test = permuted_slope(found.outcome.doubling[known], used.value, frame.seed + SEED, used.runs)
    same["method"] = "slope_permutation"
    yield Result(**same, statistic="p_permutation", value=test.p, format="p_value")
    if test.smallest > 0.01:
        yield Result(**same, statistic="smallest_attainable_p", value=test.smallest, format="p_value")


def adjusted_for_outcomes(rows: Iterable[Result]) -> Iterator[Result]:
    """The rows, and behind each p of a slope the same adjusted over all outcomes.

    Slopes on the drug and after it are the findings of one trial, so they are adjusted together; other comparisons each
    over the outcomes that have them. The intervals are those of one outcome and period each and stay as they are.
    Nothing is added where there is one p only.
    """
    held = list(rows)
    places: dict[str, dict[int, float]] = {}
    for place, each in enumerate(held):
        if each.table == TABLE and each.statistic == "p" and each.value is not None:
            places.setdefault("slopes" if each.what in TOGETHER else each.what, {})[place] = each.value
    found: dict[int, float] = {}
    for several in (each for each in places.values() if len(each) > 1):
        found |= zip(several, holm(list(several.values())).tolist(), strict=True)
    for place, each in enumerate(held):
        yield each
        if place in found:
            yield each._replace(statistic=P_ADJUSTED, value=found[place], method="holm")


def _given_trough(frame: Frame, found: Periods, trough: FloatArray) -> Iterator[Result]:
    """The slope on the drug among people of the same trough, beside the slope in the same people without it."""
    place = place_of(found, TABLE, TROUGH)
    known = _known(found, found.on) & np.isfinite(trough)
    yield _people(found, place, known)
    doubling, used = found.outcome.doubling[known], found.on.of(known)
    unit = per_doubling(found)
    if not np.isfinite(trough).any():
        yield Result(**place, statistic="estimate", unit=unit, warning="no trough of the drug that can be used")
        return
    if np.unique(doubling).size < 2:
        yield Result(**place, statistic="estimate", unit=unit, warning=ONE_DOSE)
        return
    try:
        columns = np.column_stack([doubling, trough[known], directions_of(used.runs)])
        slope, of_trough, *_ = adjusted_slopes(columns, used.value, certainty=frame.certainty)
    except ValueError as refusal:
        yield Result(**place, statistic="estimate", unit=unit, warning=f"not estimable: {refusal}")
        return
    same = {**place, "method": "adjusted_slope", "confidence": frame.certainty}
    yield Result(**same, statistic="estimate", value=slope.estimate, lower=slope.lower, upper=slope.upper, unit=unit)
    yield Result(**{**same, "confidence": None}, statistic="p", value=slope.p, format="p_value")
    yield Result(
        **same, statistic="slope_of_trough", value=of_trough.estimate, lower=of_trough.lower, upper=of_trough.upper,
        unit=f"{found.outcome.unit} per unit of the trough",
    )  # fmt: skip


def _people(found: Periods, place: dict[str, Any], known: BoolArray) -> Result:
    """How many people the comparison rests on, and the records of their values."""
    everyone = float(found.outcome.people.count)
    used = np.flatnonzero(known[found.outcome.person]).tolist()
    return Result(
        **place,
        statistic="people",
        value=float(known.sum()),
        of=everyone,
        format="count",
        unit="people",
        warning=found.doubts,
        records=tuple(found.outcome.records[row] for row in used),
    )
