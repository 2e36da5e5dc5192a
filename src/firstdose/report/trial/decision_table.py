"""The decisions on the next dose: what was recommended and decided, by whom, and which data they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firstdose.dosing import TrialHistory, history_of
from firstdose.dosing.known import WHERE_DAYS_END_LAST, span_of
from firstdose.protocol.plan import Protocol
from firstdose.records import DoseDecision, TrialData
from firstdose.records.date_words import moment_words, recorded_words
from firstdose.report.documents.blocks import Cell, Row, Table, row
from firstdose.report.documents.wording import counted

COLUMNS = (
    "decision", "date", "data up to", "outcomes seen", "recommended", "decided", "by", "reason", "hash of the data",
)  # fmt: skip
MAY_BE_EMPTY = ("data up to", "outcomes seen", "reason", "hash of the data")
"""Columns that are left out where nothing is recorded."""

MOST_SEEN = 12
"""Of more decisions, what was seen is told of the last ones: it is worked out anew for each."""

SEEN = (
    "Outcomes seen: those of the cohort under review as today's records date them, at the end of the day up to which "
    "data were seen; where they are others by now, these follow."
)


def decision_table(protocol: Protocol, trial_data: TrialData, history: TrialHistory) -> Table:
    """Every recorded decision beside its recommendation, and the data that it rests on; ``history`` is today's."""
    decisions = sorted(trial_data.records(DoseDecision), key=lambda each: each.decision)
    told = {each.decision for each in decisions[-MOST_SEEN:]}
    lines = [
        _decision(each, outcomes_seen(protocol, trial_data, history, each) if each.decision in told else "")
        for each in decisions
    ]
    shown = [
        place
        for place, column in enumerate(COLUMNS)
        if column not in MAY_BE_EMPTY or any(line.cells[place].text for line in lines)
    ]
    notes = [SEEN] if any(line.cells[COLUMNS.index("outcomes seen")].text for line in lines) else []
    notes += ["A decision in bold departs from the recommendation."] if any(each.departs for each in decisions) else []
    return Table(
        f"Decisions on the next dose ({counted(len(decisions), 'decision')} recorded)",
        tuple(COLUMNS[place] for place in shown),
        tuple(row(*(line.cells[place] for place in shown)) for line in lines),
        tuple(notes),
        words=tuple(range(len(shown))),
    )


def outcomes_seen(protocol: Protocol, trial_data: TrialData, history: TrialHistory, decision: DoseDecision) -> str:
    """The outcomes of the cohort under review in the data that a decision rests on, and today's where they differ.

    Empty where the moment of the data, or the cohort, is not known.
    """
    moment = span_of(decision.data_as_of, WHERE_DAYS_END_LAST).last if decision.data_as_of else None
    if moment is None or decision.cohort is None:
        return ""
    then = _outcomes(history_of(protocol, trial_data, moment), decision.cohort)
    now = _outcomes(history, decision.cohort)
    return then if then == now else f"{then or 'none'}, now {now or 'none'}"


def _outcomes(history: TrialHistory, cohort: str) -> str:
    found: Sequence[str] = [each.outcomes for each in (*history.cohorts, *history.apart) if each.cohort == cohort]
    return " ".join(found)


def _decision(decision: DoseDecision, seen: str) -> Row:
    recommended = _step(decision.recommended_action, decision.recommended_next_level)
    record = (f"dose_decisions:{decision.decision}",)
    texts = (
        str(decision.decision),
        recorded_words(decision.decided) if decision.decided else "not recorded",
        moment_words(decision.data_as_of) if decision.data_as_of else "",
        seen,
        f"{recommended}: {decision.recommendation}" if decision.recommendation else recommended,
        _step(decision.action, decision.next_level),
        decision.members or "not recorded",
        decision.reason or "",
        (decision.data_hash or "")[:12],
    )
    cells = [Cell(text, records=record if text else ()) for text in texts]
    place = COLUMNS.index("decided")
    cells[place] = replace(cells[place], mark="own" if decision.departs else "")
    return row(*cells)


def _step(action: str | None, level: int | None) -> str:
    if action is None:
        return "not recorded"
    return f"dose at level {level}" if action == "dose" and level else action
