"""Treatment emergence with partial dates against every way in which the dates could be complete."""

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from firstdose.safety.emergence import EventCourse, GradeStep, treatment_emergence
from firstdose.safety.moments import Moment

FIRST = date(2026, 3, 1)
TREATED = 4  # day of treatment, counted from the first
spans = st.tuples(st.integers(0, 9), st.integers(0, 3))


def moment(first: int, length: int) -> Moment:
    return Moment(FIRST + timedelta(first), FIRST + timedelta(first + length))


def emerges(start: int, end: int | None, first_grade: int, change: int, second_grade: int, window: int | None) -> bool:
    """The rules of complete dates, in their order."""
    if end is not None and end < TREATED:
        return False
    if start >= TREATED:
        return window is None or start <= TREATED + window
    worse = change >= TREATED and second_grade > first_grade
    return worse and (window is None or change <= TREATED + window)


@given(spans, st.none() | spans, spans, st.integers(1, 3), st.integers(1, 3), st.none() | st.integers(0, 4))
def test_an_answer_holds_however_the_dates_are_completed(
    start: tuple[int, int],
    end: tuple[int, int] | None,
    change: tuple[int, int],
    first_grade: int,
    second_grade: int,
    window: int | None,
) -> None:
    possible = set()
    for began, changed, ended in product(
        range(start[0], sum(start) + 1),
        range(change[0], sum(change) + 1),
        [None] if end is None else range(end[0], sum(end) + 1),
    ):
        if began <= changed and (ended is None or changed <= ended):
            possible.add(emerges(began, ended, first_grade, changed, second_grade, window))
    steps = (GradeStep(first_grade, moment(*start)), GradeStep(second_grade, moment(*change)))
    event = EventCourse(moment(*start), Moment() if end is None else moment(*end), steps)
    found = treatment_emergence(event, Moment.on(FIRST + timedelta(TREATED)), window_days=window)
    if possible and found.answer is not None:
        assert possible == {found.answer}
    if start[1] == change[1] == 0 and (end is None or end[1] == 0) and possible:
        assert found.answer is not None
