"""The chapter on attribution: the cells, or the drug around them; and what the trial's design cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from firstdose.analysis.attribution.beside_the_dose import CHAPTER, Beside, beside_of, beside_the_dose, runs_beside
from firstdose.analysis.attribution.comparisons import (
    about_comparisons,
    adjusted_for_outcomes,
    comparisons,
    slope_of,
    without_normalising,
)
from firstdose.analysis.attribution.controls import negative_control, without_controls
from firstdose.analysis.attribution.drug import Drug, drug_in_question, drug_taken
from firstdose.analysis.attribution.e_value_rows import CONTRAST_AFTER, e_value_rows
from firstdose.analysis.attribution.identified import drug_rows, identified
from firstdose.analysis.attribution.outcome import Outcome
from firstdose.analysis.attribution.periods import periods
from firstdose.analysis.attribution.sources import Missing, Wanted, outcome_of, wanted_outcomes
from firstdose.analysis.attribution.tipping_points import drift_grid_rows, drug_grid
from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import fluids_for_classes, prepared_fluids
from firstdose.methods.straight_line import Slope
from firstdose.protocol.attribution import AttributedOutcome
from firstdose.records.results import Result


def attribution(frame: Frame) -> Iterator[Result]:
    """What went along with the dose, what the design can tell, every comparison, and what would undo a finding."""
    treatment = drug_in_question(frame)
    drug = None if treatment is None else drug_taken(frame, treatment)
    beside = beside_of(frame, treatment)
    yield from drug_rows(frame, treatment, drug)
    yield from beside_the_dose(frame, beside, treatment.drug if treatment else "")
    prepared = prepared_fluids(frame)
    yield from runs_beside(frame, prepared)
    for_classes = fluids_for_classes(frame, prepared)
    wanted = wanted_outcomes(frame, prepared)
    if not wanted:
        warning = "no measure of an endpoint has a value, and the protocol names no outcome"
        yield Result(chapter=CHAPTER, table="comparisons", what="none", statistic="estimate", warning=warning)
    else:
        takers = [] if drug is None else [drug.took(each) is not False for each in frame.people("treated")["subject"]]
        yield from about_comparisons(any(takers))
    yield from adjusted_for_outcomes(
        row
        for each in wanted
        for row in _outcome(frame, outcome_of(frame, each, prepared, for_classes), each, drug, beside)
    )
    if drug is None:
        return
    controls = frame.protocol.attribution.negative_controls
    for control in controls:
        made = outcome_of(frame, control, prepared, for_classes)
        if isinstance(made, Missing):
            yield _missing("negative_controls", made)
        else:
            yield from negative_control(frame, control, periods(frame, made, drug))
    if not controls:
        yield without_controls()


def _outcome(
    frame: Frame, made: Outcome | Missing, wanted: Wanted, drug: Drug | None, beside: Beside
) -> Iterator[Result]:
    """Everything about one outcome."""
    if isinstance(made, Missing):
        yield _missing("comparisons", made)
        return
    found = periods(frame, made, drug)
    trough = _troughs(made, beside)
    plan = wanted if isinstance(wanted, AttributedOutcome) else AttributedOutcome(name=wanted.name)
    yield from identified(found)
    yield from comparisons(frame, found, trough)
    if made.not_normalised is not None:
        yield from without_normalising(frame, periods(frame, replace(made, value=made.not_normalised), drug))
    yield from drug_grid(frame, found, plan, drug.treatment if drug else None, trough)
    yield from drift_grid_rows(frame, found, plan, beside)
    yield from e_value_rows(frame, found, found.leading)
    after = slope_of(frame, found, found.after)
    if found.has_drug and isinstance(after, Slope) and after.lower * after.upper > 0:
        yield from e_value_rows(frame, found, found.after, CONTRAST_AFTER)


def _troughs(outcome: Outcome, beside: Beside) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean troughs of the people of an outcome; nan without."""
    known = dict(zip(beside.subjects, beside.trough.tolist(), strict=True))
    return np.array([known.get(each, np.nan) for each in outcome.people.subjects], dtype=np.float64)


def _missing(table: str, made: Missing) -> Result:
    return Result(chapter=CHAPTER, table=table, what=made.name, statistic="estimate", warning=made.why)
