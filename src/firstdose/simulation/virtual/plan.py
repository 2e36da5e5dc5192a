"""What a protocol and a scenario mean for a virtual trial: worked out once, then used for every trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from firstdose.designs.building import build_design
from firstdose.designs.history import History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replaying import replay
from firstdose.designs.rule import EscalationRule
from firstdose.protocol.escalation import DltDefinition
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ProblemsFound
from firstdose.protocol.product import BackgroundTreatment
from firstdose.protocol.schedule import Visit
from firstdose.simulation.virtual.calendar_words import Calendar
from firstdose.simulation.virtual.columns import Booleans, Floats, Integers, Table, table_of
from firstdose.simulation.virtual.edss_chain import Chain, chain_of
from firstdose.simulation.virtual.entry_rules import EntryRules, entry_rules
from firstdose.simulation.virtual.event_tables import CAUSES, EventTables, event_tables
from firstdose.simulation.virtual.panels import Panel, VitalSigns, panel_of, vital_signs_of
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual.scenario_fit import check_scenario
from firstdose.simulation.virtual.toxicity_curve import ToxicityCurve

IMAGES, SAMPLES, TROUGHS, LABORATORY, VITAL_SIGNS = "images", "samples", "troughs", "laboratory", "vital_signs"
LINKED = (LABORATORY, VITAL_SIGNS, TROUGHS, IMAGES, SAMPLES)
READ_FROM_IMAGES = ("brain_volume", "lesion_counts")
NEVER = 10**6
"""A day that no trial reaches."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """The advice of the protocol's own rule, remembered by the text of the history, which holds all of it."""

    rule: EscalationRule
    advice: dict[str, Recommendation] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    settled: dict[str, bool] = field(default_factory=dict)

    def after(self, history: History) -> Recommendation:
        """The advice after a history without open windows."""
        text = str(history)
        if text not in self.advice:
            self.advice[text] = self.rule.decide(history)
        return self.advice[text]

    def replacements(self, history: History) -> int:
        """How many of the last cohort of a history without open windows are to be replaced."""
        text = str(history)
        if text not in self.missing:
            self.missing[text] = replay(self.rule, history).replacements
        return self.missing[text]

    def is_settled(self, history: History) -> bool:
        """Whether whatever the open windows and the places not dosed yet bring, the next step is the same."""
        text = str(history)
        if text not in self.settled:
            self.settled[text] = self.rule.decide(history).action != "wait"
        return self.settled[text]


@dataclass(frozen=True, eq=False)
class Plan:
    """A protocol and a scenario, ready to be played."""

    protocol: Protocol
    scenario: Scenario
    rule: EscalationRule
    decisions: Decisions
    calendar: Calendar
    visits: tuple[Visit, ...]
    entry: EntryRules
    curve: ToxicityCurve

    @classmethod
    def of(cls, protocol: Protocol, scenario: Scenario) -> Plan:
        """Work everything out; ProblemsFound if protocol and scenario do not go together."""
        problems = check_scenario(protocol, scenario)
        if problems:
            raise ProblemsFound(problems)
        rule = build_design(protocol)
        people = scenario.people
        criteria = protocol.population.criteria if protocol.population else ()
        return cls(
            protocol=protocol,
            scenario=scenario,
            rule=rule,
            decisions=Decisions(rule),
            calendar=Calendar.around(scenario.conduct.first_referral.value),
            visits=protocol.schedule.every_visit if protocol.schedule else (),
            entry=entry_rules(criteria, people.edss_rise_over_2_years, people.age_years.mean),
            curve=ToxicityCurve.of(scenario.toxicity, np.array(protocol.dose_levels.values)),
        )

    @property
    def dlt(self) -> DltDefinition:
        """The definition of a DLT, which `check_scenario` has found to be there."""
        assert self.protocol.escalation.dlt is not None
        return self.protocol.escalation.dlt

    @cached_property
    def doses(self) -> Floats:
        """The doses of the levels."""
        return np.array(self.protocol.dose_levels.values)

    @cached_property
    def true_curve(self) -> pl.DataFrame:
        """The true dose-toxicity curve at the doses of the levels."""
        return pl.DataFrame(
            {
                "level": np.arange(1, len(self.doses) + 1),
                "dose": self.doses,
                "dlt_probability": self.curve.probability(self.doses),
            }
        )

    @cached_property
    def event_tables(self) -> EventTables:
        """The adverse events of the scenario as tables."""
        return event_tables(self.scenario)

    @cached_property
    def is_attributable(self) -> Booleans:
        """Whether an event of each cause can be dose-limiting."""
        return np.array([cause in self.dlt.attribution for cause in CAUSES])

    @cached_property
    def panel(self) -> Panel:
        """The laboratory's tests and the troughs."""
        return panel_of(self.scenario.laboratory.tests, self.immunosuppressant)

    @cached_property
    def vital_signs(self) -> VitalSigns:
        """The vital signs."""
        return vital_signs_of(self.scenario.laboratory.vital_signs)

    @cached_property
    def chain(self) -> Chain:
        """The natural course of the EDSS."""
        return chain_of(self.scenario.disability.yearly_transitions)

    @cached_property
    def visit_words(self) -> Table:
        """The identifiers of the visits."""
        return table_of(visit.id for visit in self.visits)

    @cached_property
    def planned_days(self) -> Integers:
        """The planned day of each visit, counted from dosing."""
        return np.array([visit.day for visit in self.visits], dtype=np.int64)

    @cached_property
    def lead_days(self) -> int:
        """Days that must lie between consent and dosing, so that all visits before it can take place."""
        schedule = self.protocol.schedule
        run_in = (schedule.run_in_days or 0) if schedule else 0
        return max([run_in, 1, *(-visit.first_day for visit in self.visits)])

    @cached_property
    def planned(self) -> dict[str, Booleans]:
        """Whether each visit yields each measure, and each kind of record that the scenario links to activities."""
        schedule, links = self.protocol.schedule, self.scenario.activities
        found = {name: self.at_activities(getattr(links, name)) for name in LINKED}
        for activity in schedule.activities if schedule else ():
            if activity.measure is not None:
                here = self.at_activities((activity.id,))
                found[activity.measure] = found.get(activity.measure, np.zeros_like(here)) | here
        return found

    def at_activities(self, activities: tuple[str, ...]) -> Booleans:
        """Whether each visit has one of these activities."""
        return np.array([not set(activities).isdisjoint(visit.activities) for visit in self.visits], dtype=bool)

    @cached_property
    def is_entry_visit(self) -> Booleans:
        """Whether a visit before dosing answers the criteria."""
        return self.at_activities(self.scenario.activities.eligibility) & (self.planned_days < 0)

    @cached_property
    def not_linked(self) -> tuple[str, ...]:
        """Kinds of record that no visit of the protocol yields."""
        return tuple(name for name, visits in self.planned.items() if not visits.any())

    @cached_property
    def immunosuppressant(self) -> BackgroundTreatment | None:
        """The background treatment that is taken after dosing for the longest: the one whose periods are told apart."""
        later = [each for each in self.protocol.background_treatments if each.stop_day > 0]
        return max(later, key=lambda each: each.stop_day, default=None)
