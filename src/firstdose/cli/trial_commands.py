"""Commands on a trial that is under way: decide, pathways."""

from __future__ import annotations

from typing import Annotated

import typer

from firstdose.cli.design_commands import AsJson, ProtocolFile

Outcomes = Annotated[
    str,
    typer.Option(
        metavar="TEXT",
        help=(
            'Outcomes so far: dose level, then a letter a participant, a space between cohorts, as in "1NNN 2NNT". '
            "N no DLT, T DLT, ? window still open, - not evaluable and replaced; b1NN were backfilled at level 1; "
            "1T+ belongs to the cohort that follows and counts at level 1, whose dose was given."
        ),
    ),
]


FollowUp = Annotated[
    str | None,
    typer.Option(
        metavar="SHARES",
        help="For each ? in order, the share of its window that is over: 0.4,0.75. Designs in time decide from it.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(decide)
    app.command("pathways")(show_pathways)


def decide(
    protocol: ProtocolFile, outcomes: Outcomes = "", follow_up: FollowUp = None, as_json: AsJson = False
) -> None:
    """The next step after the outcomes so far, and why. Advice: people decide.

    A history that the rule would not have produced is decided all the same, with a flag for each departure. Open
    windows are decided when every way in which they can close gives the same next step, and waited for otherwise. The
    designs in time (tite_boin, tite_crm, rolling_six) decide from the follow-up of open windows where it is given. Who
    was backfilled stands where the outcome became known; a rule that backfills says which lower level is open.
    """
    from firstdose.cli.inputs import input_errors, read_outcomes, read_rule
    from firstdose.cli.output import show_json

    _, rule = read_rule(protocol)
    history = read_outcomes(outcomes, rule, follow_up)
    with input_errors():
        advice = rule.decide(history)
    if as_json:
        show_json(advice.as_json())
        return
    typer.echo(f"{advice.action}: {advice.reason}")
    for flag in advice.flags:
        typer.echo(f"flag: {flag}")


def show_pathways(
    protocol: ProtocolFile,
    outcomes: Outcomes = "",
    cohorts: Annotated[int, typer.Option(min=1, max=6, help="How many cohorts ahead.")] = 2,
    as_json: AsJson = False,
) -> None:
    """What each coming outcome would lead to, from the start or from the outcomes so far."""
    from firstdose.cli.inputs import input_errors, read_outcomes, read_rule
    from firstdose.cli.output import show_json
    from firstdose.cli.tables import show_tree
    from firstdose.simulation.pathways import pathways

    _, rule = read_rule(protocol)
    history = read_outcomes(outcomes, rule)
    with input_errors():
        tree = pathways(rule, history, cohorts)
    if as_json:
        show_json(tree.as_json())
    else:
        show_tree(tree)
