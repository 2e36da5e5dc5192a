"""Confirmed change on courses small enough to follow by eye, and its settings."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from firstdose.methods.confirmed_change import Change, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import (
    RELAPSE_FREE,
    ChangeRule,
    RelapseFree,
    edss_smallest_change,
    relative_smallest_change,
    symbol_digit_smallest_change,
)

EVERY_12_WEEKS = 84


def changes(
    values: list[float], relapses: list[int] | None = None, ends: list[int] | None = None, **settings: Any
) -> tuple[Change, ...]:
    """Changes of one person's EDSS at visits every 12 weeks; relapses on these days."""
    onsets = relapses or []
    found = confirmed_changes(
        np.zeros(len(values), dtype=int),
        EVERY_12_WEEKS * np.arange(len(values)),
        values,
        rule=ChangeRule(**settings),
        smallest_change=edss_smallest_change,
        relapses=Relapses(np.zeros(len(onsets), dtype=int), np.array(onsets, dtype=int), ends),
    )
    return found.changes[0]


def onsets(values: list[float], **settings: Any) -> list[tuple[str, int]]:
    return [(change.direction, change.onset) for change in changes(values, **settings)]


def test_worsening_needs_its_size_and_a_confirmation() -> None:
    assert onsets([6, 6.5, 6.5]) == [("worsening", 1)]
    assert onsets([6, 6.5, 6]) == []
    assert onsets([4, 4.5, 4.5]) == []
    assert onsets([0, 1, 1.5, 1.5]) == [("worsening", 2)]
    assert onsets([6, 6.5]) == []


def test_confirmation_needs_every_visit_in_between_unless_told_otherwise() -> None:
    assert onsets([6, 6.5, 6, 6.5, 6.5], confirm_after=(168,)) == []
    assert onsets([6, 6.5, 6, 6.5, 6.5], confirm_after=(168,), between=False) == [("worsening", 1)]


def test_either_of_two_distances_confirms() -> None:
    first = changes([6, 6.5, 6.5, 6], confirm_after=(84, 168), tolerance=(7, 7))[0]
    assert first.confirmed == (2, None)
    both = changes([6, 6.5, 6.5, 6.5], confirm_after=(84, 168), tolerance=(7, 7))[0]
    assert both.confirmed == (2, 3)


def test_which_changes_are_wanted() -> None:
    course = [6.0, 5.5, 5.5, 6.5, 6.5, 6.5]
    assert onsets(course) == [("worsening", 3)]
    assert onsets(course, wanted="first_improvement") == [("improvement", 1)]
    assert onsets([7, 6, 6, 7.5, 7.5], wanted="first_improvement") == [("improvement", 1)]
    assert onsets([7, 6, 6, 7.5, 7.5], wanted="first") == [("improvement", 1)]
    assert onsets([7, 6, 6, 7.5, 7.5, 6, 6], wanted="first_of_each") == [("improvement", 1), ("worsening", 3)]


def test_a_moving_baseline_finds_the_steps_of_a_fall_and_a_rise() -> None:
    course = [7.0, 6, 6, 7, 7, 8, 8]
    moving = onsets(course, wanted="all", baseline_moves="after_change")
    assert moving == [("improvement", 1), ("worsening", 3), ("worsening", 5)]
    assert onsets(course, wanted="all") == [("improvement", 1), ("worsening", 5)]
    assert onsets(course, wanted="all", baseline_moves="after_improvement") == [("improvement", 1), ("worsening", 3)]


def test_with_a_fixed_baseline_a_lasting_change_counts_once() -> None:
    assert onsets([6, 7, 7, 7, 7, 6, 7, 7], wanted="all") == [("worsening", 1), ("worsening", 6)]


def test_the_search_may_go_on_from_the_onset() -> None:
    course = [6.0, 6.5, 7, 7, 7]
    settings: dict[str, Any] = {"wanted": "all", "baseline_moves": "after_change"}
    assert onsets(course, **settings) == [("worsening", 1)]
    assert onsets(course, proceed_from="onset", **settings) == [("worsening", 1), ("worsening", 2)]


def test_small_confirmed_changes_may_move_the_baseline() -> None:
    course = [4.0, 4.5, 4.5, 5.5, 5.5]
    settings: dict[str, Any] = {"wanted": "all", "baseline_moves": "after_change"}
    assert [change.reference for change in changes(course, **settings)] == [4.0]
    assert [change.reference for change in changes(course, small_changes="worsening", **settings)] == [4.5]
    assert [change.reference for change in changes(course, small_changes="improvement", **settings)] == [4.0]


