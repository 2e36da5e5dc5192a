"""Everything that the design report says, as numbers and words, before any of it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

import firstdose
from firstdose.designs.history import History
from firstdose.designs.rule import EscalationRule
from firstdose.protocol import Protocol
from firstdose.records.date_words import day_words
from firstdose.report.design.decisions import Decisions, decisions
from firstdose.report.design.detection import Detection, detection
from firstdose.report.design.evaluation import (
    Compared,
    Engine,
    Progress,
    RandomSummary,
    compare,
    silent,
    usual_scenarios,
)
from firstdose.report.design.rule_words import RuleWords, rule_words
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.pathways import Pathway, pathways
from firstdose.simulation.scenarios import Scenarios


@dataclass(frozen=True)
class Identity:
    """Which trial, protocol file and program a report is about."""

    trial: str
    title: str
    facts: tuple[tuple[str, str], ...]
    protocol_file: str
    version: str
    date: date


@dataclass(frozen=True)
class DesignReport:
    """The content of the design report; HTML and PDF both show it and compute nothing."""

    identity: Identity
    rule: RuleWords
    target: float | None
    start_level: int
    doses: tuple[float, ...]
    unit: str
    labels: tuple[str, ...]
    cohort_size: int
    max_participants: int
    counts_dosed: bool
    stops_within_cohort: bool
    sentinels_that_end: int
    replaces: bool
    expansion_participants: int
    design_source: str
    decisions: Decisions
    figures: OperatingCharacteristics
    random: RandomSummary | None
    pathways: Pathway
    compared: tuple[Compared, ...]
    detection: Detection
    engine: Engine
    assumed: tuple[tuple[str, str], ...]
    references: tuple[str, ...]


def design_content(
    protocol: Protocol,
    rule: EscalationRule,
    day: date,
    *,
    scenarios: Scenarios | None = None,
    engine: Engine | None = None,
    progress: Progress = silent,
) -> DesignReport:
    """Gather the report's content: every figure in it is computed here.

    ``progress`` is told what is being computed. Without ``scenarios`` the steps around each possible MTD are used.
    """
    engine = engine or Engine()
    chosen = scenarios if scenarios is not None else usual_scenarios(rule)
    progress("operating characteristics of the protocol's rule")
    own = engine.figures(rule, chosen, progress)
    tree = pathways(rule, History(), cohorts=2)
    frame = rule.frame
    return DesignReport(
        identity=identity(protocol, day),
        rule=rule_words(protocol, rule),
        target=frame.target,
        start_level=frame.start_level,
        doses=frame.doses,
        unit=frame.unit,
        labels=tuple(protocol.dose_levels.labels),
        cohort_size=frame.cohort_size,
        max_participants=frame.max_participants,
        counts_dosed=rule.counts_dosed,
        stops_within_cohort=rule.stops_within_cohort,
        sentinels_that_end=rule.sentinels_that_end,
        replaces=rule.replaces,
        expansion_participants=rule.expansion_participants,
        design_source=rule.design.source,
        decisions=decisions(rule, tree),
        figures=own[0],
        random=own[1],
        pathways=tree,
        compared=compare(protocol, rule, own, chosen, engine, progress),
        detection=detection(
            (frame.max_participants,),
            certainty=protocol.conventions.confidence_level,
            is_two_sided=protocol.conventions.zero_interval == "two_sided",
        ),
        engine=engine,
        assumed=tuple((each.path, each.why) for each in protocol.assumed),
        references=tuple(protocol.trial.references),
    )


def identity(protocol: Protocol, day: date) -> Identity:
    """What stands on the title page. Of the protocol file only its name is shown, not where it lies."""
    trial = protocol.trial
    file = PurePath(protocol.places.file.replace("\\", "/")).name
    stated = (
        ("Condition", trial.condition),
        ("Phase", trial.phase),
        ("Sponsor", trial.sponsor),
        ("Registered as", ", ".join(f"{entry.registry} {entry.id}" for entry in trial.registrations)),
        ("Product", protocol.product.name if protocol.product else None),
        ("Protocol version", trial.version),
        ("Version date", day_words(trial.version_date) if trial.version_date else None),
        ("Amendment", trial.amendment),
    )
    facts = tuple((term, value) for term, value in stated if value)
    return Identity(trial.id, trial.title, facts, file, firstdose.__version__, day)
