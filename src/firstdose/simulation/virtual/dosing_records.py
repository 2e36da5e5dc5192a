"""The doses as the trial records them: cohorts, slots, batches with their tests, dosings, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.protocol.product import ReleaseCriterion
from firstdose.records.dosing import Batch, BatchTest, Cohort, DoseDecision, Dosing, Slot
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Draft, Integers, from_rows
from firstdose.simulation.virtual.enrolment import Participant
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

MINUTES_APART, LATEST_START = 15, 12 * 60
MORNING, CELLS_AFTER, CELLS_TAKE = (8 * 60, 10 * 60), (60, 150), (5, 20)
Table = list[list[Any]]


@dataclass
class BatchCourse:
    """One batch: when it was made, released and expires, and who was dosed from it."""

    name: str
    made: int
    released: int | None
    expires: int
    viability: float
    is_rejected: bool = False
    made_for: str | None = None
    used: int = 0


def dosing_frames(plan: Plan, cast: Cast, seed: int, number: int) -> dict[type, Draft]:
    """Every frame about doses."""
    random = generator(seed, number, Stream.DOSINGS)
    batches, of_person = _make_batches(plan, cast, random)
    return {
        Cohort: _cohorts(plan, cast),
        Slot: _slots(plan, cast),
        Batch: _batches(plan, batches),
        BatchTest: _tests(plan, batches, random),
        Dosing: _dosings(plan, cast, of_person, random),
        DoseDecision: _decisions(plan, cast),
    }


def _make_batches(plan: Plan, cast: Cast, random: np.random.Generator) -> tuple[list[BatchCourse], list[BatchCourse]]:
    """The batches in the order in which they were made, and the one that each person was dosed from."""
    is_own = plan.protocol.product is not None and bool(plan.protocol.product.autologous)
    serves = 1 if is_own else max(plan.scenario.product.participants_per_batch.value, 1)
    batches: list[BatchCourse] = []
    current: BatchCourse | None = None
    of_person = []
    names = cast.names()
    for place, person in enumerate(cast.dosed):
        if current is None or current.used >= serves or current.expires < person.day:
            while True:
                current = _make_batch(plan, person.day, len(batches) + 1, random)
                current.made_for = names[cast.subject[place]] if is_own else None
                batches.append(current)
                if not current.is_rejected:
                    break
        current.used += 1
        of_person.append(current)
    return batches, of_person


def _make_batch(plan: Plan, needed: int, number: int, random: np.random.Generator) -> BatchCourse:
    """A batch that is released shortly before it is needed, unless it fails a test."""
    settings = plan.scenario.product
    release = int(random.integers(settings.release_days.lowest, settings.release_days.highest + 1))
    shelf = int(random.integers(settings.shelf_life_days.lowest, settings.shelf_life_days.highest + 1))
    spread = settings.viability_percent
    viability = float(np.clip(random.normal(spread.mean, spread.sd), spread.lowest, spread.highest))
    is_rejected = bool(random.random() < settings.batch_rejected.value) and bool(_criteria(plan)) and number < 50
    released = needed - 1 - int(random.integers(0, 8))
    made = released - release
    expires = max(made + shelf, needed)
    return BatchCourse(
        f"B{number:02}", made, None if is_rejected else released, expires, round(viability, 1), is_rejected
    )


def _criteria(plan: Plan) -> tuple[ReleaseCriterion, ...]:
    """The release tests of the protocol."""
    return plan.protocol.product.release_criteria if plan.protocol.product else ()


def _batches(plan: Plan, batches: list[BatchCourse]) -> Draft:
    """The batches as recorded."""
    text, product = plan.calendar.words, plan.protocol.product
    rows = [
        [
            each.name, product.name if product else None, None if each.made_for else "bank-01", each.made_for,
            text[each.made], text[each.expires],
            "rejected" if each.is_rejected else "released", None if each.released is None else text[each.released],
            each.viability,
        ]
        for each in batches
    ]  # fmt: skip
    names = (
        "batch", "product", "donor", "made_for", "manufactured", "expires", "state", "released", "viability_percent",
    )  # fmt: skip
    return from_rows(Batch, names, rows)


def _tests(plan: Plan, batches: list[BatchCourse], random: np.random.Generator) -> Draft:
    """The release tests; a rejected batch fails one of them."""
    criteria, rows = _criteria(plan), []
    for each in batches:
        fails = int(random.integers(0, len(criteria))) if each.is_rejected and criteria else None
        tested = plan.calendar.words[(each.released if each.released is not None else each.made + 20) - 1]
        for place, criterion in enumerate(criteria):
            result, words = _test_result(criterion, each, place == fails, random)
            rows.append([each.name, criterion.id, result, words, criterion.unit, place != fails, tested])
    names = ("batch", "test", "result", "result_text", "unit", "passed", "tested")
    return from_rows(BatchTest, names, rows)


def _test_result(
    criterion: ReleaseCriterion, batch: BatchCourse, fails: bool, random: np.random.Generator
) -> tuple[float | None, str | None]:
    """A result that passes or fails, as a number or in words."""
    lowest, highest = criterion.at_least, criterion.at_most
    if lowest is None and highest is None:
        return None, f"not {criterion.result or 'passed'}" if fails else criterion.result or "passed"
    share = float(random.uniform(0.02, 0.2))
    if criterion.id == "viability" and not fails and (lowest is None or batch.viability >= lowest):
        return batch.viability, None
    if lowest is not None and highest is not None:
        return round(lowest - abs(lowest) * share if fails else lowest + (highest - lowest) * share, 2), None
    if lowest is not None:
        return round(lowest - abs(lowest) * share if fails else lowest + abs(lowest) * share, 2), None
    assert highest is not None
    return round(highest + abs(highest) * share if fails else highest - abs(highest) * share, 2), None


def _cohorts(plan: Plan, cast: Cast) -> Draft:
    """The cohorts as recorded."""
    text, rows = plan.calendar.words, []
    for each in cast.enrolment.cohorts:
        closed = text[each.closed] if each.closed <= cast.cut else None
        opened_by = each.number - 1 if each.number > 1 else None
        rows.append(
            [
                str(each.number), each.level, float(plan.doses[each.level - 1]), plan.protocol.dose_levels.unit,
                each.kind, each.size, text[each.opened], closed, opened_by,
            ]
        )  # fmt: skip
    names = ("cohort", "dose_level", "dose", "dose_unit", "kind", "size", "opened", "closed", "decision")
    return from_rows(Cohort, names, rows)


def _slots(plan: Plan, cast: Cast) -> Draft:
    """The places of the cohorts and who held them; the sentinels are the first of a cohort who were dosed."""
    subject = dict(zip((each.candidate for each in cast.everyone), cast.names(), strict=True))
    rows: Table = []
    for cohort in cast.enrolment.cohorts:
        for each in cohort.slots:
            person = each.participant
            if person is not None and max(person.answered, each.opened) > cast.cut:
                continue
            assigned = None if person is None else plan.calendar.words[max(person.answered, each.opened)]
            rows.append(
                [
                    str(cohort.number), each.slot, None if person is None else subject[person.candidate], each.state,
                    _is_sentinel(plan, person), assigned,
                    None if each.replaces is None else subject[each.replaces], each.reason,
                ]
            )  # fmt: skip
    names = ("cohort", "slot", "subject", "state", "sentinel", "assigned", "replaces", "reason")
    return from_rows(Slot, names, rows)


def _is_sentinel(plan: Plan, person: Participant | None) -> bool | None:
    """Whether a place was a sentinel's; nothing where the protocol has none."""
    if plan.protocol.escalation.sentinel is None or person is None:
        return None
    return person.is_sentinel