def test_a_baseline_that_may_not_become_lower_keeps_its_value() -> None:
    course = [7.0, 6, 6, 7, 7, 7.5, 7.5]
    settings: dict[str, Any] = {"wanted": "all", "baseline_moves": "after_change", "never_lower": True}
    found = changes(course, **settings)
    assert [(change.direction, change.onset, change.reference) for change in found] == [
        ("improvement", 1, 7.0),
        ("worsening", 5, 7.0),
    ]


def test_a_baseline_does_not_move_to_an_extreme() -> None:
    course = [6.0, 6.5, 7.5, 6.5, 6.5, 6.5]
    settings: dict[str, Any] = {"wanted": "all", "baseline_moves": "after_change"}
    assert onsets(course, **settings) == [("worsening", 1), ("improvement", 3)]
    for kind in ("strict", "all"):
        assert onsets(course, skip_extremes=kind, **settings) == [("worsening", 1)]
    slight = [6.0, 6.5, 6.5, 6, 6, 6.5, 6.5]
    assert onsets(slight, skip_extremes="all", **settings) == onsets(slight, **settings)


def test_sustained_to_the_last_visit() -> None:
    assert onsets([6, 7, 7, 6], sustained=math.inf) == []
    assert onsets([6, 7, 7, 6, 7, 7], sustained=math.inf) == [("worsening", 4)]
    assert onsets([6, 7, 7, 7, 6], sustained=168) == [("worsening", 1)]
    assert onsets([6, 7, 7, 6, 6], sustained=168) == []


def test_an_unconfirmed_worsening_at_the_last_visit() -> None:
    assert onsets([6, 6, 7], impute_last_visit_within=math.inf) == [("worsening", 2)]
    assert onsets([6, 6, 7], impute_last_visit_within=100) == []
    assert onsets([6, 6, 7], impute_last_visit_within=168) == [("worsening", 2)]
    assert onsets([6, 6, 5], impute_last_visit_within=math.inf, wanted="all") == []
    only = changes([6, 6, 7], impute_last_visit_within=math.inf)[0]
    assert (only.imputed, only.confirmed) == (True, (None,))


def test_relapses_keep_visits_from_being_baseline_onset_and_confirmation() -> None:
    assert changes([7, 6.5, 7, 7], relapses=[-10])[0].baseline == 1
    assert changes([6, 7, 7, 7], relapses=[160])[0].confirmed == (3,)
    assert changes([6, 7, 7, 7], relapses=[80], relapse_to_onset=(30, 0))[0].onset == 2
    assert changes([6, 7, 7, 7], relapses=[90], relapse_to_onset=(0, 30))[0].onset == 2
    assert changes([6, 7, 7, 7], relapses=[90], relapse_to_onset=(0, 0))[0].onset == 1


def test_the_ends_of_relapses_replace_the_distance() -> None:
    assert changes([6, 7, 7, 7], relapses=[160], ends=[165])[0].confirmed == (2,)
    assert changes([6, 7, 7, 7], relapses=[160], ends=[260]) == ()
    assert changes([6, 7, 7], relapses=[80], ends=[90])[0].kind == "relapse_associated"
    assert changes([6, 7, 7], relapses=[70], ends=[80])[0].kind == "undefined"


def test_kinds_of_worsening() -> None:
    assert changes([6, 7, 7])[0].kind == "relapse_independent"
    assert changes([6, 7, 7], relapses=[60])[0].kind == "relapse_associated"
    undefined = changes([6, 6, 6, 7, 7], relapses=[270])
    assert undefined[0].kind == "undefined"
    assert changes([6, 5, 5], wanted="all")[0].kind == ""


def test_the_first_of_a_kind() -> None:
    course = [6.0, 6.5, 6.5, 6.5, 7, 7, 7]
    settings: dict[str, Any] = {"relapses": [80], "baseline_moves": "after_change"}
    assert [change.onset for change in changes(course, wanted="first_relapse_associated", **settings)] == [1]
    assert [change.onset for change in changes(course, wanted="first_relapse_independent", **settings)] == [4]


def test_a_relapse_may_move_the_baseline() -> None:
    course = [6.0, 6, 6, 6.5, 6, 6.5, 6.5]
    settings: dict[str, Any] = {"wanted": "all", "after_relapse": True, "relapses": [100]}
    assert changes(course, **settings)[0].baseline == 2
    assert changes(course, **(settings | {"after_relapse": False}))[0].baseline == 0


