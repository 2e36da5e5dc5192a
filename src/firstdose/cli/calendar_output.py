"""Operating characteristics in time, computed and shown."""

from __future__ import annotations

import typer

from firstdose.cli.engines import MOST_SCENARIOS_WITH_DISTRIBUTIONS
from firstdose.cli.inputs import InputError, input_errors
from firstdose.cli.output import progress, show_json
from firstdose.cli.tables import show_characteristics
from firstdose.designs.rule import EscalationRule
from firstdose.protocol.plan import Protocol
from firstdose.simulation.calendar import Site, TimedCharacteristics, calendar_of, characteristics_in_time
from firstdose.simulation.scenarios import Scenarios


def show_in_time(
    protocol: Protocol,
    rule: EscalationRule,
    scenarios: Scenarios,
    conditions: tuple[float | None, float, float, float],
    trials: int,
    seed: int,
    as_json: bool,
) -> None:
    """Simulate in time and print; ``conditions`` are accrual, screening failures, days between meetings, leaving."""
    accrual, failures, meetings, leaving = conditions
    if accrual is None:
        raise InputError("--method calendar needs --accrual: how many candidates come in 30 days, for example 3")
    with input_errors():
        calendar = calendar_of(
            protocol.escalation,
            (Site(accrual),),
            screening_failures=failures,
            meeting_interval_days=meetings,
            leaving=leaving,
        )
        with progress(f"simulating {rule.design.name} in time") as bar:
            found = characteristics_in_time(
                rule,
                calendar,
                scenarios,
                trials=trials,
                seed=seed,
                progress=bar,
                distributions=len(scenarios) <= MOST_SCENARIOS_WITH_DISTRIBUTIONS,
            )
    if as_json:
        show_json(found.as_json())
    else:
        show_characteristics(found.characteristics)
        show_durations(found)


def show_durations(found: TimedCharacteristics) -> None:
    """How long the trials take, a line a scenario."""
    typer.echo("Days from the first dosing to the end of the escalation: mean (10th to 90th percentile)")
    for scenario, time in zip(found.characteristics.scenarios, found.in_time, strict=True):
        quantiles = time.duration_quantiles
        duration = f"{time.mean_duration_days:.0f} ({quantiles['10']:.0f} to {quantiles['90']:.0f})"
        idle = f"idle {time.mean_idle_days:.0f}"
        asked = f"suspended {time.mean_suspensions:.1f} times" if time.mean_suspensions else "never suspended"
        typer.echo(f"  {scenario.name}: {duration}; {idle}; {asked}; screened {time.mean_screened:.1f}")
