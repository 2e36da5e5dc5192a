"""Skeletons of narratives: what is recorded of each serious or dose-limiting event, in order, and nothing added."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, GradeChange, TrialData, relation_field
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import EventAnalysis, SubjectAnalysis
from firstdose.report.blocks import Block, Facts, Heading, Paragraph

CRITERIA = {
    "serious_death": "death",
    "serious_life_threatening": "life-threatening",
    "serious_hospital": "hospital admission or longer stay",
    "serious_disability": "lasting disability",
    "serious_congenital": "congenital anomaly",
    "serious_other": "otherwise medically important",
}


def narratives(protocol: Protocol, data: AnalysisData) -> tuple[Block, ...]:
    """One skeleton for each counted event that is serious, of grade 4 or more, fatal or may be a DLT."""
    told = data[EventAnalysis].filter(
        pl.col("is_serious").fill_null(False)
        | (pl.col("grade").fill_null(0) >= 4)
        | (pl.col("is_dlt").fill_null(False))
        | (pl.col("outcome") == "fatal").fill_null(False)
    )
    if not told.height:
        return (Paragraph("No serious or dose-limiting event is recorded."),)
    people = {row["subject"]: row for row in data[SubjectAnalysis].iter_rows(named=True)}
    recorded = {(event.subject, event.number): event for event in data.trial_data.records(AdverseEvent)}
    blocks: list[Block] = []
    for row in told.sort("subject", "number").iter_rows(named=True):
        event = recorded[row["subject"], row["number"]]
        blocks.append(Heading(f"{row['subject']}: {row['term']}"))
        facts = (*_person(protocol, people[row["subject"]]), *_event(row, event), *_course(data.trial_data, event))
        blocks.append(Facts(tuple(facts)))
    return tuple(blocks)


def _person(protocol: Protocol, person: dict[str, object]) -> Iterator[tuple[str, str]]:
    age, sex, level = person["age_years"], person["sex"], person["level"]
    yield "Person", ", ".join(filter(None, (f"{age:.0f} years" if isinstance(age, float) else "", str(sex or ""))))
    given = person["dose_given"]
    dose = f"{given:.4g} {protocol.dose_levels.unit}" if isinstance(given, float) else "dose not recorded"
    when = f", start {person['treatment_start']}" if person["treatment_start"] else ""
    yield "Dose given", f"{dose} (level {level}){when}" if level is not None else f"{dose}{when}"
    if person["batch"]:
        yield "Batch", str(person["batch"])


def _event(row: dict[str, object], event: AdverseEvent) -> Iterator[tuple[str, str]]:
    days = {row["first_day"], row["last_day"]}
    shown = " or ".join(f"day {day}" for day in sorted(day for day in days if isinstance(day, int)))
    if len(days) > 1 and None not in days:
        shown = f"between day {row['first_day']} and day {row['last_day']}"
    yield "Event", f"{event.term}; began {event.start or 'on an unknown day'}" + (f" ({shown})" if shown else "")
    if event.grade is not None or event.severity is not None:
        yield "Highest grade", str(event.grade if event.grade is not None else event.severity)
    criteria = [words for name, words in CRITERIA.items() if getattr(event, name)]
    serious = {True: "yes", False: "no", None: "not recorded"}[event.serious]
    yield "Serious", f"{serious}: {', '.join(criteria)}" if criteria else serious
    relations = ((cause, getattr(event, relation_field(cause))) for cause in CAUSES)
    yield (
        "Related to",
        "; ".join(
            f"{cause.replace('_', ' ')}: {(relation or 'not judged').replace('_', ' ')}"
            for cause, relation in relations
        ),
    )
    if event.expectedness:
        yield "Expectedness", event.expectedness
    if event.aware:
        yield "Sponsor aware", str(event.aware)


def _course(trial_data: TrialData, event: AdverseEvent) -> Iterator[tuple[str, str]]:
    """Grades over time, actions, outcome and adjudications."""

    def of_event(kind: type) -> pl.DataFrame:
        return trial_data[kind].filter((pl.col("subject") == event.subject) & (pl.col("event") == event.number))

    changes = of_event(GradeChange).sort("change")
    if changes.height:
        yield (
            "Grades",
            "; ".join(f"{row['grade']} from {row['changed'] or 'unknown'}" for row in changes.iter_rows(named=True)),
        )
    actions = (event.action_with_product, event.action_with_background_treatment, event.other_action)
    taken = [str(action).replace("_", " ") for action in actions if action]
    if taken:
        yield "Action", "; ".join(taken)
    yield (
        "Outcome",
        f"{(event.outcome or 'not recorded').replace('_', ' ')}" + (f", end {event.end}" if event.end else ""),
    )
    for row in of_event(DltAdjudication).sort("adjudication").iter_rows(named=True):
        reason = f": {row['reason']}" if row["reason"] else ""
        verdict = row["verdict"].replace("_", " ").replace("dlt", "DLT")
        yield "Adjudicated", f"{verdict}, {row['adjudicated'] or 'date not recorded'}{reason}"
