"""Everything that is true in one virtual trial, so that what an analysis finds can be held against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from firstdose.measures.edss import STEPS
from firstdose.simulation.virtual.candidates import DIES, IS_LOST, STAYS, WITHDRAWS
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Draft, pick, table_of, whole
from firstdose.simulation.virtual.disability import EdssCourse
from firstdose.simulation.virtual.event_tables import CAUSES, PERIODS
from firstdose.simulation.virtual.events import (
    ADVERSE_EVENT,
    LEFT,
    OTHER_REASON,
    PLANNED,
    Course,
)
from firstdose.simulation.virtual.grade_records import RecordedEvents
from firstdose.simulation.virtual.imaging_answers import Scans
from firstdose.simulation.virtual.metabolites import Measured
from firstdose.simulation.virtual.plan import NEVER, Plan

STOP_REASONS = {PLANNED: "as planned", OTHER_REASON: "other reason", ADVERSE_EVENT: "adverse event", LEFT: "left"}
LEAVING_REASONS = {STAYS: None, WITHDRAWS: "withdrew", IS_LOST: "lost", DIES: "died"}
ERRORS_SCHEMA = {
    "kind": pl.String, "record": pl.String, "identity": pl.String, "field": pl.String, "true": pl.String,
    "recorded": pl.String, "found": pl.Boolean,
}  # fmt: skip
PEOPLE = {
    "subject": pl.String(), "level": pl.Int64(), "dose_given": pl.Float64(), "doublings": pl.Float64(),
    "dosed": pl.String(), "dlt_probability": pl.Float64(), "has_latent_dlt": pl.Boolean(), "has_dlt": pl.Boolean(),
    "outcome": pl.String(), "frailty": pl.Float64(), "background_stop_day": pl.Int64(),
    "background_stopped": pl.String(), "leaves_on_day": pl.Int64(), "leaves_because": pl.String(),
    "last_day_of_data": pl.Int64(), "edss_at_entry": pl.Float64(), "edss_two_years_before": pl.Float64(),
    "hazard_ratio": pl.Float64(), "brain_volume_percent_per_year": pl.Float64(),
}  # fmt: skip
MONTHS = {"subject": pl.String(), "month": pl.Int64(), "edss": pl.Float64()}
EVENTS = {
    "subject": pl.String(), "number": pl.Int64(), "cause": pl.String(), "period": pl.String(), "start_day": pl.Int64(),
    "end_day": pl.Int64(), "grade": pl.Int64(), "is_serious": pl.Boolean(), "is_dlt": pl.Boolean(),
}  # fmt: skip
METABOLITES = {
    "name": pl.String(), "class": pl.String(), "level": pl.Float64(), "slope_per_doubling": pl.Float64(),
    "effect_of_cells": pl.Float64(), "effect_on_treatment": pl.Float64(), "responds": pl.Boolean(),
}  # fmt: skip
STEP_VALUES = np.array(STEPS)


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true in one trial.

    ``figures`` holds single figures; the frames hold rows by dose level, person, person and month, event, metabolite,
    and spoilt record (``found`` says whether reading and checking the records can show the error).
    """

    figures: dict[str, Any]
    levels: pl.DataFrame
    people: pl.DataFrame
    edss: pl.DataFrame
    events: pl.DataFrame
    metabolites: pl.DataFrame
    errors: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ERRORS_SCHEMA))

    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by name."""
        return {name: getattr(self, name) for name in ("levels", "people", "edss", "events", "metabolites", "errors")}


@dataclass(frozen=True, eq=False)
class DraftedTruth:
    """What is true in one trial before its frames are made."""

    figures: dict[str, Any]
    frames: dict[str, Draft]


def truth_of(
    plan: Plan,
    cast: Cast,
    course: Course,
    recorded: RecordedEvents,
    edss: EdssCourse,
    scans: Scans,
    measured: Measured,
    seed: int,
    number: int,
) -> DraftedTruth:
    """Gather it."""
    frames = {
        "people": _people(plan, cast, course, edss, scans),
        "edss": _months(cast, edss),
        "events": _events(cast, recorded),
        "metabolites": _metabolites(measured),
    }
    return DraftedTruth(_figures(plan, cast, measured, seed, number), frames)


def _figures(plan: Plan, cast: Cast, measured: Measured, seed: int, number: int) -> dict[str, Any]:
    """Single figures."""
    scenario, decisions = plan.scenario, cast.enrolment.decisions
    return {
        "protocol": plan.protocol.trial.id,
        "scenario": scenario.name,
        "seed": seed,
        "number": number,
        "outcomes": str(cast.enrolment.history),
        "recommended_level": decisions[-1].advice.recommended_level if decisions else None,
        "stop_reason": decisions[-1].advice.stop_reason or None if decisions else None,
        "frailty_variance": scenario.adverse_events.frailty_variance.value,
        "hazard_ratio_of_cells": scenario.disability.hazard_ratio_of_cells.value,
        "hazard_ratio_per_doubling": scenario.disability.hazard_ratio_per_doubling.value,
        "largest_error_of_yearly_transitions": plan.chain.departure,
        "brain_volume_percent_per_year": scenario.imaging.brain_volume.yearly_change_percent.mean,
        "brain_volume_slope_per_doubling": scenario.imaging.brain_volume.slope_per_doubling.value,
        "share_of_metabolite_effects_reached": measured.growth,
        "values_below_detection": measured.below_limit,
        "values_lost": measured.lost,
        "not_in_the_protocol": list(plan.not_linked),
    }


def _people(plan: Plan, cast: Cast, course: Course, edss: EdssCourse, scans: Scans) -> Draft:
    """What is true of each person dosed; days count from dosing, and are empty where something never happens."""
    dosed = cast.dosed
    return Draft(
        PEOPLE,
        len(cast),
        {
            "subject": pick(cast.subject_words, cast.subject),
            "level": [each.level for each in dosed],
            "dose_given": [each.given for each in dosed],
            "doublings": cast.doublings,
            "dosed": plan.calendar.text(cast.day),
            "dlt_probability": [each.dlt_probability for each in dosed],
            "has_latent_dlt": [each.has_latent_dlt for each in dosed],
            "has_dlt": [each.has_dlt for each in dosed],
            "outcome": [each.outcome(plan.dlt.window_days) for each in dosed],
            "frailty": course.frailty,
            "background_stop_day": whole(course.stop, course.stop < NEVER),
            "background_stopped": [STOP_REASONS[why] for why in course.stop_why.tolist()],
            "leaves_on_day": whole(cast.left, cast.left < NEVER),
            "leaves_because": [LEAVING_REASONS[why] for why in cast.left_why.tolist()],
            "last_day_of_data": cast.end,
            "edss_at_entry": STEP_VALUES[cast.traits.entry_step[cast.candidate]],
            "edss_two_years_before": STEP_VALUES[cast.traits.step_before[cast.candidate]],
            "hazard_ratio": edss.hazard_ratio,
            "brain_volume_percent_per_year": scans.yearly_change,
        },
    )


def _months(cast: Cast, edss: EdssCourse) -> Draft:
    """The latent EDSS of each person month by month; month 0 begins with dosing."""
    people, months = edss.latent.shape
    return Draft(
        MONTHS,
        edss.latent.size,
        {
            "subject": pick(cast.subject_words, np.repeat(cast.subject, months)),
            "month": np.tile(np.arange(months) - edss.lead_months, people),
            "edss": STEP_VALUES[edss.latent].ravel(),
        },
    )


def _events(cast: Cast, recorded: RecordedEvents) -> Draft:
    """The true cause, period, days, highest grade and seriousness of each event."""
    events = recorded.events
    return Draft(
        EVENTS,
        len(events),
        {
            "subject": pick(cast.subject_words, cast.subject[events.person]),
            "number": recorded.number,
            "cause": pick(table_of(CAUSES), events.cause),
            "period": pick(table_of(PERIODS), events.period),
            "start_day": events.start,
            "end_day": whole(events.end, events.end < NEVER),
            "grade": events.grade,
            "is_serious": recorded.is_serious,
            "is_dlt": events.is_dlt,
        },
    )


def _metabolites(measured: Measured) -> Draft:
    """The true effects on each metabolite, log2, at full size; at a visit the share that is reached multiplies them."""
    effects = measured.effects
    return Draft(
        METABOLITES,
        len(effects.level),
        {
            **effects.words(),
            "level": effects.level,
            "slope_per_doubling": effects.slope,
            "effect_of_cells": effects.cells,
            "effect_on_treatment": effects.treatment,
            "responds": effects.responds,
        },
    )
