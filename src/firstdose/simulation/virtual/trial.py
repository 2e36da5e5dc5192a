"""One virtual trial from its plan: each part of it in turn, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import polars as pl

from firstdose.records.catalogue import NAMES
from firstdose.records.events import DltAdjudication, Relapse
from firstdose.records.examinations import LabResult, Sample, Visit, VitalSign
from firstdose.records.treatments import Medication
from firstdose.records.trial_data import TrialData
from firstdose.simulation.virtual.adjudications import adjudication_frame
from firstdose.simulation.virtual.adverse_events import happen
from firstdose.simulation.virtual.attendance import attend, visit_frame
from firstdose.simulation.virtual.candidates import draw_candidates
from firstdose.simulation.virtual.cast import Cast, draw_traits
from firstdose.simulation.virtual.columns import Draft, frames_of
from firstdose.simulation.virtual.disability import live_through
from firstdose.simulation.virtual.dosing_records import dosing_frames
from firstdose.simulation.virtual.escalation_walk import TrialNeverEnds, Walk
from firstdose.simulation.virtual.event_records import write_down
from firstdose.simulation.virtual.examinations import examine
from firstdose.simulation.virtual.imperfections import spoil
from firstdose.simulation.virtual.laboratory_records import laboratory_frame, vital_sign_frame
from firstdose.simulation.virtual.medications import medication_frame
from firstdose.simulation.virtual.metabolites import measure
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.relapses import draw_relapses, relapse_frame
from firstdose.simulation.virtual.subject_records import subject_frames
from firstdose.simulation.virtual.truth import DraftedTruth, Truth, truth_of

AT_A_TIME = 12
"""So many trials are drafted before their frames are made: with more, those that wait fill the memory."""
Kind = TypeVar("Kind")


@dataclass(frozen=True, eq=False)
class VirtualTrial:
    """The records of one virtual trial, the metabolites measured in it, and what is true of it.

    ``abundances`` has a row for each injection and, after ``sample``, a column for each metabolite: raw intensities,
    empty where nothing could be measured. ``features`` names the metabolites with class and limit of detection;
    ``runs`` says of each injection its kind (study or pooled_qc), run and place in it.
    """

    trial_data: TrialData
    abundances: pl.DataFrame
    features: pl.DataFrame
    runs: pl.DataFrame
    truth: Truth


@dataclass(frozen=True, eq=False)
class DraftedTrial:
    """One virtual trial before its frames are made."""

    number: int
    records: dict[type, Draft]
    measured: dict[str, Draft]
    truth: DraftedTruth
    as_of: date


def make_trials(plan: Plan, seed: int, numbers: Sequence[int]) -> Iterator[VirtualTrial]:
    """The virtual trials of one seed and some numbers; some are drafted at a time, and their frames made together."""
    for first in range(0, len(numbers), AT_A_TIME):
        drafted: list[DraftedTrial] = []
        failure = None
        for number in numbers[first : first + AT_A_TIME]:
            try:
                drafted.append(draft_trial(plan, seed, number))
            except TrialNeverEnds as error:
                failure = error
                break
        yield from _finished(plan, seed, drafted)
        if failure is not None:
            raise failure


def make_trial(plan: Plan, seed: int, number: int) -> VirtualTrial:
    """The virtual trial of one seed and number."""
    (trial,) = make_trials(plan, seed, [number])
    return trial


def draft_trial(plan: Plan, seed: int, number: int) -> DraftedTrial:
    """Everything that happens in the trial of one seed and number, and is written down of it."""
    candidates = draw_candidates(plan, seed, number)
    traits = draw_traits(plan, candidates, seed, number)
    cast = Cast.of(plan, Walk(plan, candidates).run(), candidates, traits)
    attendance = attend(plan, cast, seed, number)
    course = happen(plan, cast, seed, number)
    recorded, events = write_down(plan, cast, course, seed, number)
    relapses = draw_relapses(plan, cast, seed, number)
    edss = live_through(plan, cast, attendance, relapses, seed, number)
    examined = examine(plan, cast, attendance, edss, relapses, seed, number)
    measured = measure(plan, cast, attendance, course, seed, number)
    records: dict[type, Draft] = {
        **subject_frames(plan, cast, attendance, recorded),
        **dosing_frames(plan, cast, seed, number),
        Visit: visit_frame(plan, cast, attendance, seed, number),
        **events,
        DltAdjudication: adjudication_frame(plan, cast, recorded, seed, number),
        Relapse: relapse_frame(plan, cast, relapses),
        Medication: medication_frame(plan, cast, course, recorded, relapses, seed, number),
        LabResult: laboratory_frame(plan, cast, attendance, course, seed, number),
        VitalSign: vital_sign_frame(plan, cast, attendance, course, seed, number),
        **examined.frames,
        Sample: measured.samples,
    }
    return DraftedTrial(
        number=number,
        records=records,
        measured={"abundances": measured.abundances, "features": measured.features, "runs": measured.runs},
        truth=truth_of(plan, cast, course, recorded, edss, examined.scans, measured, seed, number),
        as_of=plan.calendar.date_of(cast.cut),
    )


def _finished(plan: Plan, seed: int, drafted: Sequence[DraftedTrial]) -> Iterator[VirtualTrial]:
    """The trials with their frames, and with their imperfections."""
    records = _frames([each.records for each in drafted])
    measured = _frames([each.measured for each in drafted])
    truths = _frames([each.truth.frames for each in drafted])
    for each, frames, metabolites, true in zip(drafted, records, measured, truths, strict=True):
        trial_data = TrialData({NAMES[record_type]: frame for record_type, frame in frames.items()}, each.as_of)
        truth = Truth(figures=each.truth.figures, levels=plan.true_curve, **true)
        clean = VirtualTrial(trial_data, **metabolites, truth=truth)
        yield spoil(clean, plan.scenario.imperfections, seed, each.number)


def _frames(drafted: Sequence[dict[Kind, Draft]]) -> Iterator[dict[Kind, pl.DataFrame]]:
    """The frames of each trial by their kinds; every trial has the same kinds."""
    kinds = drafted[0].keys() if drafted else ()
    by_kind = [frames_of([each[kind] for each in drafted]) for kind in kinds]
    for frames in zip(*by_kind, strict=True):
        yield dict(zip(kinds, frames, strict=True))
