"""What the rule recommends now, how sure the data are at each level, and what each outcome to come would lead to."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.shares import limits_of, side_by
from firstdose.designs.history import PENDING, Cohort, History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.dosing import TrialHistory
from firstdose.protocol.analysis_plan import Conventions
from firstdose.protocol.plan import Protocol
from firstdose.report.documents.blocks import Block, Bullets, Chapter, Paragraph, Row, Table, row
from firstdose.report.documents.wording import counted, listed, percent, rate, sentence
from firstdose.simulation.pathways import pathways

MOST_OUTCOMES = 8
STILL_OPEN = (
    "Beware while outcomes are open: a DLT counts on the day it happens, no DLT only at the end of the window, so P is "
    "of the few who are settled. The last column: from no further DLT among the open ones to one in each of them."
)

Counts = NDArray[np.int64]


def recommendation_chapter(advice: Recommendation, most_flags: int | None = None) -> Chapter:
    """The recommendation in the rule's own words, and what to beware of, the first so many flags of it."""
    blocks: list[Block] = [
        Paragraph(
            f"{advice.action.capitalize()}: {sentence(advice.reason)} The rule recommends; the committee decides."
        )
    ]
    flags = advice.flags if most_flags is None else advice.flags[:most_flags]
    left = len(advice.flags) - len(flags)
    if advice.flags:
        more = (f"{counted(left, 'further remark')} in the appendix.",) if left else ()
        blocks.append(Bullets((*(sentence(flag) for flag in flags), *more)))
    return Chapter("recommendation", "Recommendation", tuple(blocks))


def evidence_table(protocol: Protocol, history: TrialHistory, rule: EscalationRule) -> Table:
    """DLTs at each level with the exact interval, and the posterior probability that the rate exceeds the target.

    The probability is the rule's own: by its model where it has one, else of the level alone under a uniform prior.
    """
    target, levels = protocol.escalation.target_dlt_rate, range(1, len(protocol.dose_levels.values) + 1)
    at = {level: [each for each in history.history.cohorts if each.level == level] for level in levels}
    people = np.array([[sum(each.evaluable for each in at[level]) for level in levels]])
    dlts = np.array([[sum(each.dlts for each in at[level]) for level in levels]])
    closings = _closings(people, dlts, np.array([[sum(each.pending for each in at[level]) for level in levels]]))
    lines: list[Row] = []
    for level in levels:
        seen, with_dlt = int(people[0, level - 1]), int(dlts[0, level - 1])
        cells = [
            protocol.dose_levels.dose_with_unit(level),
            f"{with_dlt} of {seen}",
            str(sum(each.pending for each in at[level])),
            _interval(protocol.conventions, seen, with_dlt),
        ]
        if target is not None:
            is_known = bool(seen) or (rule.design.is_model_based and bool(people.any()))
            above = float(rule.design.probability_above_target(people, dlts, level)[0]) if is_known else None
            cells += [percent(above), "not known: nobody seen" if above is None else _in_hundred(above)]
            if closings:
                bounds = [float(rule.design.probability_above_target(*each, level)[0]) for each in closings]
                concerned = any(each.pending for each in at[level]) or rule.design.is_model_based
                cells.append(f"{percent(bounds[0])} to {percent(bounds[1])}" if concerned else percent(above))
        lines.append(row(*cells))
    heads = ["dose", "DLTs", "open", f"DLT rate, {rate(protocol.conventions.confidence_level)} interval"]
    if target is not None:
        heads += [f"P(true rate > {rate(target)})", "in words"]
        heads += ["P once all is settled"] if closings else []
    words = (0, 5) if target is not None else (0,)
    notes = (*_notes(protocol, target, rule), *((STILL_OPEN,) if closings and target is not None else ()))
    return Table("What the data say at each dose", tuple(heads), tuple(lines), notes, words=words)


