"""The plain definitions of what is true, on people written down here by hand."""

import pytest

from firstdose.validation.recovery_people import Event, Person, World
from firstdose.validation.recovery_truths import TRUTHS
from tests.recovery import analyses

UNTIL = 379


def event(start: int, end: int | None, grade: int = 1, cause: str = "disease", serious: bool = False) -> Event:
    return Event(cause, start, end, grade, serious, False)


def person(*events: Event, edss: tuple[float, ...] = (7.0,) * 17, followed_to: int = UNTIL, level: int = 1) -> Person:
    """The steps are those of months -4 to 12."""
    return Person(level, float(level), followed_to, level / 10, edss[0], edss[0] - 1, -4, edss, events)


def world(*people: Person) -> World:
    protocol, scenario = analyses.reference()
    found = World(protocol, scenario.without_dose_effects(), 1, 1)
    found.__dict__["people"] = list(people)
    return found


def true(name: str, *people: Person) -> float:
    return TRUTHS[name].find(world(*people))


def rising(month: int, to: float = 7.5) -> tuple[float, ...]:
    """Steps of someone who is at 7.0 until a month after dosing, and higher from then on."""
    return tuple(7.0 if each < month else to for each in range(-4, 13))


def test_shares_and_rates_of_events() -> None:
    severe, mild = event(9, 12, 3, serious=True), event(19, 30)
    people = person(severe, mild, mild), person(mild), person(), person(followed_to=99)
    days = 3 * 380 + 100
    assert true("people, any event", *people) == 0.5
    assert true("people, grade 3 or more", *people) == 0.25
    assert true("people, serious", *people) == 0.25
    assert true("rate, any event", *people) == pytest.approx(4 / (days / 365.25))
    assert true("first, any event", *people) == pytest.approx(2 / ((10 + 20 + 380 + 100) / 365.25))
    assert true("first, grade 3 or more", *people) == pytest.approx(1 / ((10 + 2 * 380 + 100) / 365.25))


def test_relations_are_judged_with_the_errors_of_the_scenario() -> None:
    """85 % of the true ones are recognised, and 5 % of the others suspected."""
    cause = event(1, 2, cause="product")
    assert true("judged, product", person(cause)) == pytest.approx(0.85)
    assert true("judged, product", person(event(1, 2))) == pytest.approx(0.05)
    assert true("judged, product", person(cause, event(1, 2))) == pytest.approx(1 - 0.15 * 0.95)
    assert true("people, caused by the product", person(cause), person(event(1, 2))) == 0.5


def test_events_that_never_end_or_end_by_death_are_not_resolved() -> None:
    its = event(0, 7), event(0, 8), event(0, None), event(0, 3, 5)
    assert true("resolved by 7", person(*its)) == 0.25
    assert true("resolved by 28", person(*its)) == 0.5


@pytest.mark.parametrize(
    ("edss", "followed_to", "by_24_weeks", "by_12_weeks"),
    [
        (rising(3), UNTIL, True, True),  # seen in month 4, confirmed in month 10
        (rising(6), UNTIL, True, True),  # seen in month 6 (day 183), confirmed in month 12
        (rising(8), UNTIL, False, True),  # seen in month 8, too late for 24 weeks
        (rising(12), UNTIL, False, False),
        (rising(3), 250, False, True),
        ((7.0,) * 17, UNTIL, False, False),
        ((*rising(3)[:10], *(7.0,) * 7), UNTIL, False, False),  # back before it is confirmed
        (rising(-2), UNTIL, False, False),  # higher before dosing already
    ],
)
def test_confirmed_worsening(edss: tuple[float, ...], followed_to: int, by_24_weeks: bool, by_12_weeks: bool) -> None:
    someone, other = person(edss=edss, followed_to=followed_to), person()
    assert true("worsened, 24 weeks", someone, other) == by_24_weeks / 2
    assert true("worsened, 12 weeks", someone, other) == by_12_weeks / 2


def test_worsening_counts_by_the_day_of_its_onset() -> None:
    people = person(edss=rising(2)), person(edss=rising(6)), person(), person()
    assert true("free of worsening by day 165, 24 weeks", *people) == 0.75
    assert true("free of worsening by day 200, 24 weeks", *people) == 0.5


def test_people_who_cannot_be_seen_to_worsen_do_not_count() -> None:
    assert true("worsened, 24 weeks", person(edss=rising(2)), person(followed_to=120)) == 1


def test_ratings_err_about_the_true_step_and_before_dosing_within_the_criteria() -> None:
    """Of people at 8.0 who never change some seem to, after a rating of 7.5 before dosing; those at 7.0 who were at 6.0
    two years before are not let in with a rating of 6.5, which asks for a rise by 1.0."""
    steady, refused = [person(edss=(8.0,) * 17)] * 2000, [person()] * 2000
    assert true("worsened, 12 weeks", *steady) == true("rated worse, 12 weeks", *refused) == 0
    assert 0.02 < true("rated worse, 24 weeks", *steady) < true("rated worse, 12 weeks", *steady) < 0.1


def test_changes_volumes_lesions_and_troughs() -> None:
    people = person(edss=rising(6)), person(level=3), person(followed_to=100, edss=rising(1))
    assert true("EDSS change, M3", *people) == pytest.approx(0.5 / 3)
    assert true("EDSS change, M12", *people) == 0.25
    assert true("brain volume", *people) == pytest.approx(-0.584)
    assert true("brain volume correlation", *people) == pytest.approx(1)
    assert true("new lesions", person()) == pytest.approx(1 - 1 / (1 + 0.3 * 366 / 365.25))
    assert true("trough middle") == pytest.approx(50**0.5)
    assert true("trough mean") == pytest.approx(50**0.5 * 2.718281828 ** ((0.15**2 + 0.25**2) / 2))
    assert true("DLT rate") == 0.02
