"""Who counts for DLTs, who is replaced, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from firstdose.protocol.escalation import DltDefinition, EvaluableRule
from firstdose.protocol.product import DoseTolerance
from firstdose.safety.evaluability import (
    Evaluability,
    Status,
    Treated,
    evaluability,
    is_within_tolerance,
    level_of_dose,
    replaced,
)

DEFINITION = DltDefinition(definition="grade 3 or more", attribution=("product",), window_days=28)
RULE = EvaluableRule(rule="the full dose and the window, or a DLT", replaced=True)
TOLERANCE = DoseTolerance(below=10, above=10, unit="%")
PROCEDURE = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DOSES = (5, 10, 16, 24)


def judged(day: int = 40, **changes: object) -> Evaluability:
    """The status of a participant of the 16 million level on a day, with these changes."""
    facts: dict[str, object] = {"dose_assigned": 16.0, "dose_given": 16.0, "procedure_start": PROCEDURE} | changes
    treated = Treated("P1", **facts)  # type: ignore[arg-type]
    return evaluability(treated, PROCEDURE + timedelta(days=day), UTC, DEFINITION, RULE, TOLERANCE)


def test_the_full_dose_and_the_whole_window_make_evaluable() -> None:
    assert judged(29) == Evaluability(
        "P1", Status.EVALUABLE, ("the full dose, and day 28 completed without a DLT",), False
    )
    assert judged(28).status is Status.PENDING
    assert judged(28).reasons == ("day 28 of 28: the window is open",)


def test_a_dlt_makes_evaluable_at_once_whatever_the_dose() -> None:
    found = judged(3, dlts=(None, True), dose_given=4.0)
    assert (found.status, found.has_dlt) == (Status.EVALUABLE, True)


def test_an_incomplete_dose_is_replaced_once_the_window_has_passed() -> None:
    assert judged(10, dose_given=14.0).status is Status.PENDING
    found = judged(29, dose_given=14.0)
    assert found.status is Status.NOT_EVALUABLE
    assert found.is_replaced
    assert found.reasons == ("given 14 of 16, below the tolerance",)


def test_who_leaves_within_the_window_is_replaced_at_once() -> None:
    found = judged(12, left_at=PROCEDURE + timedelta(days=11), left_because="withdrew consent")
    assert found.status is Status.NOT_EVALUABLE
    assert found.reasons == ("follow-up ended on day 11 of 28: withdrew consent",)
    assert replaced([found, judged()]) == (found,)


def test_who_leaves_after_the_window_has_completed_it() -> None:
    assert judged(60, left_at=PROCEDURE + timedelta(days=29)).status is Status.EVALUABLE
    assert judged(10, left_at=PROCEDURE + timedelta(days=11)).status is Status.PENDING


def test_an_event_that_waits_for_adjudication_keeps_the_status_open() -> None:
    found = judged(60, dlts=(False, None))
    assert found.status is Status.PENDING
    assert found.reasons == ("an event waits for adjudication",)
    left = judged(12, dlts=(None,), left_at=PROCEDURE + timedelta(days=11))
    assert left.status is Status.PENDING
    assert judged(60, dlts=(False, False)).status is Status.EVALUABLE


def test_who_was_not_dosed_does_not_count() -> None:
    assert judged(dose_given=None).status is Status.NOT_DOSED
    assert judged(procedure_start=None).status is Status.NOT_DOSED
    assert judged(-1).status is Status.NOT_DOSED


def test_nobody_is_replaced_where_the_protocol_does_not_say_so() -> None:
    treated = Treated("P1", 16, 10, PROCEDURE)
    for rule in (None, EvaluableRule(rule="everyone", replaced=False)):
        found = evaluability(treated, PROCEDURE + timedelta(days=40), UTC, DEFINITION, rule, TOLERANCE)
        assert not found.is_replaced


@pytest.mark.parametrize(("given", "fits"), [(14.4, True), (14.39, False), (17.6, True), (17.61, False), (16, True)])
def test_the_tolerance_holds_its_ends(given: float, fits: bool) -> None:
    assert is_within_tolerance(16, given, TOLERANCE) is fits
    assert is_within_tolerance(16, given, None) is (given == 16)


def test_a_tolerance_in_the_unit_of_the_doses() -> None:
    tolerance = DoseTolerance(below=1, above=0.5, unit="million cells")
    assert [is_within_tolerance(16, given, tolerance) for given in (14.9, 15, 16.5, 16.6)] == [False, True, True, False]


@pytest.mark.parametrize(("given", "level"), [(5, 1), (10.9, 2), (13, None), (15, 3), (24, 4), (30, None)])
def test_a_dose_counts_at_the_level_that_it_is_near(given: float, level: int | None) -> None:
    assert level_of_dose(given, DOSES, TOLERANCE) == level


def test_where_tolerances_overlap_the_nearer_level_counts() -> None:
    assert level_of_dose(10.6, (10, 11), TOLERANCE) == 2
