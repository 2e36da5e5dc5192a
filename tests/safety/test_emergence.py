"""Treatment emergence: each rule, partial dates, the window, and worsening."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from firstdose.safety.emergence import EventCourse, GradeStep, treatment_emergence
from firstdose.safety.moments import MISSING, Moment

ROME = ZoneInfo("Europe/Rome")
START = Moment.on(date(2026, 3, 10))
BEFORE, LATER, MUCH_LATER = (Moment.on(day) for day in (date(2026, 3, 1), date(2026, 3, 20), date(2026, 6, 1)))
MARCH = Moment(date(2026, 3, 1), date(2026, 3, 31))
FEBRUARY = Moment(date(2026, 2, 1), date(2026, 2, 28))
APRIL = Moment(date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("start", "end", "answer"),
    [
        (BEFORE, BEFORE, False),
        (BEFORE, LATER, False),
        (BEFORE, MISSING, False),
        (START, MISSING, True),
        (LATER, MUCH_LATER, True),
        (MISSING, MISSING, None),
        (MISSING, LATER, None),
        (MISSING, BEFORE, False),
        (MISSING, MARCH, None),
        (MISSING, FEBRUARY, False),
        (FEBRUARY, MISSING, False),
        (APRIL, MISSING, True),
        (MARCH, MISSING, None),
        (MARCH, BEFORE, False),
        (MARCH, MARCH, None),
    ],
)
def test_the_rules_in_their_order(start: Moment, end: Moment, answer: bool | None) -> None:
    emergence = treatment_emergence(EventCourse(start, end), START)
    assert emergence.answer is answer
    assert emergence.counts is (answer is not False)
    assert (emergence.assumption is None) == ((answer is not None and not start.is_missing) or answer is False)


@pytest.mark.parametrize("treatment", [None, MISSING])
def test_without_treatment_nothing_emerges(treatment: Moment | None) -> None:
    emergence = treatment_emergence(EventCourse(LATER), treatment)
    assert emergence.answer is False
    assert emergence.rule == "no treatment was started"


def test_on_the_day_of_the_procedure_the_time_decides_where_it_is_known() -> None:
    procedure = Moment.at(datetime(2026, 3, 10, 10, 0, tzinfo=ROME), ROME)

    def answer(hour: int) -> bool | None:
        return treatment_emergence(
            EventCourse(Moment.at(datetime(2026, 3, 10, hour, 0, tzinfo=ROME), ROME)), procedure
        ).answer

    assert answer(9) is False
    assert answer(10) is True
    assert answer(11) is True
    assert treatment_emergence(EventCourse(START), procedure).answer is True


@pytest.mark.parametrize(
    ("day", "answer"), [(date(2026, 4, 9), True), (date(2026, 4, 10), False), (date(2026, 3, 10), True)]
)
def test_the_window_ends_with_its_last_day(day: date, answer: bool) -> None:
    assert treatment_emergence(EventCourse(Moment.on(day)), START, window_days=30).answer is answer


def test_the_window_is_counted_from_the_last_treatment() -> None:
    event = EventCourse(Moment.on(date(2026, 6, 20)))
    assert treatment_emergence(event, START, window_days=30).answer is False
    assert treatment_emergence(event, START, window_days=30, last_treatment=MUCH_LATER).answer is True
    assert treatment_emergence(event, START, window_days=30, last_treatment=Moment()).answer is None


def test_a_partial_date_may_leave_the_window_open() -> None:
    emergence = treatment_emergence(EventCourse(APRIL), START, window_days=30)
    assert emergence.answer is None
    assert emergence.assumption == "began within the window"


def grades(*steps: tuple[int, Moment]) -> tuple[GradeStep, ...]:
    return tuple(GradeStep(grade, since) for grade, since in steps)


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        (grades((1, BEFORE), (2, LATER)), True),
        (grades((1, BEFORE), (2, BEFORE)), False),
        (grades((2, BEFORE), (1, LATER)), False),
        (grades((2, BEFORE), (1, LATER), (2, MUCH_LATER)), False),
        (grades((3, FEBRUARY), (1, BEFORE), (2, LATER)), True),
        (grades((2, BEFORE)), False),
        ((), False),
        (grades((1, BEFORE), (2, MARCH)), None),
        (grades((1, BEFORE), (2, MISSING)), None),
        (grades((1, BEFORE), (2, MARCH), (3, LATER)), True),
        (grades((1, BEFORE), (1, MARCH)), False),
        (grades((1, BEFORE), (2, LATER), (3, BEFORE)), None),
    ],
)
def test_an_event_that_began_before_emerges_if_it_became_worse(
    steps: tuple[GradeStep, ...], answer: bool | None
) -> None:
    emergence = treatment_emergence(EventCourse(BEFORE, MISSING, steps), START)
    assert emergence.answer is answer


def test_worsening_after_the_window_does_not_count() -> None:
    event = EventCourse(BEFORE, MISSING, grades((1, BEFORE), (3, MUCH_LATER)))
    assert treatment_emergence(event, START).answer is True
    assert treatment_emergence(event, START, window_days=30).answer is False


def test_an_event_that_emerges_either_way_emerges_whatever_its_partial_date_means() -> None:
    event = EventCourse(MARCH, MISSING, grades((1, MARCH), (2, LATER)))
    assert treatment_emergence(event, START).answer is True
