"""Small trials for the tests of attribution: people dosed month after month, with tacrolimus unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from firstdose.analysis.attribution.chapter import attribution
from firstdose.analysis.frame import Frame
from firstdose.protocol.attribution import AttributedOutcome, Attribution
from firstdose.protocol.plan import Protocol
from firstdose.records import Batch, Dosing, Medication, PartialDate, PartialDateTime, read_partial_date_time
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import LabAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.trial_data import TrialData
from tests.analysis.made_scores import course
from tests.analysis.small_trials import PROTOCOL, Figures, person

FIRST = date(2026, 1, 5)
DAYS = {"M0": -1, "M3": 91, "M12": 365}
SIZES = (3, 3, 3, 6)
EDSS_ONLY = replace(PROTOCOL, attribution=Attribution(outcomes=(AttributedOutcome(name="edss"),)))

Value = Callable[[int, float, str], float]


def moment(text: str) -> PartialDateTime:
    found = read_partial_date_time(text)
    assert found is not None
    return found


def day_of(number: int) -> date:
    """When person `number` is dosed: a month after the one before."""
    return FIRST + timedelta(30 * number)


def tacrolimus(number: int, *, start: str | None = "", end: str | None = "", **fields: Any) -> Medication:
    """Tacrolimus of a person from the day of dosing to day 183, unless told otherwise."""
    first, last = day_of(number).isoformat(), (day_of(number) + timedelta(183)).isoformat()
    return Medication(
        subject=f"P{number:02}",
        number=1,
        drug="tacrolimus",
        background_treatment="tacrolimus",
        start=moment(start or first) if start is not None else None,
        end=moment(end or last) if end is not None else None,
        **fields,
    )


def slope_and_noise(number: int, dose: float, visit: str) -> float:
    """An outcome that rises by 0.5 per doubling after dosing, with a spread that is fixed."""
    draw = np.random.default_rng(100 * number + DAYS.get(visit, 0) % 97)
    rise = 0.5 * np.log2(dose) if DAYS.get(visit, 1) > 0 and dose else 0.0
    return float(6.5 + rise + draw.normal(scale=0.2))


def trial(
    levels: Sequence[int],
    *,
    medications: Iterable[Medication] | None = None,
    value: Value = slope_and_noise,
    days: Mapping[str, int] = DAYS,
    troughs: Mapping[int, float] | None = None,
    laboratory: Iterable[LabAnalysis] = (),
    batches: Mapping[int, str] | None = None,
    dated: Callable[[int], str] | None = None,
    protocol: Protocol = EDSS_ONLY,
) -> Frame:
    """One person at each of these levels, dosed in this order, with EDSS at three visits."""
    people: list[SubjectAnalysis] = []
    scores: list[ScoreAnalysis] = []
    records: list[Any] = []
    for number, level in enumerate(levels):
        subject, dose = f"P{number:02}", PROTOCOL.dose_levels.values[level - 1] if level else 0.0
        start = moment(dated(number) if dated else day_of(number).isoformat())
        batch = (batches or {}).get(number, "B1")
        people.append(person(subject, level, treatment_start=start, batch=batch, centre=f"0{number % 2}"))
        records.append(Dosing(subject=subject, number=1, dose_given=dose, given="full", procedure_start=start))
        values = {visit: value(number, dose, visit) for visit in days}
        scores += course(subject, "edss", values, days=days)
    records += [tacrolimus(number) for number in range(len(levels))] if medications is None else list(medications)
    made = [Batch(batch=each, manufactured=PartialDate.of(FIRST)) for each in {"B1", *(batches or {}).values()}]
    tests = [*laboratory, *(trough(number, level) for number, level in (troughs or {}).items())]
    frames = {
        "subjects": frame_of(SubjectAnalysis, people),
        "scores": frame_of(ScoreAnalysis, scores),
        "laboratory": frame_of(LabAnalysis, tests),
    }
    return Frame(protocol, AnalysisData(frames, TrialData.of([*records, *made])), 1)


def trough(number: int, value: float) -> LabAnalysis:
    return LabAnalysis(
        subject=f"P{number:02}",
        number=900,
        test="TACRO",
        category="trough",
        analyte="tacrolimus",
        day=60,
        value=value,
        unit="ng/mL",
        is_baseline=False,
        hours_since_intake=12.0,
    )


def figures(frame: Frame) -> Figures:
    return Figures(attribution(frame))


FIFTEEN = tuple(level for level, size in enumerate(SIZES, start=1) for _ in range(size))
