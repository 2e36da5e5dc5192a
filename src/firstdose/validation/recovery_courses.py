"""Confirmed worsening and change of the EDSS as they truly are: a plain definition on everybody's latent course."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from firstdose.validation.recovery_people import Person, World, mean

RATING_SEED = 20_230_912
TOLERANCE = 7  # days by which a confirmation may come too early


def true_courses(world: World) -> Iterator[tuple[Person, list[int], list[float]]]:
    """Days and true steps of everybody: before dosing, and at each planned visit while they were followed."""
    for person in world.people:
        days = [-1, *world.planned_days("edss", person.followed_to)]
        yield person, days, [person.edss_on(day) for day in days]


def rated_courses(world: World) -> Iterator[tuple[Person, list[int], list[float]]]:
    """The same as raters see it, each rating drawn anew: off by a half or a whole step as often as the scenario says.

    Before dosing a rating that the criteria refuse gives way to the true step, and that to the step at entry.
    """
    random, error = np.random.default_rng(RATING_SEED), world.scenario.disability.measurement_error
    shares = [error.whole_step / 2, error.half_step / 2, 1 - error.half_step - error.whole_step]
    for person, days, steps in true_courses(world):
        drawn = random.choice([-1.0, -0.5, 0.0, 0.5, 1.0], size=len(steps), p=[*shares, *shares[1::-1]])
        rated = [min(max(step + off, 0.0), 9.5) for step, off in zip(steps, drawn.tolist(), strict=True)]
        choices = (rated[0], steps[0], person.edss_at_entry)
        rated[0] = next(step for step in choices if _is_let_in(step, step - person.edss_two_years_before))
        yield person, days, rated


def _is_let_in(step: float, rise: float) -> bool:
    """The criteria of the reference protocol on the EDSS and its rise over two years, written out once more."""
    return (step == 6.5 and rise >= 1.0) or (6.5 < step <= 8 and rise >= 0.5)


def _onset(days: list[int], steps: list[float], confirmed_after: int) -> int | None:
    """The day of the first rise by half a step that lasts through all visits until one that confirms it.

    Everybody is above 5.0 before dosing, where half a step counts.
    """
    worse = [step >= steps[0] + 0.5 for step in steps]
    for onset in range(1, len(days)):
        for later in range(onset + 1, len(days)):
            if not all(worse[onset : later + 1]):
                break
            if days[later] - days[onset] >= confirmed_after - TOLERANCE:
                return days[onset]
    return None


Courses = Callable[[World], Iterator[tuple[Person, list[int], list[float]]]]


def worsened(courses: Courses, confirmed_after: int) -> Callable[[World], float]:
    """People with confirmed worsening among those followed for long enough to see one."""

    def find(world: World) -> float:
        return mean(
            _onset(days, steps, confirmed_after) is not None
            for _, days, steps in courses(world)
            if len(days) > 2 and days[-1] - days[1] >= confirmed_after - TOLERANCE
        )

    return find


def free_by(courses: Courses, confirmed_after: int, by_day: int) -> Callable[[World], float]:
    """People without an onset of confirmed worsening by a day, among those followed to the last visit."""

    def find(world: World) -> float:
        last = world.planned_days("edss", 366)[-1]
        onsets = (_onset(days, steps, confirmed_after) for _, days, steps in courses(world) if days[-1] >= last)
        return mean(onset is None or onset > by_day for onset in onsets)

    return find


def edss_change(day: int) -> Callable[[World], float]:
    """The mean true change of the EDSS from before dosing to a day, of those followed so far."""
    return lambda world: mean(
        person.edss_on(day) - person.edss_on(-1) for person in world.people if person.followed_to >= day
    )
