"""Whether worsening goes with dose: an exact trend in proportions, and the odds per doubling of the dose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firstdose.analysis.disability.confirmed import Sought
from firstdose.analysis.dose_trends import ONE_DOSE
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import BoolArray, FloatArray, doses_in_doublings
from firstdose.analysis.share_trend import METHOD, PROBABILITIES, scores
from firstdose.methods.firth import NotConverged, firth_logistic
from firstdose.methods.trend import cochran_armitage
from firstdose.records.results import Result


def worsening_by_dose(frame: Frame, sought: Sought, where: dict[str, Any]) -> Iterator[Result]:
    """The Cochran-Armitage test over dose levels, and Firth's logistic regression on doublings of the dose."""
    same = {**where, "table": "worsening_by_dose", "what": sought.definition.name, "objective": "exploratory"}
    people = np.array([person for person in sought.watched_to if sought.measured.people.levels[person] in frame.levels])
    levels = np.array([sought.measured.people.levels[person] for person in people.tolist()], dtype=np.float64)
    firsts = sought.leading
    worsened = np.array([person in firsts for person in people.tolist()], dtype=np.bool_)
    if np.unique(levels).size < 2:
        yield Result(**same, statistic="p_doubled", format="p_value", warning=ONE_DOSE)
        return
    doubling = doses_in_doublings(sought.measured.people.doses(frame)[people])
    for result in (*_trend(frame, levels, worsened, same), *_odds(frame, doubling, worsened, same)):
        yield result._replace(warning="; ".join(filter(None, (result.warning, sought.doubt))))


def _trend(frame: Frame, levels: FloatArray, worsened: BoolArray, same: dict[str, Any]) -> Iterator[Result]:
    """The exact conditional test on the scores that every trend in proportions has."""
    score, words = scores(frame)
    different, place = np.unique(levels, return_inverse=True)
    counts, events = np.bincount(place), np.bincount(place, weights=worsened).astype(np.int64)
    try:
        found = cochran_armitage(counts, events, [score[int(level)] for level in different])
    except ValueError as refusal:
        yield Result(**same, statistic="p_doubled", format="p_value", warning=f"not exact here: {refusal}")
        return
    warning = "" if 0 < events.sum() < counts.sum() else "nobody worsened, or everyone: every order is alike"
    for statistic, meaning in PROBABILITIES.items():
        yield Result(
            **same,
            statistic=statistic,
            value=getattr(found, statistic),
            format="p_value",
            text=f"{meaning}; scores: {words}",
            method=METHOD,
            warning=warning,
        )


def _odds(frame: Frame, doubling: FloatArray, worsened: BoolArray, same: dict[str, Any]) -> Iterator[Result]:
    """The odds ratio per doubling of the dose; the control has no logarithm of a dose and is left out."""
    known = np.isfinite(doubling)
    outcome, design = worsened[known], np.column_stack([np.ones(known.sum()), doubling[known]])
    name = "odds_ratio_per_doubling"
    if not outcome.any() or outcome.all() or np.unique(design[:, 1]).size < 2:
        reason = "not estimable: nobody worsened, or everyone, or there is one dose only"
        yield Result(**same, statistic=name, warning=reason)
        return
    design[:, 1] -= design[:, 1].mean()
    try:
        fit = firth_logistic(design, outcome.astype(np.float64), certainty=frame.certainty, asked=(1,))
    except (NotConverged, ValueError) as refusal:
        yield Result(**same, statistic=name, warning=f"not estimable: {refusal}")
        return
    yield Result(
        **same,
        statistic=name,
        value=float(np.exp(fit.coefficients[1])),
        lower=float(np.exp(fit.lower[1])),
        upper=float(np.exp(fit.upper[1])),
        confidence=frame.certainty,
        method="firth_logistic",
    )
    yield Result(**same, statistic="p", value=float(fit.p[1]), format="p_value", method="firth_logistic")
