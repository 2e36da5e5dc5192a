"""What the rule recommends now, how sure the data are at each level, and what each outcome to come would lead to."""

from __future__ import annotations

from firstdose.analysis.shares import limits_of, side_by
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.dosing import TrialHistory
from firstdose.methods.binomial import probability_above
from firstdose.protocol.analysis_plan import Conventions
from firstdose.protocol.plan import Protocol
from firstdose.report.blocks import Block, Bullets, Chapter, Paragraph, Row, Table, row
from firstdose.report.wording import percent, rate, sentence
from firstdose.simulation.pathways import pathways


def recommendation_chapter(advice: Recommendation) -> Chapter:
    """The recommendation in the rule's own words, and everything to beware of."""
    blocks: list[Block] = [
        Paragraph(f"{advice.action.capitalize()}: {sentence(advice.reason)}"),
        Paragraph("The rule recommends; the committee decides."),
    ]
    if advice.flags:
        blocks.append(Bullets(tuple(sentence(flag) for flag in advice.flags)))
    return Chapter("recommendation", "Recommendation", tuple(blocks))


def evidence_table(protocol: Protocol, history: TrialHistory) -> Table:
    """DLTs at each level with the exact interval, and the posterior probability that the rate exceeds the target."""
    target, certainty = protocol.escalation.target_dlt_rate, protocol.conventions.confidence_level
    lines: list[Row] = []
    for level in range(1, len(protocol.dose_levels.values) + 1):
        cohorts = [each for each in history.history.cohorts if each.level == level]
        people, dlts = sum(each.evaluable for each in cohorts), sum(each.dlts for each in cohorts)
        cells = [
            protocol.dose_levels.dose_with_unit(level),
            f"{dlts} of {people}",
            str(sum(c.pending for c in cohorts)),
        ]
        cells.append(_interval(protocol.conventions, people, dlts))
        if target is not None:
            above = float(probability_above(target, people, dlts)) if people else None
            cells.append("–" if above is None else percent(above))
        lines.append(row(*cells))
    heads = ["dose", "DLTs", "open", f"DLT rate, {rate(certainty)} interval"]
    method = protocol.conventions.proportion_interval.replace("_", "-")
    notes = [f"Intervals: {method}; beside none or all, as the protocol's conventions say. Each level alone."]
    if target is not None:
        heads.append(f"P(rate > {rate(target)})")
        notes.append("The last column is the posterior probability under a uniform prior.")
    return Table("What the data say at each dose", tuple(heads), tuple(lines), tuple(notes))


def _interval(conventions: Conventions, people: int, dlts: int) -> str:
    """The interval of a DLT rate, by the protocol's conventions."""
    if not people:
        return "–"
    side = side_by(conventions, people, dlts)
    lower, upper = limits_of(conventions.proportion_interval, people, dlts, conventions.confidence_level, side)
    if side == "both":
        return f"{percent(lower)} to {percent(upper)}"
    return f"up to {percent(upper)}" if side == "upper" else f"from {percent(lower)}"


def outlook_table(rule: EscalationRule, history: TrialHistory) -> Table | None:
    """What each number of DLTs in the next cohort would lead to; None where no cohort is next."""
    tree = pathways(rule, history.history, 1)
    if not tree.outcomes:
        return None
    advice = tree.recommendation
    lines = [
        row(f"{dlts} of {advice.cohort_size}", sentence(after.recommendation.reason)) for dlts, after in tree.outcomes
    ]
    return Table(
        f"What each outcome of the next cohort, at level {advice.next_level}, would lead to",
        ("DLTs", "then"),
        tuple(lines),
        words=(0, 1),
    )
