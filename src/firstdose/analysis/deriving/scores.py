"""Scores of clinical measures on the days of the trial, from the answers to their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.occasions import Occasion, missed_occasions, recorded_occasions
from firstdose.analysis.deriving.trial_days import TrialDays
from firstdose.analysis.scores.measured import MRI_MEASURES, SCORE
from firstdose.measures import MEASURES, Missing, Score, UnableToPerform
from firstdose.protocol.plan import Protocol
from firstdose.records import Assessment, Relapse, TrialData
from firstdose.records.derived import AnalysisNote, RelapseAnalysis, ScoreAnalysis, ScoreState
from firstdose.records.frames import in_frame


@dataclass(frozen=True)
class Drafted:
    """A score, or one part of it, before it is compared with the person's baseline."""

    occasion: Occasion
    part: str
    state: ScoreState
    value: float | None
    reason: str | None


def derive_scores(
    protocol: Protocol, data: TrialData, days: TrialDays
) -> tuple[list[ScoreAnalysis], list[AnalysisNote]]:
    """Every score and its parts, in order of subject, measure, part and day.

    Of several assessments of one measure on one day that with a result comes before one without, and that of a planned
    visit before another; the others are noted. The baseline is the last score before treatment; there is none where the
    person was then unable to perform the measure. Whether one of the day of treatment counts as before it says
    `trial_days.precedes_treatment`. Measures that are a change already, from one scan to the next, have none.
    """
    occasions, notes = recorded_occasions(protocol, data, days)
    occasions += missed_occasions(protocol, data, days, occasions)
    kept, more = _one_a_day(occasions)
    notes += more
    by_part: dict[tuple[str, str, str], list[Drafted]] = {}
    for each in kept:
        for draft in _drafts(each):
            by_part.setdefault((each.subject, each.measure, draft.part), []).append(draft)
    rows = []
    for _, drafts in sorted(by_part.items()):
        rows += list(_with_baseline(drafts, notes))
    return rows, notes


def _one_a_day(occasions: Iterable[Occasion]) -> tuple[list[Occasion], list[AnalysisNote]]:
    """One occasion a person, measure and day, in order, and notes on the others."""
    kept: dict[tuple[str, str, int], Occasion] = {}
    notes = []
    for each in sorted(occasions, key=lambda one: (one.subject, one.measure, one.day, one.preference)):
        first = kept.setdefault((each.subject, each.measure, each.day), each)
        if first is not each:
            text = f"another {each.measure} of day {each.day} is used{_at(first)}; this one{_at(each)} is left out"
            notes.append(note(Assessment, each.identity, SCORE, text))
    return list(kept.values()), notes


def _at(occasion: Occasion) -> str:
    return f" (visit {occasion.visit})" if occasion.visit else ""


def _drafts(occasion: Occasion) -> Iterator[Drafted]:
    """The score of an occasion, and its parts."""
    result = occasion.result
    match result:
        case Score():
            yield Drafted(occasion, SCORE, "score", result.value, "; ".join(result.remarks) or None)
        case UnableToPerform():
            yield Drafted(occasion, SCORE, "unable_to_perform", None, result.reason)
        case Missing():
            yield Drafted(occasion, SCORE, "missing", None, result.reason)
    for part, value in result.parts.items():
        yield Drafted(occasion, part, "score", value, None)


def _with_baseline(drafts: Sequence[Drafted], notes: list[AnalysisNote]) -> Iterator[ScoreAnalysis]:
    """The rows of one part of one measure of one person, in order of their days."""
    baseline = None
    if drafts[0].occasion.measure not in MRI_MEASURES:
        before = [each for each in drafts if each.state != "missing" and each.occasion.is_before]
        last = max(before, key=lambda each: each.occasion.day, default=None)
        baseline = last if last is not None and last.value is not None else None
    if baseline is not None and baseline.part == SCORE and baseline.occasion.is_assumed:
        text = "of the day of treatment at a time that is not known; counted as before treatment"
        notes.append(note(Assessment, baseline.occasion.identity, "baseline", text))
    for each in sorted(drafts, key=lambda one: one.occasion.day):
        yield _row(each, baseline)


def _row(draft: Drafted, baseline: Drafted | None) -> ScoreAnalysis:
    """One row; change is counted after the baseline only."""
    occasion, reference = draft.occasion, None if baseline is None else baseline.value
    is_after = baseline is not None and occasion.day > baseline.occasion.day
    change = None
    if is_after and reference is not None and draft.value is not None:
        change = draft.value - reference
    result = occasion.result
    return ScoreAnalysis(
        subject=occasion.subject,
        measure=occasion.measure,
        part=draft.part,
        day=occasion.day,
        visit=occasion.visit,
        state=draft.state,
        value=draft.value,
        unit=_unit(draft),
        bound=result.bound if isinstance(result, Score) and draft.part == SCORE else None,
        reason=draft.reason,
        is_baseline=draft is baseline,
        baseline=reference,
        change=change,
        record_numbers=";".join(map(str, occasion.numbers)),
    )


def _unit(draft: Drafted) -> str | None:
    """The unit of a score; of a part that is an item's answer, that item's; of one made of several, what they share."""
    measure = MEASURES[draft.occasion.measure]
    if draft.part == SCORE:
        result = draft.occasion.result
        return result.unit if isinstance(result, Score) else measure.unit
    own = [item.unit for item in measure.items if item.name == draft.part]
    of_several = {item.unit for item in measure.items if item.name.startswith(f"{draft.part}_")}
    return own[0] if own else of_several.pop() if len(of_several) == 1 else None


ONSET_NOT_KNOWN = (
    "the day of onset is not known, so it is set aside where changes of scores are sought; what it has to do with a "
    "worsening is not known where it may have begun near that"
)


def derive_relapses(data: TrialData, days: TrialDays) -> tuple[list[RelapseAnalysis], list[AnalysisNote]]:
    """Every relapse with the days that are known, in order of subject and number."""
    rows, notes = [], []
    for relapse in sorted(data.records(Relapse), key=lambda each: (each.subject, each.number)):
        onset, end = (days.days(relapse.subject, in_frame(when)) for when in (relapse.onset, relapse.end))
        rows.append(
            RelapseAnalysis(
                subject=relapse.subject,
                number=relapse.number,
                onset_day=onset.exact,
                onset_first_day=onset.first,
                onset_last_day=onset.last,
                end_day=end.exact,
                is_confirmed=relapse.confirmed,
            )
        )
        if onset.exact is None:
            notes.append(note(Relapse, f"{relapse.subject}/{relapse.number}", "onset_day", ONSET_NOT_KNOWN))
    return rows, notes
