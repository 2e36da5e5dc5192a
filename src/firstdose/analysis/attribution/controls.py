"""Negative controls: outcomes that answer to the drug and not plausibly to the cells, chosen beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.attribution.beside_the_dose import CHAPTER
from firstdose.analysis.attribution.comparisons import per_doubling, place_of, slope_of
from firstdose.analysis.attribution.periods import Periods
from firstdose.analysis.frame import Frame
from firstdose.protocol.attribution import NegativeControl
from firstdose.records.derived import LabAnalysis
from firstdose.records.results import Result

TABLE = "negative_controls"
NOT_CHOSEN = "the protocol chose no negative control beforehand"
NO_SIZE = "the protocol does not say which slope would explain the finding"
SPEAKS_AGAINST, UNDECIDED, SPEAKS_FOR = "speaks against the drug", "undecided", "speaks for the drug"


def reading(lower: float, upper: float, explaining: float) -> str:
    """What the interval of a control's dose slope says of the drug, given the slope that would explain the finding.

    It speaks against the drug where it reaches no further than short of that slope, for it where it excludes 0 on the
    same side and reaches that far, and is undecided where it holds both.
    """
    if explaining < 0:
        lower, upper, explaining = -upper, -lower, -explaining
    if upper < explaining:
        return SPEAKS_AGAINST
    return SPEAKS_FOR if lower > 0 else UNDECIDED


def negative_control(frame: Frame, control: NegativeControl, found: Periods) -> Iterator[Result]:
    """The dose slope of a control on the drug, against the size that would explain the finding."""
    place = {**place_of(found, TABLE, control.name), "within": control.kind, "objective": "exploratory"}
    unit = per_doubling(found)
    measured = _test_name(frame, control)
    if measured:
        yield Result(**place, statistic="measured", text=measured, format="text")
    yield Result(**place, statistic="reason", text=control.reason, format="text")
    slope = slope_of(frame, found, found.on)
    if isinstance(slope, str):
        yield Result(**place, statistic="slope", unit=unit, warning=slope)
        return
    yield Result(
        **place, statistic="slope", value=slope.estimate, lower=slope.lower, upper=slope.upper,
        confidence=frame.certainty, unit=unit, method="least_squares_slope", warning=found.doubts,
    )  # fmt: skip
    size = control.explaining_slope
    if not size:
        yield Result(**place, statistic="explaining_slope", unit=unit, warning=NO_SIZE)
        return
    yield Result(**place, statistic="explaining_slope", value=size, unit=unit)
    words = reading(slope.lower, slope.upper, size)
    yield Result(**place, statistic="reading", text=words, format="text", method="negative_control")


def _test_name(frame: Frame, control: NegativeControl) -> str:
    """What a laboratory test is called in the records, whose code alone few readers know; empty where they do not."""
    if control.kind != "laboratory":
        return ""
    names = frame.data[LabAnalysis].filter(test=control.name)["name"].drop_nulls()
    return str(names[0]) if len(names) else ""


def without_controls() -> Result:
    """That there are none."""
    return Result(
        chapter=CHAPTER, table=TABLE, what="none", statistic="slope", population="treated", warning=NOT_CHOSEN
    )
