"""Commands on the protocol file and its rule before the trial: check, oc, compare, design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.cluster_option import Cluster, Workers
from firstdose.cli.design_options import (
    CURVES,
    STATES,
    TRIALS,
    Accrual,
    AnyMethod,
    CompareCounting,
    Conditions,
    Curves,
    Family,
    Meetings,
    Method,
    NotEvaluable,
    Picture,
    Precision,
    ScreeningFailures,
    Seed,
    States,
    Trials,
    Truths,
    tell_what_has_no_effect,
)
from firstdose.cli.output_folder import Overwrite, check_file, check_folder, placed, whole_or_not

ProtocolFile = Annotated[Path, typer.Argument(metavar="PROTOCOL", help="The protocol file (YAML).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (check, oc, compare, design):
        app.command()(command)


def check(protocol: ProtocolFile, as_json: AsJson = False) -> None:
    """Report every problem of a protocol file at once, with line, key, value, rule and fix."""
    from firstdose.cli.inputs import InputError, every_problem, problems_text
    from firstdose.cli.output import show_json
    from firstdose.protocol.escalation import dose_in_words
    from firstdose.protocol.problems import printable

    read, problems = every_problem(protocol)
    if as_json:
        show_json({"problems": [_problem_json(problem) for problem in problems]})
        if problems:
            raise typer.Exit(1)
        return
    if problems or read is None:
        raise InputError(problems_text(problems))
    doses = ", ".join(map(dose_in_words, read.dose_levels.values))
    typer.echo(f"{printable(str(protocol))}: no problem found.")
    typer.echo(f"{read.trial.id}: {read.escalation.design} over {doses} {read.dose_levels.unit}")
    for assumption in read.assumed:
        typer.echo(f"assumed: {assumption.path}: {assumption.why}")


def _problem_json(problem: object) -> dict[str, object]:
    from firstdose.protocol.problems import ABSENT, Problem, show_value

    assert isinstance(problem, Problem)
    place = problem.place
    value = None if problem.value is ABSENT else show_value(problem.value)
    return {
        "file": place.file, "line": place.line, "key": place.key, "value": value,
        "rule": problem.rule, "fix": problem.fix,
    }  # fmt: skip


def oc(
    protocol: ProtocolFile,
    truth: Truths = None,
    family: Family = "steps",
    curves: Curves = CURVES,
    seed: Seed = 1,
    not_evaluable: NotEvaluable = 0.0,
    method: AnyMethod = "exact",
    trials: Trials = TRIALS,
    states: States = STATES,
    accrual: Accrual = None,
    screening_failures: ScreeningFailures = 0.0,
    meetings: Meetings = 0.0,
    conditions: Conditions = None,
    picture: Picture = None,
    precision: Precision = None,
    compare_counting: CompareCounting = False,
    workers: Workers = None,
    cluster: Cluster = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file that --picture names.")] = False,
    as_json: AsJson = False,
) -> None:
    """Operating characteristics: how often the rule names which level, and what it costs in participants and DLTs.

    A truth is P(DLT | evaluable) at each level. Without --truth, the steps around each possible MTD are shown. The
    figures are exact: all histories of the rule, merged, with no simulation and no Monte Carlo error. Designs that
    decide while windows are open, and durations, need --method calendar with --accrual or --conditions; the DLT window
    and the intervals are the protocol's, and --not-evaluable is then the share who leave before their window ends.
    """
    from firstdose.cli.cluster_option import refuse_cluster, where_to_run
    from firstdose.cli.engines import characteristics
    from firstdose.cli.inputs import InputError, check_replacement, read_rule, read_scenarios
    from firstdose.cli.output import show_json
    from firstdose.cli.tables import show_characteristics
    from firstdose.simulation.summary import summarise_family

    read, rule = read_rule(protocol)
    check_replacement(read, not_evaluable)
    scenarios = read_scenarios(rule, truth or [], family, curves, seed)
    in_time = {
        "--accrual": accrual,
        "--screening-failures": screening_failures or None,
        "--meetings": meetings or None,
        "--precision": precision,
        "--conditions": conditions,
        "--picture": picture,
        "--compare-counting": compare_counting or None,
    }
    for name, given in in_time.items():
        if given is not None and method != "calendar":
            raise InputError(f"{name} is for trials in time: add --method calendar, or leave it out")
    refuse_cluster(cluster, method)
    tell_what_has_no_effect(method, truth, family, curves, trials, states)
    with where_to_run(cluster, workers) as run:
        if method == "calendar":
            from firstdose.cli.calendar_output import calendar_from, refuse_other_pictures, show_in_time, write_calendar

            calendar = calendar_from(read, conditions, (accrual, screening_failures, meetings, not_evaluable))
            refuse_other_pictures(picture)
            if picture is not None:
                check_file("--picture", picture, overwrite=overwrite)
            show_in_time(rule, calendar, scenarios, trials, seed, as_json, run, precision, compare_counting)
            if picture is not None:
                write_calendar(picture, rule, calendar, scenarios, seed)
            return
        found = characteristics(rule, scenarios, method, not_evaluable, states, trials, seed, run)
    if as_json:
        summary = {} if truth else {"summary": summarise_family(found).as_json()}
        show_json(found.as_json() | summary)
    else:
        show_characteristics(found)


def compare(
    protocol: ProtocolFile,
    designs: Annotated[
        str | None,
        typer.Option(help="Names with commas, such as boin,crm; without it the protocol's own and its comparators."),
    ] = None,
    truth: Truths = None,
    family: Family = "steps",
    curves: Curves = CURVES,
    seed: Seed = 1,
    not_evaluable: NotEvaluable = 0.0,
    method: Method = "exact",
    trials: Trials = TRIALS,
    states: States = STATES,
    workers: Workers = None,
    cluster: Cluster = None,
    as_json: AsJson = False,
) -> None:
    """Designs side by side on the same true curves, with the protocol's cohort size, maximum and guards.

    Settings come from escalation.settings for the protocol's own design and from escalation.comparators for others.
    Simulated trials (monte-carlo) are of the same participants under every design.
    """
    from firstdose.cli.cluster_option import refuse_cluster, where_to_run
    from firstdose.cli.engines import characteristics
    from firstdose.cli.inputs import (
        check_replacement,
        known_designs,
        other_rule,
        read_rule,
        read_scenarios,
        refuse_comparators_in_time,
        refuse_others_in_time,
    )
    from firstdose.cli.output import show_json
    from firstdose.cli.tables import show_comparison

    read, rule = read_rule(protocol)
    check_replacement(read, not_evaluable)
    scenarios = read_scenarios(rule, truth or [], family, curves, seed)
    own = read.escalation.design
    names = [name.strip() for name in designs.split(",")] if designs else [own, *read.escalation.comparators]
    known_designs(names)
    if designs:
        refuse_others_in_time(names, own)
    else:
        refuse_comparators_in_time(read)
    rules = {name: rule if name == own else other_rule(read, name) for name in dict.fromkeys(names)}
    refuse_cluster(cluster, method)
    tell_what_has_no_effect(method, truth, family, curves, trials, states)
    with where_to_run(cluster, workers) as run:
        found = {
            name: characteristics(each, scenarios, method, not_evaluable, states, trials, seed, run)
            for name, each in rules.items()
        }
    if as_json:
        show_json({"designs": {name: each.as_json() for name, each in found.items()}})
    else:
        show_comparison(found)


def design(
    protocol: ProtocolFile,
    out: Annotated[Path, typer.Option(help="Folder for the report; made if it is missing.")],
    overwrite: Overwrite = False,
) -> None:
    """Write the design report, as one self-contained HTML file and as PDF, to attach to a protocol."""
    from firstdose.cli.clock import today
    from firstdose.cli.inputs import input_errors, read_rule, refuse_comparators_in_time
    from firstdose.cli.output import progress
    from firstdose.protocol.problems import printable
    from firstdose.report.design.report import HTML_NAME, PDF_NAME, write_design_report

    read, rule = read_rule(protocol)
    refuse_comparators_in_time(read)
    check_folder(out, (HTML_NAME, PDF_NAME), overwrite=overwrite)
    with input_errors(), progress("design report") as bar, whole_or_not(out) as made:
        written = write_design_report(read, rule, made, today(), bar.say)
    for path in placed(written, made, out):
        typer.echo(f"wrote {printable(str(path))}")
