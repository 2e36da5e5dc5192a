"""Which verdict on an event holds: worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from firstdose.dosing.known import Span, span_of
from firstdose.dosing.leaving import Ending, is_end, left_between
from firstdose.dosing.toxicity import Verdict, decided
from firstdose.records import Disposition
from tests.dosing.trial import ROME, time

AS_OF = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def verdict(number: int, when: str | None, is_dlt: bool | None) -> Verdict:
    return Verdict(number, span_of(time(when), ROME), is_dlt)


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        ([], None),
        ([(1, "2026-03-01T10:00", True)], True),
        ([(1, "2026-03-11T10:00", True)], None),
        ([(1, "2026-03-01T10:00", True), (2, "2026-03-02T10:00", False)], False),
        ([(2, "2026-03-01T10:00", True), (1, "2026-03-02T10:00", False)], False),  # times go before numbers
        ([(1, "2026-03-02", True), (2, "2026-03-02T10:00", False)], False),  # numbers, where times do not tell
        ([(2, "2026-03-02", True), (1, "2026-03-02T10:00", False)], True),
        ([(1, "2026-03-02T10:00", True), (1, "2026-03-02T10:00", False)], True),  # of two alike the DLT stands
        ([(1, "2026-03-01T10:00", True), (2, "2026-03", False)], None),  # may still be to come
        ([(1, "2026-03-01T10:00", True), (2, None, False)], None),
        ([(1, None, False), (2, "2026-03-01T10:00", True)], True),  # the undated one came before
        ([(1, "2026-03-01T10:00", True), (2, "2026-03", True)], True),
        ([(1, "2026-03-01T10:00", True), (2, "2026-03-02T10:00", None)], None),  # undecided again
    ],
)
def test_the_latest_verdict_holds(verdicts: list[tuple[int, str | None, bool | None]], answer: bool | None) -> None:
    made = [verdict(*each) for each in verdicts]
    assert decided(None, made, AS_OF) is answer
    assert decided(None, made[::-1], AS_OF) is answer


def test_without_a_verdict_only_what_is_no_candidate_is_decided() -> None:
    assert [decided(candidate, [], AS_OF) for candidate in (True, None, False)] == [None, None, False]
    assert decided(False, [verdict(1, "2026-03-01", True)], AS_OF) is True
    assert decided(False, [verdict(1, "2026-03-01", None)], AS_OF) is None


def ending(when: str | None, is_end: bool | None = True) -> Ending:
    return Ending(span_of(time(when), ROME), "left", "dispositions P1/1", is_end)


def test_the_first_of_several_endings_counts() -> None:
    early, late, doubtful = ending("2026-03-01T10:00"), ending("2026-04"), ending("2026-02-01T10:00", None)
    assert left_between((late, early)) == early.when
    assert left_between((late,)) == late.when
    assert left_between((ending(None), early)) == Span(None, early.when.last)
    assert left_between((doubtful, early)) == Span(doubtful.when.first, early.when.last)
    assert left_between((doubtful,)) == Span(doubtful.when.first, None)


@pytest.mark.parametrize(
    ("event", "category", "answer"),
    [
        ("WITHDRAWAL BY SUBJECT", None, True),
        ("withdrawal_of_consent", None, True),
        ("COMPLETED", "DISPOSITION EVENT", True),
        ("RANDOMIZED", "PROTOCOL MILESTONE", False),
        ("Informed  Consent Obtained", None, False),
        ("FINAL LAB VISIT", "OTHER EVENT", False),
        ("moved away", None, None),
    ],
)
def test_a_disposition_is_an_end_a_milestone_or_unclear(event: str, category: str | None, answer: bool | None) -> None:
    assert is_end(Disposition(subject="P1", number=1, event=event, category=category)) is answer
