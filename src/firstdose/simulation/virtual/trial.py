"""One virtual trial from its plan: each part of it in turn, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

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
from firstdose.simulation.virtual.disability import live_through
from firstdose.simulation.virtual.dosing_records import dosing_frames
from firstdose.simulation.virtual.escalation_walk import Walk
from firstdose.simulation.virtual.event_records import write_down
from firstdose.simulation.virtual.examinations import examine
from firstdose.simulation.virtual.imperfections import spoil
from firstdose.simulation.virtual.laboratory_records import laboratory_frame, vital_sign_frame
from firstdose.simulation.virtual.medications import medication_frame
from firstdose.simulation.virtual.metabolites import measure
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.relapses import draw_relapses, relapse_frame
from firstdose.simulation.virtual.subject_records import subject_frames
from firstdose.simulation.virtual.truth import Truth, truth_of


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


def make_trial(plan: Plan, seed: int, number: int) -> VirtualTrial:
    """The virtual trial of one seed and number."""
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
    frames: dict[type, pl.DataFrame] = {
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
    truth = truth_of(plan, cast, course, recorded, edss, examined.scans, measured, seed, number)
    as_of = plan.calendar.date_of(cast.cut)
    trial_data = TrialData({NAMES[record_type]: frame for record_type, frame in frames.items()}, as_of)
    clean = VirtualTrial(trial_data, measured.abundances, measured.features, measured.runs, truth)
    return spoil(clean, plan.scenario.imperfections, seed, number)
