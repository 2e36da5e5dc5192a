"""Timed tests that are done twice: the mean of the trials that were completed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from firstdose.measures.item import Answers, numeric
from firstdose.measures.result import Missing, Result, Score, UnableToPerform


def mean_of_trials(answers: Answers, trials: Sequence[str], unit: str = "s") -> Result:
    """The mean time; one completed trial is enough, and is remarked upon.

    Unable only if no trial was completed and the person could not do at least one.
    """
    times = {name: time for name in trials if (time := numeric(answers.get(name))) is not None}
    reasons = {name: answer.reason for name in trials if isinstance(answer := answers.get(name), UnableToPerform)}
    remarks = tuple(
        f"{name}: unable to perform, {reasons[name]}" if name in reasons else f"{name}: not done"
        for name in trials
        if name not in times
    )
    if times:
        return Score(fmean(times.values()), unit, times, remarks=remarks)
    if reasons:
        return UnableToPerform("; ".join(dict.fromkeys(reasons.values())))
    return Missing("not answered: " + ", ".join(trials))
