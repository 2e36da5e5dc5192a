"""The command that assesses the randomised trial that the first one calls for: next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.cluster_option import Cluster, Workers, where_to_run
from firstdose.cli.design_commands import AsJson
from firstdose.cli.output_folder import Overwrite, check_folder, is_same, placed, whole_or_not

if TYPE_CHECKING:
    from firstdose.records import Reading
    from firstdose.simulation.next_trial import Assessment, NextTrialSettings, Taken

SEED_OF_ANALYSIS = 1
"""Of what the analysis of the trial before simulates; nothing that is taken from it depends on that."""
SETTINGS_NAME = "next_trial.yaml"
JSON_NAME, TABLE_NAME, PAGE_NAME = "next-trial.json", "next-trial.csv", "next-trial.html"

SettingsFile = Annotated[Path, typer.Argument(metavar="SETTINGS", help="The settings file (YAML).", show_default=False)]
Folder = Annotated[Path | None, typer.Option(help="Folder for the page and the figures; made if it is missing.")]
PhaseOne = Annotated[
    Path | None,
    typer.Option("--phase-one", metavar="DATA", help="Records of the trial before: leaving, missed visits and spread."),
]
ProtocolOption = Annotated[
    Path | None, typer.Option("--protocol", metavar="PROTOCOL", help="Protocol of the trial before, with --phase-one.")
]
Trials = Annotated[int, typer.Option(min=100, max=1_000_000, help="Simulated trials for each figure.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the simulated trials.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("next")(next_trial)


def next_trial(
    settings: SettingsFile,
    out: Folder = None,
    phase_one: PhaseOne = None,
    protocol: ProtocolOption = None,
    trials: Trials = 2000,
    seed: Seed = 1,
    workers: Workers = None,
    cluster: Cluster = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """The randomised trial that follows: what each way to randomise can tell, its power, assurance and size.

    The settings file states arms, endpoints, effects, beliefs, accrual and looks, each with its source. Virtual trials
    of them are analysed by the methods that would analyse the trial. A trial without controls gives no prior for
    efficacy; with --phase-one its data give the spread between people, how many leave and which visits are missed.
    """
    from firstdose.cli.beside_protocol import refuse_absent
    from firstdose.cli.inputs import InputError, input_errors
    from firstdose.cli.output import progress, show_json
    from firstdose.protocol.problems import printable
    from firstdose.simulation.next_trial import assess, read_next_trial

    if (phase_one is None) != (protocol is None):
        raise InputError("--phase-one and --protocol go together: the data, and the protocol that they follow")
    if out is not None:
        check_folder(out, (JSON_NAME, TABLE_NAME, PAGE_NAME), overwrite=overwrite)
    if out is not None and phase_one is not None and is_same(out, phase_one):
        raise InputError(f"--out {printable(str(out))}: this folder holds the data; name another for the page")
    refuse_absent(settings, SETTINGS_NAME)
    with input_errors():
        chosen = read_next_trial(settings)
    taken: tuple[Taken, ...] = ()
    notices: tuple[str, ...] = ()
    if phase_one is not None and protocol is not None:
        chosen, taken, notices = _with_data(chosen, phase_one, protocol, out)
    with where_to_run(cluster, workers) as run, progress("virtual trials") as bar:
        found = assess(chosen, trials=trials, seed=seed, taken=taken, run=run, progress=bar)
    found = replace(found, notices=notices)
    written = [] if out is None else _write(found, settings, out)
    if as_json:
        show_json(found.as_json())
        return
    _tell(found)
    for path in written:
        typer.echo(f"wrote {path}")


def _with_data(
    settings: NextTrialSettings, data: Path, protocol: Path, out: Path | None
) -> tuple[NextTrialSettings, tuple[Taken, ...], tuple[str, ...]]:
    """The settings with what the data say, which must still make sense; and what must be told of the data."""
    from firstdose.cli.analyse_command import analysed
    from firstdose.cli.class_values import class_values
    from firstdose.cli.data_folder import notices_of, notices_on, problems_notice, read_data, refuse_unusable
    from firstdose.cli.exported_held import held_notices
    from firstdose.cli.inputs import InputError, every_problem, problems_text
    from firstdose.cli.metabolite_folder import with_abundances
    from firstdose.cli.output import progress
    from firstdose.records.problems import PROBLEMS_FILE
    from firstdose.simulation.next_trial.checks import check_settings
    from firstdose.simulation.next_trial.phase_one import with_phase_one

    read, problems = every_problem(protocol)
    if read is None or problems:
        raise InputError(problems_text(problems))
    with progress("the trial before") as bar:
        reading, _ = read_data(data, read)
        reading = with_abundances(reading, data, read)
    _tell_problems(reading, out)
    refuse_unusable(data, reading, out and out / PROBLEMS_FILE)
    with progress("the trial before") as bar:
        derived, results = analysed(read, protocol, reading, bar, seed=SEED_OF_ANALYSIS)
        classes = class_values(read, derived, SEED_OF_ANALYSIS)
    changed, taken = with_phase_one(settings, derived, results.frame, classes)
    found = [finding.at(settings.places) for finding in check_settings(changed)]
    if found:
        raise InputError(f"with what the data of {data} say, the settings no longer hold:\n{problems_text(found)}")
    notices = (*held_notices(data), *notices_of(data), *notices_on(reading.trial_data))
    if out is not None:
        notices = (*notices, *problems_notice(reading))
    return changed, taken, notices


def _tell_problems(reading: Reading, out: Path | None) -> None:
    """The first problem of each kind; all of them go into the folder, where there is one."""
    from firstdose.cli.data_folder import told_problems

    for line in told_problems(reading, None if out is None else reading.write_problems(out)):
        typer.echo(line, err=True)


def _write(found: Assessment, settings: Path, out: Path) -> list[Path]:
    """The page, all figures as JSON, and as one long table."""
    import csv

    from firstdose import __version__
    from firstdose.cli.clock import today
    from firstdose.report.next_trial.page import Origin, render_next_trial
    from firstdose.simulation.next_trial.table import FigureRow, rows_of

    with whole_or_not(out) as made:
        document, table, page = made / JSON_NAME, made / TABLE_NAME, made / PAGE_NAME
        text = json.dumps(found.as_json(), indent=1, allow_nan=False, ensure_ascii=False)
        document.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(FigureRow._fields)
            writer.writerows(rows_of(found))
        origin = Origin(settings.name, __version__, today())
        page.write_text(render_next_trial(found, origin), encoding="utf-8", newline="\n")
    return placed((page, document, table), made, out)


def _tell(found: Assessment) -> None:
    """Power at every number of participants, and the numbers that are needed."""
    from firstdose.cli.output import percent, show_table
    from firstdose.simulation.next_trial import NO_EFFICACY

    typer.echo(f"{found.settings.name}: {found.trials:,} simulated trials a figure, seed {found.seed}")
    typer.echo(NO_EFFICACY)
    for notice in found.notices:
        typer.echo(notice)
    for each in found.taken:
        typer.echo(_told_of(each))
    for each in found.taken:
        if each.warning:
            typer.echo(f"few people: {each.warning}")
    typer.echo("\nPower of the first comparison, in %, and participants for the power asked for:")
    for endpoint in found.settings.endpoints:
        typer.echo(f"\n{endpoint.name}:")
        sizes = [size for size in found.sizes if size.endpoint == endpoint.id]
        lines = []
        for size in sizes:
            powers = [p for p in found.powers if (p.design, p.endpoint) == (size.design, size.endpoint)]
            cells = [percent(next(iter(power.shown.values())).value) for power in powers]
            needed = str(size.participants or f"> {found.settings.aim.most_participants}")
            lines.append([size.design, *cells, needed])
        show_table(["design", *map(str, found.settings.participants), "needed"], lines)
        for size in sizes:
            if size.participants is None:
                typer.echo(f"{size.design}: {size.words}")
    for caution in found.cautions:
        typer.echo(f"mind: {caution}")


def _told_of(each: Taken) -> str:
    """A figure of the trial before, on a line: value, limits, what it rests on, and whether it is used."""
    from firstdose.simulation.next_trial.spread import CAREFUL_WORDS

    limits = "" if each.lower is None else f"95 % limits {each.limits}; "
    used = "for information"
    if each.is_used:
        value = "" if each.used is None else f"{each.shown(each.used)}, {CAREFUL_WORDS}, stands "
        stated = "" if each.stated is None else f" ({each.figure(each.stated)})"
        used = f"{value}in the place of {each.key}{stated}"
    return f"from the trial before: {each.what} {each.shown(each.value)} ({limits}{each.rests_on}); {used}"
