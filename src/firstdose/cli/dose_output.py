"""Doses assigned and given in simulated trials, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer

from firstdose.cli.output import number, percent, show_table
from firstdose.cli.tables import MOST_SCENARIOS_SHOWN
from firstdose.simulation.calendar import DoseFigures, TimedCharacteristics
from firstdose.simulation.calendar.conditions import CountedAt

COUNTED_WORDS: dict[CountedAt, str] = {
    "assigned": "outcomes count at the level assigned",
    "given": "outcomes count at the level given",
    "live_trial": "a DLT counts at the level given, no DLT after a lower dose not at all",
}
Values = Sequence[float | None]
Row = tuple[str, Callable[[float | None], str], Callable[[TimedCharacteristics, int], tuple[Values, float | None]]]


def show_doses(found: TimedCharacteristics) -> None:
    """A table a scenario: who was assigned and given what, DLT rates by either, and what is feasible."""
    if not found.doses or len(found.doses) > MOST_SCENARIOS_SHOWN:
        return
    for scenario, doses in zip(found.characteristics.scenarios, found.doses, strict=True):
        typer.echo(f"\n{scenario.name}: doses assigned and given; {COUNTED_WORDS[doses.outcomes_count_at]}")
        levels = [f"level {level}" for level in range(1, len(scenario.truth) + 1)]
        show_table(["", *levels, "all"], _dose_rows(doses))
        if doses.feasible_share is not None:
            typer.echo(_feasible_words(doses, doses.feasible_share))


def _dose_rows(doses: DoseFigures) -> list[list[str]]:
    counts = {
        "assigned": doses.mean_assigned,
        "given": doses.mean_given,
        "assigned, given less, no DLT": doses.mean_without_dlt_below,
    }
    rows = [[label, *map(number, means), number(sum(means))] for label, means in counts.items()]
    for label, rates in (
        ("DLT rate % by level assigned", doses.dlt_rate_assigned),
        ("DLT rate % by level given", doses.dlt_rate_given),
        ("DLT rate % as counted", doses.dlt_rate_counted),
        ("given the dose assigned %", doses.share_given),
    ):
        rows.append([label, *map(percent, rates), ""])
    for label, lower, upper in (
        ("  exact 95 %, all trials", doses.share_given_lower, doses.share_given_upper),
        ("  exact 95 %, a single trial", doses.trial_lower, doses.trial_upper),
    ):
        limits = zip(lower, upper, strict=True)
        rows.append([label, *["-" if low is None else f"{percent(low)}-{percent(high)}" for low, high in limits], ""])
    return rows


def _feasible_words(doses: DoseFigures, share: float) -> str:
    """Which levels are feasible, how often trials find which, and how often one is named that is."""
    highest = f"up to level {doses.highest_feasible}" if doses.highest_feasible else "no level"
    found = doses.highest_found_feasible or []
    trials = ", ".join(
        f"{f'level {level}' if level else 'none'} {percent(chance)} %" for level, chance in enumerate(found) if chance
    )
    return (
        f"feasible for at least {100 * share:g} %: {highest}; the highest that a trial finds so: {trials}; "
        f"selected is a feasible level in {percent(doses.selected_feasible)} %"
    )


def _of_scenario(name: str, total: str | None = None) -> Callable[[TimedCharacteristics, int], tuple[Values, Any]]:
    def take(found: TimedCharacteristics, index: int) -> tuple[Values, Any]:
        scenario = found.characteristics.scenarios[index]
        return getattr(scenario, name), None if total is None else getattr(scenario, total)

    return take


def _of_doses(name: str, is_mean: bool = False) -> Callable[[TimedCharacteristics, int], tuple[Values, Any]]:
    def take(found: TimedCharacteristics, index: int) -> tuple[Values, Any]:
        assert found.doses is not None
        values = getattr(found.doses[index], name)
        return values, sum(values) if is_mean else None

    return take


COMPARED: tuple[Row, ...] = (
    ("selected %", percent, _of_scenario("selected", "none_selected")),
    ("assigned", number, _of_doses("mean_assigned", is_mean=True)),
    ("given", number, _of_doses("mean_given", is_mean=True)),
    ("assigned, given less, no DLT", number, _of_doses("mean_without_dlt_below", is_mean=True)),
    ("counted", number, _of_scenario("mean_participants", "mean_total_participants")),
    ("DLTs", number, _of_scenario("mean_dlts", "mean_total_dlts")),
    ("DLT rate % as counted", percent, _of_doses("dlt_rate_counted")),
    ("DLT rate % by level given", percent, _of_doses("dlt_rate_given")),
)


def show_each_counting(found: Mapping[CountedAt, TimedCharacteristics | str]) -> None:
    """A table a scenario with the ways of counting side by side; in the last column none selected, or all levels."""
    typer.echo("\nThe same participants under each way of counting outcomes:")
    shown = {way: each for way, each in found.items() if not isinstance(each, str)}
    for way, words in COUNTED_WORDS.items():
        typer.echo(f"  {way}: {words}" if way in shown else f"  {way}: not simulated; {found[way]}")
    first = next(iter(shown.values())).characteristics
    for index, scenario in enumerate(first.scenarios[:MOST_SCENARIOS_SHOWN]):
        typer.echo(f"\n{scenario.name}")
        rows = [["true DLT rate %", *map(percent, scenario.truth), ""]]
        for label, form, take in COMPARED:
            rows.append([label, *[""] * (len(scenario.truth) + 1)])
            for way, each in shown.items():
                values, total = take(each, index)
                rows.append([f"  {way}", *map(form, values), "" if total is None else form(total)])
        levels = [f"level {level}" for level in range(1, len(scenario.truth) + 1)]
        show_table(["", *levels, "none / all"], rows)
        days = "; ".join(f"{way} {each.in_time[index].mean_duration_days:.0f}" for way, each in shown.items())
        typer.echo(f"mean days: {days}")


def counting_document(found: Mapping[CountedAt, TimedCharacteristics | str]) -> dict[str, Any]:
    """The same as plain data: the scenarios' figures under each way, or why it is not simulated."""
    return {
        way: {"refused": each} if isinstance(each, str) else {"scenarios": each.as_json()["scenarios"]}
        for way, each in found.items()
    }
