"""Who counts for dose-limiting toxicity, who is replaced, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum

from firstdose.protocol.escalation import DltDefinition, EvaluableRule, dose_in_words
from firstdose.protocol.expression import Answer, some
from firstdose.protocol.product import DoseTolerance
from firstdose.safety.dlt import trial_day

ROUNDING = 1e-9
EXACT = DoseTolerance(below=0, above=0, unit="%")


class Status(Enum):
    """Whether a participant counts for DLTs."""

    NOT_DOSED = "not dosed"
    PENDING = "pending"
    EVALUABLE = "evaluable"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True)
class Treated:
    """What evaluability rests on; doses are in the unit of the dose levels.

    ``dlts`` are the answers for each event that may be one; ``left_at`` is when follow-up for DLTs ended early.
    """

    participant: str
    dose_assigned: float
    dose_given: float | None
    procedure_start: datetime | None
    dlts: tuple[Answer, ...] = ()
    left_at: datetime | None = None
    left_because: str | None = None


@dataclass(frozen=True)
class Evaluability:
    """A participant's status, with every reason for it."""

    participant: str
    status: Status
    reasons: tuple[str, ...]
    has_dlt: Answer
    is_replaced: bool = False


def is_within_tolerance(dose_assigned: float, dose_given: float, tolerance: DoseTolerance | None) -> bool:
    """Whether the dose given counts as the dose assigned; without a tolerance only the very dose does."""
    lowest, highest = _limits(dose_assigned, tolerance or EXACT)
    return lowest * (1 - ROUNDING) <= dose_given <= highest * (1 + ROUNDING)


def _limits(dose: float, tolerance: DoseTolerance) -> tuple[float, float]:
    """The lowest and highest dose that count as this one."""
    if tolerance.unit == "%":
        return dose * (1 - tolerance.below / 100), dose * (1 + tolerance.above / 100)
    return dose - tolerance.below, dose + tolerance.above


def level_of_dose(dose_given: float, doses: Sequence[float], tolerance: DoseTolerance | None) -> int | None:
    """The level (from 1) whose dose the dose given counts as; None where it lies between levels.

    Where tolerances of two levels overlap it is the nearer dose's.
    """
    fitting = [
        (abs(dose - dose_given), level)
        for level, dose in enumerate(doses, start=1)
        if is_within_tolerance(dose, dose_given, tolerance)
    ]
    return min(fitting)[1] if fitting else None


def evaluability(
    treated: Treated,
    as_of: datetime,
    zone: tzinfo,
    definition: DltDefinition,
    rule: EvaluableRule | None,
    tolerance: DoseTolerance | None = None,
) -> Evaluability:
    """A DLT within the window makes evaluable; so do the full dose and a completed window without one.

    Who is neither, and can no longer become so, is not evaluable, and is replaced where the protocol says so.
    """
    has_dlt = some(treated.dlts)
    if treated.procedure_start is None or treated.dose_given is None or treated.procedure_start > as_of:
        return Evaluability(treated.participant, Status.NOT_DOSED, ("not dosed",), None)
    if has_dlt is True:
        return Evaluability(treated.participant, Status.EVALUABLE, ("a DLT within the window",), True)
    failures = tuple(_failures(treated, as_of, zone, definition, tolerance))
    waits = tuple(_waits(treated, as_of, zone, definition, has_dlt, bool(failures)))
    if waits:
        return Evaluability(treated.participant, Status.PENDING, failures + waits, has_dlt)
    if failures:
        replaced = rule is not None and rule.replaced
        return Evaluability(treated.participant, Status.NOT_EVALUABLE, failures, False, replaced)
    reason = f"the full dose, and day {definition.window_days} completed without a DLT"
    return Evaluability(treated.participant, Status.EVALUABLE, (reason,), False)


def _failures(
    treated: Treated, as_of: datetime, zone: tzinfo, definition: DltDefinition, tolerance: DoseTolerance | None
) -> Iterable[str]:
    """Why a participant without a DLT cannot be evaluable."""
    assigned, given, start = treated.dose_assigned, treated.dose_given, treated.procedure_start
    if given is None or start is None:
        return
    if not is_within_tolerance(assigned, given, tolerance):
        side = "below" if given < assigned else "above"
        yield f"given {dose_in_words(given)} of {dose_in_words(assigned)}, {side} the tolerance"
    if treated.left_at is not None and treated.left_at <= as_of:
        day = trial_day(treated.left_at, start, zone)
        if day <= definition.window_days:
            because = f": {treated.left_because}" if treated.left_because else ""
            yield f"follow-up ended on day {day} of {definition.window_days}{because}"


def _waits(
    treated: Treated, as_of: datetime, zone: tzinfo, definition: DltDefinition, has_dlt: Answer, failed: bool
) -> Iterable[str]:
    """What may still change the status: an event to be adjudicated, or days of the window to come."""
    if has_dlt is None:
        yield "an event waits for adjudication"
    start = treated.procedure_start
    has_left = treated.left_at is not None and treated.left_at <= as_of
    if start is None or has_left:
        return
    day = trial_day(as_of, start, zone)
    if day <= definition.window_days:
        words = "a DLT would still make evaluable" if failed else "the window is open"
        yield f"day {day} of {definition.window_days}: {words}"


def replaced(participants: Iterable[Evaluability]) -> tuple[Evaluability, ...]:
    """Who is replaced, with the reasons."""
    return tuple(participant for participant in participants if participant.is_replaced)
