"""The studies of recovery: which trials are made, what is planted in them, and what of their analysis is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records import Assessment, LabResult, TrialData, VitalSign
from firstdose.simulation.virtual.parameters import Number, Share
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.validation.recovery_targets import DATED, SAFE, TOXIC, Target

PLANTED_SLOPE = 0.1  # per cent per year and doubling of dose
TARGET_RATE = 0.25
CERTAINTY = 0.95  # at which the boundary of a level is reached
NEARLY_CERTAIN = 0.9999  # so that hardly a trial ends because a level was eliminated


@dataclass(frozen=True)
class Study:
    """Trials of one kind; ``chapters`` of the analysis and ``measures`` are those that its targets rest on.

    The trials are made by the protocol ``played``, and analysed by ``protocol``.
    """

    name: str
    words: str
    targets: tuple[Target, ...]
    chapters: tuple[str, ...]
    measures: tuple[str, ...]
    played: Callable[[Protocol], Protocol]
    protocol: Callable[[Protocol], Protocol]
    scenario: Callable[[Scenario], Scenario]

    def needed(self, trial_data: TrialData) -> TrialData:
        """The records without those that no target rests on: other measures, laboratory results, vital signs."""
        assessments = trial_data[Assessment].filter(pl.col("measure").is_in(self.measures))
        troughs = trial_data[LabResult].filter(pl.col("category") == "trough")
        empty = trial_data[VitalSign].clear()
        return trial_data.replace({"assessments": assessments, "lab_results": troughs, "vital_signs": empty})


def as_planned(protocol: Protocol) -> Protocol:
    """The protocol as it is."""
    return protocol


def _with_boin(elimination_certainty: float) -> Callable[[Protocol], Protocol]:
    """The protocol with BOIN, at the target rate and a certainty at which a level is eliminated."""
    settings = {"p_saf": 0.6 * TARGET_RATE, "p_tox": 1.4 * TARGET_RATE, "elimination_certainty": elimination_certainty}

    def changed(protocol: Protocol) -> Protocol:
        escalation = replace(
            protocol.escalation, design="boin", settings=settings, target_dlt_rate=TARGET_RATE, comparators={}
        )
        return replace(protocol, escalation=escalation)

    return changed


def without_dose_effects(scenario: Scenario) -> Scenario:
    """The scenario in which nothing but brain volume depends on the dose."""
    null = scenario.without_dose_effects()
    slope = Number(value=PLANTED_SLOPE, source="planted here")
    volume = replace(null.imaging.brain_volume, slope_per_doubling=slope)
    return replace(null, imaging=replace(null.imaging, brain_volume=volume))


def toxic_at_every_dose(scenario: Scenario) -> Scenario:
    """The same, where every dose has the target rate of DLTs."""
    null = without_dose_effects(scenario)
    rate = Share(value=TARGET_RATE, source="the target rate, planted here")
    return replace(null, toxicity=replace(null.toxicity, rate_at_lowest_dose=rate))


def with_every_date(scenario: Scenario) -> Scenario:
    """The same, where every date is recorded whole."""
    null = without_dose_effects(scenario)
    never = Share(value=0.0, source="planted here")
    dates = replace(null.adverse_events.partial_dates, day_unknown=never, month_unknown=never)
    return replace(null, adverse_events=replace(null.adverse_events, partial_dates=dates))


STUDIES = {
    study.name: study
    for study in (
        Study(
            "safe",
            "the reference protocol and scenario without effects of the dose, but for a slope planted in brain volume",
            SAFE,
            ("dlt", "adverse_events", "event_rates", "event_resolution", "troughs", "disability", "scores", "mri"),
            ("edss", "brain_volume", "lesion_counts"),
            as_planned,
            as_planned,
            without_dose_effects,
        ),
        Study(
            "toxic",
            "25 % DLTs at every dose, and in the place of the 3+3 BOIN, which names boundaries; they are analysed, but "
            "the trials go on all the same, since the first stop would rule out all later ones",
            TOXIC,
            ("dlt", "stopping"),
            (),
            _with_boin(NEARLY_CERTAIN),
            _with_boin(CERTAINTY),
            toxic_at_every_dose,
        ),
        Study(
            "dated",
            "the first kind of trial, where every date is recorded whole",
            DATED,
            ("event_resolution",),
            (),
            as_planned,
            as_planned,
            with_every_date,
        ),
    )
}
"""The studies by their names."""
