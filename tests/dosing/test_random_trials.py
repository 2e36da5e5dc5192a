"""Random small trials: history and gate against a naive program that knows days as plain numbers and no records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firstdose.dosing import course_of, history_of, may_be_dosed
from firstdose.records import Disposition
from firstdose.safety import Status
from tests.dosing.trial import ROME, Trial, protocol, time

PLAIN = protocol()
FIRST = date(2026, 3, 1)
WINDOW = 28
LETTERS = {Status.PENDING: "?", Status.NOT_EVALUABLE: "-"}


@dataclass(frozen=True)
class Person:
    """Day of dosing; share of the dose; days from dosing to an event, from it to its verdict, and to leaving."""

    dosed: int
    share: float = 1.0
    event_after: int | None = None
    verdict_after: int | None = None
    is_dlt: bool = True
    left_after: int | None = None


people = st.builds(
    Person,
    dosed=st.integers(0, 30),
    share=st.sampled_from([1.0, 1.0, 1.0, 0.5]),
    event_after=st.none() | st.none() | st.integers(0, WINDOW),
    verdict_after=st.none() | st.integers(0, 10),
    is_dlt=st.booleans(),
    left_after=st.none() | st.none() | st.integers(1, 40),
)


def moment(day: int, hour: int, minute: int = 0) -> str:
    return f"{FIRST + timedelta(days=day)}T{hour:02}:{minute:02}"


def trial_of(first_cohort: list[Person], decided: int) -> Trial:
    """C1 with these people at level 1, and P in the second cohort, decided on a day with a reason."""
    trial = Trial().batch().person("P").cohort("C1", 1, moment(-5, 8))
    for number, person in enumerate(first_cohort, start=1):
        name = f"P{number}"
        trial = trial.person(name).slot("C1", number, name, state="dosed", assigned=None)
        trial = trial.dosed(name, moment(person.dosed, 9), "C1", 1, dose_given=5.0 * person.share)
        if person.event_after is not None:
            began = person.dosed + person.event_after
            trial = trial.event(name, moment(began, 10))
            if person.verdict_after is not None:
                verdict = "dlt" if person.is_dlt else "not_dlt"
                trial = trial.verdict(name, verdict, moment(began + person.verdict_after, 11))
        if person.left_after is not None:
            left = time(moment(person.dosed + person.left_after, 11))
            trial = trial.plus(Disposition(subject=name, number=1, event="withdrawal by subject", occurred=left))
    trial = trial.cohort("C2", 2, moment(decided, 8), decision=1).slot("C2", 1, "P", assigned=None)
    return trial.decision(1, 2, moment(decided, 7, 30), reason="as discussed")


def naive_letter(person: Person, day: int, hour: int = 12) -> str | None:
    """A person's letter at an hour of a day, None before dosing; at hour 7 nothing of the day itself is known."""
    today = day if hour >= 12 else day - 1
    if today < person.dosed:
        return None
    has_event = person.event_after is not None and today >= person.dosed + person.event_after
    verdict_day = None
    if person.event_after is not None and person.verdict_after is not None:
        verdict_day = person.dosed + person.event_after + person.verdict_after
    is_judged = verdict_day is not None and today >= verdict_day
    if is_judged and person.is_dlt:
        return "T"
    if has_event and not is_judged:
        return "?"
    has_left = person.left_after is not None and today >= person.dosed + person.left_after
    if has_left and person.left_after is not None and person.left_after <= WINDOW:
        return "-"
    if not has_left and day - person.dosed <= WINDOW:
        return "?"
    return "N" if person.share == 1 else "-"


def naive_answer(first_cohort: list[Person], decided: int, day: int) -> bool:
    """Whether P may be dosed at noon of a day."""
    if day < decided:
        return False
    for person in first_cohort:
        now, then = naive_letter(person, day), naive_letter(person, decided, 7)
        if now is None:
            continue
        if day - person.dosed < 14 or now == "?":
            return False
        if now == "T" and then != "T":
            return False
        if then == "N" and now == "-":
            return False
    return True


cases = st.tuples(st.lists(people, min_size=1, max_size=3), st.integers(10, 70), st.integers(0, 80))


@settings(max_examples=250, deadline=None)
@given(cases)
@example(([Person(0, event_after=3, verdict_after=2), Person(7)], 40, 45))
@example(([Person(0), Person(7), Person(14, event_after=28, verdict_after=10)], 43, 60))
def test_agrees_with_days_as_plain_numbers(case: tuple[list[Person], int, int]) -> None:
    first_cohort, decided, day = case
    trial, noon = trial_of(first_cohort, decided), moment(day, 12)
    as_of = datetime.fromisoformat(noon).replace(tzinfo=ROME)
    found = history_of(PLAIN, trial.data, as_of)
    order = sorted(range(len(first_cohort)), key=lambda place: (first_cohort[place].dosed, place))
    expected = [(f"P{place + 1}", naive_letter(first_cohort[place], day)) for place in order]
    seen = [pair for cohort in found.cohorts for pair in zip(cohort.subjects, cohort.outcomes, strict=True)]
    assert seen == [pair for pair in expected if pair[1] is not None]

    gate = may_be_dosed(PLAIN, trial.data, "P", as_of)
    assert gate.allowed == naive_answer(first_cohort, decided, day), gate.reasons
    if gate.allowed:
        assert gate.earliest is not None
        assert gate.earliest.day is not None
        assert gate.earliest.day <= as_of.date().toordinal()
        assert gate.reasons == ()
    elif gate.earliest is not None and (gate.earliest.day is None or gate.earliest.day > as_of.date().toordinal()):
        assert gate.reasons


@settings(max_examples=150, deadline=None)
@given(cases)
def test_there_is_a_letter_for_everyone_who_was_dosed_and_it_is_their_evaluability(
    case: tuple[list[Person], int, int],
) -> None:
    first_cohort, decided, day = case
    trial = trial_of(first_cohort, decided)
    as_of = datetime.fromisoformat(moment(day, 12)).replace(tzinfo=ROME)
    courses = [course for course in course_of(PLAIN, trial.data, as_of) if course.is_dosed]
    letters = [LETTERS.get(course.status, "T" if course.has_dlt else "N") for course in courses]
    found = history_of(PLAIN, trial.data, as_of)
    assert sorted("".join(cohort.outcomes for cohort in found.cohorts)) == sorted(letters)
    assert found.history.evaluable == sum(course.status is Status.EVALUABLE for course in courses)
    assert sum(len(cohort.subjects) for cohort in found.cohorts) == len(courses)
    assert not found.missing


@settings(max_examples=60, deadline=None)
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(case: tuple[list[Person], int, int], order: object) -> None:
    first_cohort, decided, day = case
    trial = trial_of(first_cohort, decided)
    shuffled = Trial(tuple(sorted(trial.records, key=lambda _: order.random())))  # type: ignore[attr-defined]
    as_of = datetime.fromisoformat(moment(day, 12)).replace(tzinfo=ROME)
    assert history_of(PLAIN, shuffled.data, as_of) == history_of(PLAIN, trial.data, as_of)
    first, second = (may_be_dosed(PLAIN, each.data, "P", as_of) for each in (trial, shuffled))
    assert set(first.reasons) == set(second.reasons)
    assert first.earliest == second.earliest