def _dosings(plan: Plan, cast: Cast, batches: list[BatchCourse], random: np.random.Generator) -> Draft:
    """The dosings, with their times on the wall clock of the centre."""
    product, unit, settings = plan.protocol.product, plan.protocol.dose_levels.unit, plan.scenario.product
    centres, rows, count = plan.scenario.conduct.centres, [], len(cast)
    lost = random.uniform(settings.viability_lost.lowest, settings.viability_lost.highest, count)
    starts, waits, takes = (random.integers(*bounds, count) for bounds in (MORNING, CELLS_AFTER, CELLS_TAKE))
    starts = _one_after_the_other(cast, starts)
    visit = next((each.id for each in plan.visits if each.day == 0), None)
    names = cast.names()
    for place, person in enumerate(cast.dosed):
        day = plan.calendar.words[person.day]
        cells = int(starts[place] + waits[place])
        times = [f"{day}T{minute // 60:02}:{minute % 60:02}" for minute in (starts[place], cells, cells + takes[place])]
        viability = round(max(batches[place].viability - float(lost[place]), 0.0), 1)
        rows.append(
            [
                names[cast.subject[place]], 1, product.name if product else None, str(person.cohort), person.level,
                person.assigned, person.given, unit, "partial" if person.is_short else "full", batches[place].name,
                viability, round(settings.volume_ml.value * person.given / person.assigned, 3),
                product.route if product else None, *times,
                centres[cast.candidates.centre[person.candidate]].zone, person.is_short,
                "reflux along the catheter" if person.is_short else None, visit,
            ]
        )  # fmt: skip
    fields = (
        "subject", "number", "treatment", "cohort", "level_assigned", "dose_assigned", "dose_given", "dose_unit",
        "given", "batch", "viability_percent", "volume_ml", "route", "procedure_start", "product_start", "product_end",
        "zone", "interrupted", "interruption_reason", "visit",
    )  # fmt: skip
    return from_rows(Dosing, fields, rows)


def _one_after_the_other(cast: Cast, starts: Integers) -> Integers:
    """Starts of procedures, so that of several on one day each is later than the one before."""
    for place in range(1, len(cast)):
        if cast.day[place] == cast.day[place - 1]:
            starts[place] = min(max(starts[place], starts[place - 1] + MINUTES_APART), LATEST_START)
    return starts


def _decisions(plan: Plan, cast: Cast) -> Draft:
    """The decisions; each follows the advice of the rule."""
    review, rows = plan.protocol.escalation.committee_review, []
    for number, each in enumerate(cast.enrolment.decisions, start=1):
        if each.day > cast.cut:
            continue
        advice, day = each.advice, plan.calendar.words[each.day]
        rows.append(
            [
                number, day, str(each.cohort), advice.action, advice.next_level, advice.recommended_level,
                advice.reason, advice.action, advice.next_level, "as the rule recommends",
                "; ".join(review.members) if review and review.members else None, day, plan.protocol.trial.version,
            ]
        )  # fmt: skip
    names = (
        "decision", "decided", "cohort", "recommended_action", "recommended_next_level", "recommended_level",
        "recommendation", "action", "next_level", "reason", "members", "data_as_of", "protocol_version",
    )  # fmt: skip
    return from_rows(DoseDecision, names, rows)
