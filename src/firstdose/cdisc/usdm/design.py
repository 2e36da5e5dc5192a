"""The design of the study in USDM: arms, epochs and elements, the population, criteria, objectives and estimands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from firstdose.cdisc.usdm.extensions import extensions
from firstdose.cdisc.usdm.objects import Maker, Object, chained
from firstdose.cdisc.usdm.schedule import ScheduleObjects, schedule_objects
from firstdose.cdisc.usdm.terms import (
    CONTROL_ARM,
    CRITERIA,
    DOSE_FINDING,
    ENDPOINTS,
    EPOCHS,
    INTERVENTION_MODELS,
    INTERVENTIONAL,
    INVESTIGATIONAL_ARM,
    OBJECTIVES,
    OWN_DATA,
    PHASES,
    YEAR,
)
from firstdose.cdisc.writing.planned_ages import planned_ages
from firstdose.cdisc.writing.trial_design import ELEMENTS, arm_codes
from firstdose.cdisc.writing.trial_summary import intervention_model
from firstdose.protocol import Protocol
from firstdose.protocol.analysis_plan import Estimand
from firstdose.protocol.escalation import Escalation

NOT_STATED = "not stated in the protocol file"
"""Where a class asks for words that a protocol file has no key for."""


def study_design(
    maker: Maker, protocol: Protocol, interventions: Sequence[str], criterion_items: dict[str, str]
) -> tuple[Object, ScheduleObjects]:
    """The one design of the study, and its schedule.

    `interventions` holds the identifiers of the interventions, the product's first if one is stated, `criterion_items`
    those of the criteria's texts.
    """
    trial, levels = protocol.trial, protocol.dose_levels
    arms = [_arm(maker, protocol, code, name) for name, code in arm_codes(protocol).items()]
    epochs = chained(
        maker.make("StudyEpoch", name=each.epoch, label=each.name, type=maker.code(EPOCHS[each.epoch]))
        for each in ELEMENTS
    )
    elements = _elements(maker, protocol, interventions)
    criteria = _criteria(maker, protocol, criterion_items)
    schedule = schedule_objects(maker, protocol, {each["name"]: each["id"] for each in epochs})
    objectives = _objectives(maker, protocol)
    endpoints = {each["name"]: each["id"] for one in objectives for each in one["endpoints"]}
    populations = {
        each.id: maker.make("AnalysisPopulation", name=each.id, label=each.name, text=each.definition)
        for each in protocol.analysis_sets
    }
    # The class asks for an intervention and an intercurrent event; estimands without stand in an extension attribute.
    complete = [each for each in protocol.estimands if interventions and each.intercurrent_events]
    design = maker.make(
        "InterventionalStudyDesign",
        extensionAttributes=[
            *extensions(maker, "dose_levels", levels),
            *extensions(maker, "escalation", _escalation(protocol.escalation)),
            *extensions(maker, "condition", trial.condition),
            *extensions(maker, "estimands", [each for each in protocol.estimands if each not in complete]),
        ],
        name=trial.id,
        label=trial.short_title,
        description=trial.title,
        studyType=maker.code(INTERVENTIONAL),
        studyPhase=maker.alias(maker.code(PHASES[trial.phase])) if trial.phase else None,
        subTypes=[maker.code(DOSE_FINDING)] if protocol.escalation.has_rule else [],
        model=maker.code(INTERVENTION_MODELS[intervention_model(protocol)]),
        rationale=NOT_STATED,
        arms=arms,
        epochs=epochs,
        elements=list(elements.values()),
        studyCells=[
            maker.make("StudyCell", armId=arm["id"], epochId=epoch["id"], elementIds=[elements[epoch["name"]]["id"]])
            for arm in arms
            for epoch in epochs
        ],
        encounters=schedule.encounters,
        activities=schedule.activities,
        scheduleTimelines=schedule.timelines,
        population=_population(maker, protocol, [each["id"] for each in criteria]),
        eligibilityCriteria=criteria,
        objectives=objectives,
        analysisPopulations=list(populations.values()),
        estimands=_estimands(maker, interventions, endpoints, populations, complete),
        studyInterventionIds=list(interventions),
    )
    return design, schedule


def _escalation(escalation: Escalation) -> dict[str, Any]:
    """The rule of escalation as its file states it: a guard is its name with its settings."""
    stated = {field.name: getattr(escalation, field.name) for field in fields(escalation)}
    guards = [{"name": name, "settings": settings} for name, settings in escalation.guards]
    return stated | {"guards": guards}


def _arm(maker: Maker, protocol: Protocol, code: str, name: str) -> Object:
    """One arm: a dose level, or the control."""
    levels = protocol.dose_levels
    level = next((n for n in range(1, len(levels.values) + 1) if levels.label(n) == name), 0)
    return maker.make(
        "StudyArm",
        extensionAttributes=extensions(maker, "dose_level", level),
        name=code,
        label=name,
        description=levels.dose_with_unit(level),
        type=maker.code(INVESTIGATIONAL_ARM if level else CONTROL_ARM),
        dataOriginDescription="Data of the participants of this arm",
        dataOriginType=maker.code(OWN_DATA),
    )


def _elements(maker: Maker, protocol: Protocol, interventions: Sequence[str]) -> dict[str, Object]:
    """The elements by their epoch; that of treatment holds the product."""
    product = interventions[:1] if protocol.product else []
    return {
        each.epoch: maker.make(
            "StudyElement",
            name=each.code,
            label=each.name,
            transitionStartRule=maker.make("TransitionRule", name=f"{each.code}_START", text=each.start),
            transitionEndRule=maker.make("TransitionRule", name=f"{each.code}_END", text=each.end),
            studyInterventionIds=list(product) if each.epoch == "TREATMENT" else [],
        )
        for each in ELEMENTS
    }


def _criteria(maker: Maker, protocol: Protocol, items: dict[str, str]) -> list[Object]:
    """The criteria of eligibility, each with its text elsewhere."""
    stated = protocol.population.criteria if protocol.population else ()
    return chained(
        maker.make(
            "EligibilityCriterion",
            name=each.id,
            category=maker.code(CRITERIA[each.kind]),
            identifier=each.id,
            criterionItemId=items[each.id],
        )
        for each in stated
    )


def _population(maker: Maker, protocol: Protocol, criteria: list[str]) -> Object:
    """Who takes part. Where there is a disease under study nobody is a healthy volunteer."""
    planned = protocol.trial.planned_participants
    youngest, oldest = planned_ages(protocol.population)
    return maker.make(
        "StudyDesignPopulation",
        name="POPULATION",
        description=protocol.population.description if protocol.population else None,
        includesHealthySubjects=False,
        plannedEnrollmentNumber=maker.range(*planned) if planned else None,
        plannedAge=maker.range(youngest, oldest, YEAR) if youngest is not None and oldest is not None else None,
        criterionIds=criteria,
    )


def _objectives(maker: Maker, protocol: Protocol) -> list[Object]:
    """An objective for each level that has endpoints: the protocol file states endpoints, not objectives."""
    made = []
    for level, term in OBJECTIVES.items():
        endpoints = [
            maker.make(
                "Endpoint",
                extensionAttributes=[
                    *extensions(maker, "measure", each.measure),
                    *extensions(maker, "timing", each.timing),
                    *extensions(maker, "visits", each.visits),
                    *extensions(maker, "confirmed_change", each.confirmed_change),
                ],
                name=each.id,
                text=each.text,
                purpose=NOT_STATED,
                level=maker.code(ENDPOINTS[level]),
            )
            for each in protocol.endpoints
            if each.objective == level
        ]
        if endpoints:
            text = f"The {level} objective is {NOT_STATED}; its endpoints are"
            made.append(
                maker.make("Objective", name=level.upper(), text=text, level=maker.code(term), endpoints=endpoints)
            )
    return made


def _estimands(
    maker: Maker,
    interventions: Sequence[str],
    endpoints: dict[str, str],
    populations: dict[str, Object],
    estimands: Sequence[Estimand],
) -> list[Object]:
    """What exactly is estimated."""
    return [
        maker.make(
            "Estimand",
            extensionAttributes=extensions(maker, "treatment", each.treatment),
            name=each.id,
            populationSummary=each.summary,
            analysisPopulationId=populations[each.analysis_set]["id"],
            interventionIds=list(interventions),
            variableOfInterestId=endpoints[each.endpoint],
            intercurrentEvents=[
                maker.make("IntercurrentEvent", name=f"{each.id}_{n}", text=event.event, strategy=event.strategy)
                for n, event in enumerate(each.intercurrent_events, start=1)
            ],
        )
        for each in estimands
    ]
