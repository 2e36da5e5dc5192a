"""The safety committee's pack for one dose decision: advice, where the trial stands, events, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from firstdose.designs.building import build_design
from firstdose.dosing import course_of, history_of, recommendation
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Provenance
from firstdose.report.blocks import Block, Chapter, Document, Facts, Paragraph
from firstdose.report.drawing import Drawing
from firstdose.report.escalation_chapter import cohort_table, moment_of, people_table
from firstdose.report.ladder_picture import dose_ladder
from firstdose.report.narratives import narratives
from firstdose.report.next_step_chapter import evidence_table, outlook_table, recommendation_chapter
from firstdose.safety.evaluability import Status

PACK_NAME = "committee-pack"
LINE = "\u2026" * 24


class NoDecision(ValueError):
    """The protocol has no escalation, so there is no dose decision to prepare."""


def committee_document(
    protocol: Protocol, data: AnalysisData, provenance: Provenance, day: date, notices: tuple[str, ...] = ()
) -> Document:
    """The pack as a document; raises NoDecision where the protocol has no escalation rule."""
    if not protocol.escalation.has_rule:
        raise NoDecision("escalation.design is `none`, so there is no dose decision to prepare")
    moment = moment_of(data.trial_data)
    history = history_of(protocol, data.trial_data, moment)
    courses = course_of(protocol, data.trial_data, moment)
    advice = recommendation(protocol, data.trial_data, moment)
    ladder: Drawing | None = dose_ladder(protocol, data)
    notable = tuple(course for course in courses if course.status is not Status.EVALUABLE or course.has_dlt)
    stands: list[Block] = [cohort_table(protocol, history, courses)]
    if any(course.is_dosed for course in notable):
        stands.append(people_table(notable, "Dosed with a DLT, not evaluable, or not settled yet"))
    if ladder:
        stands.insert(0, ladder.picture())
    outlook = outlook_table(build_design(protocol), history)
    evidence: list[Block] = [evidence_table(protocol, history), *([outlook] if outlook else [])]
    return Document(
        title=f"{protocol.trial.id}: pack for the dose decision",
        heading="Pack for the safety committee",
        subtitle=f"{protocol.trial.id}: {protocol.trial.short_title or protocol.trial.title}",
        facts=(
            *(("Notice", notice) for notice in notices),
            ("Data up to", provenance.as_of.isoformat() if provenance.as_of else "no cut-off stated"),
            ("Data (SHA-256)", provenance.data_hash),
            ("Protocol file (SHA-256)", provenance.protocol_hash),
            ("Prepared", f"{day.isoformat()}, Firstdose {provenance.version}"),
        ),
        chapters=(
            recommendation_chapter(advice),
            Chapter("stands", "Where the trial stands", tuple(stands)),
            Chapter("evidence", "What the data say, and what comes next", tuple(evidence)),
            Chapter("events", "Serious and dose-limiting events", narratives(protocol, data)),
            Chapter("decision", "Decision", tuple(_signatures(protocol))),
        ),
        footer=f"{protocol.trial.id}, pack for the dose decision, data {provenance.data_hash[:12]}, {day.isoformat()}",
    )


def _signatures(protocol: Protocol) -> Iterator[Block]:
    """Places for the decision and for a signature of each member that the protocol names."""
    review = protocol.escalation.committee_review
    if review is not None and review.quorum:
        yield Paragraph(f"Quorum: {review.quorum} members.")
    yield Facts(
        (
            ("Decision (dose at level, wait, stop)", LINE),
            ("Reason, where it departs from the recommendation", LINE),
            *((f"{member.capitalize()}: name, signature, date", LINE) for member in _members(protocol)),
        )
    )


def _members(protocol: Protocol) -> tuple[str, ...]:
    review = protocol.escalation.committee_review
    members = review.members if review else ()
    return members or tuple(
        f"member {number}" for number in range(1, (review.quorum if review and review.quorum else 3) + 1)
    )
