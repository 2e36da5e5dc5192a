"""Operating characteristics in time, computed and shown."""

from __future__ import annotations

from pathlib import Path

import typer

from firstdose.cli.dose_output import counting_document, show_doses, show_each_counting
from firstdose.cli.engines import MOST_SCENARIOS_WITH_DISTRIBUTIONS
from firstdose.cli.inputs import InputError, check_replacement, input_errors
from firstdose.cli.output import percent, progress, show_json
from firstdose.cli.tables import show_characteristics
from firstdose.designs.rule import EscalationRule
from firstdose.protocol.plan import Protocol
from firstdose.simulation.calendar import (
    Calendar,
    Precision,
    Site,
    TimedCharacteristics,
    calendar_of,
    characteristics_in_time,
    read_conditions,
    under_each_counting,
)
from firstdose.simulation.machines import RunParts
from firstdose.simulation.scenarios import Scenarios

MOSTLY_IDLE, HARDLY_IDLE = 0.5, 0.1
"""Shares of idle days from which it is told what sets the pace."""


def calendar_from(protocol: Protocol, file: Path | None, options: tuple[float | None, float, float, float]) -> Calendar:
    """The calendar that a file states, or options: accrual, screening failures, days between meetings, leaving."""
    accrual, failures, meetings, leaving = options
    with input_errors():
        if file is not None:
            if accrual is not None or failures or meetings or leaving:
                raise InputError(
                    "--conditions: the file states accrual, screening failures, meetings and who leaves; leave "
                    "--accrual, --screening-failures, --meetings and --not-evaluable out"
                )
            read = read_conditions(file)
            check_replacement(protocol, read.leaving)
            return read.calendar(protocol.escalation)
        if accrual is None:
            raise InputError(
                "--method calendar needs --accrual: how many candidates come in 30 days, for example 3; or --conditions"
            )
        return calendar_of(
            protocol.escalation,
            (Site(accrual),),
            screening_failures=failures,
            meeting_interval_days=meetings,
            leaving=leaving,
        )


def show_in_time(
    rule: EscalationRule,
    calendar: Calendar,
    scenarios: Scenarios,
    trials: int,
    seed: int,
    as_json: bool,
    run: RunParts,
    precision: float | None,
    compares_counting: bool = False,
) -> None:
    """Simulate in time and print; also under each way in which outcomes may count where asked for."""
    with input_errors(), progress(f"simulating {rule.design.name} in time") as bar:

        def figures_of(calendar: Calendar) -> TimedCharacteristics:
            return characteristics_in_time(
                rule,
                calendar,
                scenarios,
                trials=trials,
                seed=seed,
                progress=bar,
                distributions=len(scenarios) <= MOST_SCENARIOS_WITH_DISTRIBUTIONS,
                run=run,
                precision=precision,
            )

        found = figures_of(calendar)
        known = {calendar.outcomes_count_at: found}
        by_counting = under_each_counting(figures_of, calendar, known) if compares_counting else {}
    if as_json:
        counting = {"by_counting": counting_document(by_counting)} if by_counting else {}
        show_json(found.as_json() | counting)
    else:
        show_characteristics(found.characteristics)
        show_durations(found, calendar.manufacturing is not None)
        show_doses(found)
        if by_counting:
            show_each_counting(by_counting)
        for caution in found.cautions:
            typer.echo(f"mind: {caution}")
        if found.precision is not None:
            typer.echo(_precision_words(found.precision, found.characteristics.trials or 0))


def show_durations(found: TimedCharacteristics, is_made: bool) -> None:
    """How long the trials take, a line a scenario; ``is_made`` says that a product is made for each participant."""
    typer.echo("Days from the first dosing to the end of the escalation: mean (10th to 90th percentile)")
    for scenario, time in zip(found.characteristics.scenarios, found.in_time, strict=True):
        quantiles = time.duration_quantiles
        duration = f"{time.mean_duration_days:.0f} ({quantiles['10']:.0f} to {quantiles['90']:.0f})"
        idle = f"idle {time.mean_idle_days:.0f}"
        wait = f"a participant waits {time.mean_wait_days:.0f}, the longest {time.mean_longest_wait_days:.0f}"
        asked = f"suspended {time.mean_suspensions:.1f} times" if time.mean_suspensions else "never suspended"
        typer.echo(f"  {scenario.name}: {duration}; {idle}; {wait}; {asked}; screened {time.mean_screened:.1f}")
    if words := _pace_words(found, is_made):
        typer.echo(words)


def _pace_words(found: TimedCharacteristics, is_made: bool) -> str:
    """Whether candidates or the rules of dosing set the pace; nothing where both do."""
    days = sum(time.mean_duration_days for time in found.in_time)
    idle = sum(time.mean_idle_days for time in found.in_time) / days if days > 0 else 0.5
    if idle >= MOSTLY_IDLE:
        return (
            f"On {percent(idle)} % of the days somebody waited and nobody could be dosed: windows, intervals and "
            "meetings set the pace, and more candidates would hardly make the trial quicker."
        )
    if idle <= HARDLY_IDLE:
        pace = "accrual and manufacturing set the pace" if is_made else "accrual sets the pace"
        return (
            f"On {percent(idle)} % of the days somebody waited and nobody could be dosed: {pace}, and shorter "
            "intervals would hardly make the trial quicker."
        )
    return ""


def _precision_words(precision: Precision, trials: int) -> str:
    """What ended the simulation."""
    error = f"largest standard error {precision.largest_error:.2g}"
    if precision.is_reached:
        return f"stopped after {trials:,} trials a scenario: {error}, {precision.asked:g} was asked for"
    return (
        f"stopped after {trials:,} trials a scenario, the most that --trials allows: {error}, and {precision.asked:g} "
        "was asked for"
    )


def write_calendar(path: Path, rule: EscalationRule, calendar: Calendar, scenarios: Scenarios, seed: int) -> None:
    """Draw a quick, a usual and a slow trial of the first scenario; SVG or PNG, as the file's name ends."""
    from firstdose.report.in_time.pictures import calendar_drawing
    from firstdose.simulation.calendar import courses_by_duration

    shares = (0.1, 0.5, 0.9)
    with input_errors():
        courses = courses_by_duration(rule, calendar, scenarios.truths[0], seed=seed, shares=shares)
    drawing = calendar_drawing(courses, f"scenario {scenarios.names[0]}", shares)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        path.write_bytes(drawing.png())
    else:
        path.write_text(drawing.picture().svg, encoding="utf-8", newline="\n")
    typer.echo(f"wrote {path}", err=True)


def refuse_other_pictures(path: Path | None) -> None:
    """InputError for a picture in a format that is not drawn."""
    if path is not None and path.suffix not in (".svg", ".png"):
        raise InputError(f"--picture {path}: pictures are drawn as SVG or PNG; end the name in .svg or .png")
