"""Options that the commands on a rule share, and what must be told where some of them have no effect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

CURVES, TRIALS, STATES = 300, 10_000, 5_000_000
"""Used where an option is left out."""

Truths = Annotated[
    list[str] | None,
    typer.Option("--truth", metavar="RATES", help="True DLT rates, one a level: 0.05,0.1,0.2,0.3. May be repeated."),
]
Curves = Annotated[int, typer.Option(min=1, max=100_000, help="Number of random curves.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of random curves and simulated trials.")]
NotEvaluable = Annotated[
    float,
    typer.Option(min=0.0, max=0.9, help="Share of dosed participants who are not evaluable and are replaced."),
]
Family = Annotated[
    Literal["steps", "random"], typer.Option(help="Without --truth: steps (around each possible MTD) or random curves.")
]
Method = Annotated[Literal["exact", "monte-carlo"], typer.Option(help="The engine: exact, or simulated trials.")]
AnyMethod = Annotated[
    Literal["exact", "monte-carlo", "calendar"],
    typer.Option(help="The engine: exact, simulated trials, or simulated trials in time."),
]
Accrual = Annotated[
    float | None,
    typer.Option(min=0.01, max=100_000, help="Candidates who come in 30 days, all sites together (calendar)."),
]
ScreeningFailures = Annotated[
    float, typer.Option(min=0.0, max=0.99, help="Share of candidates who are not eligible (calendar).")
]
Meetings = Annotated[
    float, typer.Option(min=0.0, max=10_000, help="Days between meetings of the committee; 0: any day (calendar).")
]
Conditions = Annotated[
    Path | None,
    typer.Option(
        "--conditions",
        metavar="FILE",
        help="Sites, seasons, manufacturing, late DLTs and more (YAML), in the place of --accrual (calendar).",
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option(
        "--picture",
        metavar="FILE",
        help="Also draw a quick, a usual and a slow trial of the first scenario, as .svg or .png (calendar).",
    ),
]
CompareCounting = Annotated[
    bool,
    typer.Option(
        "--compare-counting",
        help=(
            "Also under each way in which outcomes may count after less was given than was assigned: at the level "
            "assigned, at that given, and as in the live trial (calendar, with --conditions)."
        ),
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        min=0.0001,
        max=0.5,
        help=(
            "Largest standard error of a probability of selection, and of the mean duration as a share of it: "
            "simulates until it is reached or --trials are done (calendar)."
        ),
    ),
]
Trials = Annotated[int, typer.Option(min=2, max=1_000_000, help="Simulated trials per scenario (not exact).")]
States = Annotated[int, typer.Option(min=1, help="Most states in one step of the exact engine.")]


def tell_what_has_no_effect(
    method: str, truth: list[str] | None, family: str, curves: int, trials: int, states: int
) -> None:
    """Notes on options that were given, and that the figures do not depend on."""
    notes = {
        "--trials is for simulated trials: exact figures need none, --method monte-carlo simulates": (
            trials != TRIALS and method == "exact"
        ),
        "--states is for the exact engine": states != STATES and method != "exact",
        "--family is for curves that are drawn: those of --truth are used": bool(truth) and family == "random",
        "--curves is for --family random": curves != CURVES and (bool(truth) or family != "random"),
    }
    for note, holds in notes.items():
        if holds:
            typer.echo(f"note: {note}", err=True)
