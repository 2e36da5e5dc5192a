"""Each named definition does what its words say; those that msprog knows are the settings validated with it."""

from typing import Any

import numpy as np
import pytest

from firstdose.measures import MEASURES
from firstdose.methods.confirmed_change import Relapses
from firstdose.methods.confirmed_change_presets import PRESETS, RELAPSE_FREE_WORDS, Visits, side_by_side
from firstdose.methods.confirmed_change_rules import RELAPSE_FREE
from firstdose.validation.comparison import load_figures
from firstdose.validation.confirmed_change import rule_of

EVERY_12_WEEKS = 84


def onsets(values: list[float], names: list[str], relapses: list[int] | None = None) -> dict[str, list[int]]:
    """By definition, the visits at which changes of one person's EDSS begin; visits every 12 weeks."""
    visits = Visits("edss", np.zeros(len(values), dtype=int), EVERY_12_WEEKS * np.arange(len(values)), values)
    known = Relapses(np.zeros(len(relapses), dtype=int), relapses) if relapses else None
    found = side_by_side(names, visits, known)
    return {name: [change.onset for change in each.changes[0]] for name, each in found.items()}


def test_distances_of_confirmation() -> None:
    names = ["worsening_12_weeks", "worsening_24_weeks"]
    assert onsets([6, 6.5, 6.5, 6], names) == {names[0]: [1], names[1]: []}
    assert onsets([6, 6.5, 6.5, 6.5], names) == {names[0]: [1], names[1]: [1]}


def test_a_moving_baseline_finds_what_follows_an_improvement() -> None:
    names = [f"worsening_{weeks}_weeks{moving}" for weeks in (12, 24) for moving in ("", "_moving_baseline")]
    assert onsets([7, 6, 6, 6, 7, 7, 7], names) == {names[0]: [], names[1]: [4], names[2]: [], names[3]: [4]}


def test_sustained_to_the_end() -> None:
    names = ["worsening_24_weeks", "worsening_24_weeks_sustained"]
    assert onsets([6, 7, 7, 7, 6, 6], names) == {names[0]: [1], names[1]: []}
    assert onsets([6, 7, 7, 7, 7, 7], names) == {names[0]: [1], names[1]: [1]}


def test_improvement() -> None:
    names = ["improvement_12_weeks", "improvement_24_weeks"]
    assert onsets([7, 8, 8, 8, 6, 6], names) == {names[0]: [4], names[1]: []}


def test_two_trials_differ_at_one_step_of_the_scale() -> None:
    assert onsets([5.5, 6, 6], ["expand", "oratorio"]) == {"expand": [1], "oratorio": []}
    assert onsets([5, 5.5, 5.5], ["expand", "oratorio"]) == {"expand": [], "oratorio": []}
    assert onsets([6, 6.5, 6.5], ["expand", "oratorio"]) == {"expand": [1], "oratorio": [1]}


# A worsening on day 252, confirmed after 12 weeks on day 336, and by which definitions it is independent of a relapse
INDEPENDENT = {
    100: {"around_onset_and_confirmation"},
    200: set(),
    300: {"baseline_to_onset_and_around_confirmation"},
    350: {"baseline_to_confirmation"},
    400: set(RELAPSE_FREE),
}


@pytest.mark.parametrize("relapse", INDEPENDENT)
def test_what_is_independent_of_a_relapse_depends_on_the_definition(relapse: int) -> None:
    names = [f"relapse_independent_12_weeks_{free}" for free in RELAPSE_FREE]
    found = onsets([6, 6, 6, 7, 7, 6], names, [relapse])
    independent = {name.removeprefix("relapse_independent_12_weeks_") for name, visits in found.items() if visits}
    assert independent == INDEPENDENT[relapse]


@pytest.mark.parametrize("free", RELAPSE_FREE)
def test_associated_with_a_relapse(free: str) -> None:
    name = f"relapse_associated_12_weeks_{free}"
    assert onsets([6, 6, 6, 7, 7, 7], [name], [200]) == {name: [3]}
    assert onsets([6, 6, 6, 7, 7, 7], [name], [100]) == {name: []}


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("people300_01_firstCDW_12w", "worsening_12_weeks"),
        ("people300_04_CDI", "improvement_12_weeks"),
        ("toy_05_firstRAW", "relapse_associated_12_weeks_around_onset_and_confirmation"),
        ("toy_06_firstPIRA_cagol", "relapse_independent_12_weeks_baseline_to_confirmation"),
    ],
)
def test_settings_that_are_compared_with_msprog(setting: str, name: str) -> None:
    files = [load_figures(f"disability/msprog_{file}.json") for file in ("toy", "300_people")]
    arguments: list[dict[str, Any]] = [
        each["call_args"] for figures in files for each in figures["settings"] if each["name"] == setting
    ]
    assert [rule_of(each) for each in arguments] == [PRESETS[name].rule]


@pytest.mark.parametrize("name", PRESETS)
def test_every_definition_says_what_it_is(name: str) -> None:
    preset = PRESETS[name]
    assert preset.title
    assert preset.citation
    assert len({each.title for each in PRESETS.values()}) == len(PRESETS)
    (days,) = preset.rule.confirm_after
    assert f"{days / 7:.0f} weeks" in preset.title
    assert set(preset.measures) <= MEASURES.keys()


def test_the_definitions_of_freedom_from_relapses_are_those_of_the_rules() -> None:
    assert RELAPSE_FREE_WORDS.keys() == RELAPSE_FREE.keys()


@pytest.mark.parametrize("measure", PRESETS["worsening_12_weeks"].measures)
def test_the_smallest_changes_are_those_of_the_measures(measure: str) -> None:
    """The measures say it for one score, the methods for an array: they must not differ."""
    own = MEASURES[measure]
    lowest, highest = own.lowest, own.highest
    assert lowest is not None
    assert highest is not None
    scores = np.arange(lowest, highest + 0.5, 0.5)
    ours = PRESETS["worsening_12_weeks"].smallest_changes[measure](scores)
    assert ours.tolist() == pytest.approx([own.minimum_change.amount(score) for score in scores], rel=1e-12)


def test_lower_may_be_worse() -> None:
    visits = Visits("symbol_digit", [0, 0, 0], [0, 84, 168], [50, 46, 46], worse_is=-1)
    assert [
        change.onset for change in side_by_side(["worsening_12_weeks"], visits)["worsening_12_weeks"].changes[0]
    ] == [1]


def test_unknown_names_and_measures_are_errors() -> None:
    visits = Visits("timed_walk", [0], [0], [8.0])
    with pytest.raises(ValueError, match="no definition worsening; there are worsening_12_weeks"):
        side_by_side(["worsening"], visits)
    with pytest.raises(ValueError, match="is for edss, not for timed_walk"):
        side_by_side(["expand"], visits)