def _closings(people: Counts, dlts: Counts, pending: Counts) -> tuple[tuple[Counts, Counts], ...]:
    """People and DLTs once all that is open is settled: without any further DLT, and with one of each; else nothing."""
    return ((people + pending, dlts), (people + pending, dlts + pending)) if pending.any() else ()


def _in_hundred(probability: float) -> str:
    """A probability as a natural frequency."""
    chances = round(100 * probability)
    if probability > 0 and not chances:
        return "less than 1 chance in 100"
    if probability < 1 and chances == 100:
        return "more than 99 chances in 100"
    return f"about {counted(chances, 'chance')} in 100"


def _notes(protocol: Protocol, target: float | None, rule: EscalationRule) -> tuple[str, ...]:
    method = protocol.conventions.proportion_interval.replace("_", "-").title()
    intervals = f"Intervals: {method}, each level alone; beside none or all, as the protocol's conventions say."
    if target is None:
        return (f"{intervals} The protocol names no target DLT rate, so there is no probability of exceeding one.",)
    source = (
        "by the rule's own model, which learns from all doses together"
        if rule.design.is_model_based
        else "from the DLTs at this dose alone, with no opinion beforehand (uniform prior)"
    )
    return (
        f"P: how probable it is that, of many people at this dose, more than {rate(target)} would have a DLT; "
        f"{source}. {intervals}",
    )


def _interval(conventions: Conventions, people: int, dlts: int) -> str:
    """The interval of a DLT rate, by the protocol's conventions."""
    if not people:
        return "–"
    side = side_by(conventions, people, dlts)
    lower, upper = limits_of(conventions.proportion_interval, people, dlts, conventions.confidence_level, side)
    if side == "both":
        return f"{percent(lower)} to {percent(upper)}"
    return f"up to {percent(upper)}" if side == "upper" else f"from {percent(lower)}"


def outlook_table(rule: EscalationRule, history: TrialHistory, places: int = 0) -> Table | None:
    """What each outcome to come would lead to: of the open windows and places first, else of the next cohort.

    ``places`` of the last cohort are still to be dosed. None where nothing is to come, or too much is open to list.
    """
    found = with_places(history.history, places)
    if any(cohort.pending for cohort in found.cohorts):
        return _of_open_windows(rule, found)
    tree = pathways(rule, found, 1)
    if not tree.outcomes:
        return None
    advice = tree.recommendation
    lines = [
        row(f"{dlts} of {advice.cohort_size}", sentence(after.recommendation.reason)) for dlts, after in tree.outcomes
    ]
    caption = f"What each outcome of the next cohort, at level {advice.next_level}, would lead to"
    return Table(caption, ("DLTs", "then"), tuple(lines), words=(0, 1))


def with_places(history: History, places: int) -> History:
    """The history with the places of the escalation's last cohort that nobody has taken yet open as well."""
    number = history.last_of_escalation
    if not places or number is None:
        return history
    before, last, after = history.cohorts[:number], history.cohorts[number], history.cohorts[number + 1 :]
    return History((*before, Cohort(last.level, last.outcomes + PENDING * places), *after))


def _of_open_windows(rule: EscalationRule, history: History) -> Table | None:
    """Every way in which the open windows can close without anybody becoming not evaluable, and the advice then."""
    ways = list(product(*(range(cohort.pending + 1) for cohort in history.cohorts)))
    if len(ways) > MOST_OUTCOMES:
        return None
    lines = []
    for way in ways:
        closed = tuple(
            cohort.completed(dlts) if cohort.pending else cohort
            for cohort, dlts in zip(history.cohorts, way, strict=True)
        )
        of_each = [
            f"{dlts} of {cohort.pending} at level {cohort.level}"
            for cohort, dlts in zip(history.cohorts, way, strict=True)
            if cohort.pending
        ]
        lines.append(row(listed(of_each), sentence(rule.decide(History(closed)).reason)))
    return Table(
        "What each way in which the open windows and places can close would lead to",
        ("further DLTs", "then"),
        tuple(lines),
        ("If everybody stays evaluable.",),
        words=(0, 1),
    )