def test_relapse_free_intervals() -> None:
    assert RELAPSE_FREE["around_onset_and_confirmation"].intervals(0, 200, 300) == [(110, 230), (210, 330)]
    assert RELAPSE_FREE["baseline_to_confirmation"].intervals(0, 200, 300) == [(0, 300)]
    kappos = RELAPSE_FREE["baseline_to_onset_and_around_confirmation"]
    assert kappos.intervals(0, 200, 300) == [(0, 230), (270, 330)]
    assert RelapseFree((0, 0), (0, 0), (0, 0)).intervals(0, 200, 300) == []
    assert RelapseFree((0, None), (90, 30), (0, 0)).intervals(0, 200, 300) == [(0, 110), (110, 230)]


def test_lower_may_be_worse() -> None:
    found = confirmed_changes(
        [0, 0, 0],
        [0, 90, 180],
        [50, 46, 46],
        rule=ChangeRule(),
        smallest_change=symbol_digit_smallest_change,
        worse_is=-1,
    )
    assert [(change.direction, change.reference) for change in found.changes[0]] == [("worsening", 50)]


def test_visits_of_many_people_in_any_order() -> None:
    person, day, value = [7, 3, 7, 3, 7, 9], [168, 0, 0, 84, 84, 5], [7, 6, 6, 6, 7, 4]
    found = confirmed_changes(person, day, value, rule=ChangeRule(), smallest_change=edss_smallest_change)
    assert found.persons.tolist() == [3, 7, 9]
    assert [len(changes) for changes in found.changes] == [0, 1, 0]
    assert (found.last_day - found.first_day).tolist() == [84, 168, 0]


def test_visits_that_cannot_confirm() -> None:
    found = confirmed_changes(
        [0] * 3, [0, 84, 168], [6, 7, 7], rule=ChangeRule(), smallest_change=edss_smallest_change,
        may_confirm=[True, True, False],
    )  # fmt: skip
    assert found.changes == ((),)


def test_no_visits() -> None:
    found = confirmed_changes([], [], [], rule=ChangeRule(), smallest_change=edss_smallest_change)
    assert found.changes == ()


def test_smallest_changes() -> None:
    assert edss_smallest_change([0, 0.5, 1, 5, 5.5, 9]).tolist() == [1.5, 1, 1, 1, 0.5, 0.5]
    np.testing.assert_allclose(relative_smallest_change([10, 25]), [2, 5])
    np.testing.assert_allclose(symbol_digit_smallest_change([10, 20, 50]), [2, 4, 4])


def test_a_change_of_nothing_is_none_even_from_zero() -> None:
    found = confirmed_changes(
        [0] * 4, [0, 84, 168, 252], [0, 5, 0, 0], rule=ChangeRule(), smallest_change=relative_smallest_change
    )
    assert found.changes == ((),)


def find(**replaced: Any) -> object:
    arguments: dict[str, Any] = {
        "person": [0, 0],
        "day": [0, 84],
        "value": [6.0, 7.0],
        "rule": ChangeRule(),
        "smallest_change": edss_smallest_change,
    }
    return confirmed_changes(**(arguments | replaced))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: find(day=[0, 0]), "two visits on day 0"),
        (lambda: find(day=[0, 0.5]), "day must be whole numbers"),
        (lambda: find(value=[6, math.nan]), "finite"),
        (lambda: find(value=[6]), "shapes"),
        (lambda: find(worse_is=2), "worse_is"),
        (lambda: find(may_confirm=[1, 0]), "boolean"),
        (lambda: find(smallest_change=lambda score: score - 100), "not negative"),
        (lambda: find(relapses=Relapses([0], [5], [4])), "ends before its onset"),
        (lambda: find(relapses=Relapses([0], [5, 6])), "relapses have shapes"),
        (lambda: ChangeRule(wanted="second"), "wanted"),  # type: ignore[arg-type]
        (lambda: ChangeRule(baseline_moves="often"), "baseline_moves"),  # type: ignore[arg-type]
        (lambda: ChangeRule(small_changes="all"), "small_changes"),  # type: ignore[arg-type]
        (lambda: ChangeRule(proceed_from="baseline"), "proceed_from"),  # type: ignore[arg-type]
        (lambda: ChangeRule(skip_extremes="some"), "skip_extremes"),  # type: ignore[arg-type]
        (lambda: ChangeRule(confirm_after=()), "confirm_after"),
        (lambda: ChangeRule(confirm_after=(math.inf,)), "confirm_after"),
        (lambda: ChangeRule(tolerance=(-1, 7)), "tolerance"),
        (lambda: ChangeRule(sustained=-1), "sustained"),
        (lambda: ChangeRule(relapse_to_baseline=(math.nan, 0)), "relapse_to_baseline"),
        (lambda: RelapseFree(preceding=(None, 0)), "start at the preceding"),
        (lambda: RelapseFree(onset=(-1, 0)), "not negative"),
        (lambda: RelapseFree(preceding_visit="first"), "preceding_visit"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
