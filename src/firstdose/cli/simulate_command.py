"""The command that makes virtual trials of a protocol: simulate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firstdose.cli.cluster_option import Cluster, Workers, where_to_run
from firstdose.cli.design_commands import ProtocolFile
from firstdose.cli.output_folder import check_folder, whole_or_not

if TYPE_CHECKING:
    from firstdose.protocol.plan import Protocol
    from firstdose.simulation.virtual_trial import Scenario, VirtualTrial

SCENARIO_FILE = "scenario.yaml"
MOST_TRIALS = 100_000

ScenarioFile = Annotated[
    Path | None,
    typer.Option("--scenario", metavar="FILE", help=f"What is true; {SCENARIO_FILE} beside the protocol if left out."),
]
TrialSeed = Annotated[int, typer.Option(min=0, help="Seed; the same seed gives the same trials.", show_default=False)]
Folder = Annotated[Path, typer.Option(help="Folder for the records; made if it is missing.", show_default=False)]
Trials = Annotated[
    int, typer.Option(min=1, max=MOST_TRIALS, help="How many trials; more than one go into folders of their own.")
]
FileFormat = Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Format of the records.")]
WithErrors = Annotated[
    bool, typer.Option("--with-errors", help="Spoil the records as the scenario's `imperfections` say.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the trials that the folder holds.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    protocol: ProtocolFile,
    seed: TrialSeed,
    out: Folder,
    scenario: ScenarioFile = None,
    trials: Trials = 1,
    file_format: FileFormat = "csv",
    with_errors: WithErrors = False,
    overwrite: Overwrite = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Make a virtual trial of the protocol: its records, as `firstdose analyse` reads them, and what is true of it.

    The escalation follows the protocol's own rule; everything else that happens follows the scenario. Records stand in
    the folder itself, metabolites and the truth in folders inside it.
    """
    from firstdose.cli.beside_protocol import beside
    from firstdose.cli.inputs import InputError, input_errors
    from firstdose.cli.output import progress
    from firstdose.simulation.virtual.parts import files_of_trials, write_files
    from firstdose.simulation.virtual_trial import TrialNeverEnds, virtual_trial, write_virtual_trial

    scenario = scenario or beside(protocol, SCENARIO_FILE, "--scenario", "a scenario must say what is true")
    read, chosen = _read(protocol, scenario, with_errors)
    folders = _folders(out, trials, overwrite)
    with input_errors(), where_to_run(cluster, workers) as run, progress("virtual trials") as bar:
        try:
            first = virtual_trial(read, chosen, seed=seed)
            with _room_for_trial(folders[0], overwrite) as made:
                write_virtual_trial(first, made, file_format, chosen)
            others = files_of_trials(
                read, chosen, seed=seed, numbers=range(1, trials), file_format=file_format, run=run
            )
            for done, (place, files) in enumerate(others, start=2):
                with _room_for_trial(folders[place + 1], overwrite) as made:
                    write_files(files, made)
                bar(done, trials)
        except TrialNeverEnds as error:
            raise InputError(f"{chosen.places.file}: {error}") from None
    _tell(first, out, folders, chosen)


def _read(protocol: Path, scenario: Path, with_errors: bool) -> tuple[Protocol, Scenario]:
    """The protocol and the scenario, which must go together; InputError with every problem there is."""
    from firstdose.cli.inputs import InputError, input_errors, problems_text, read_rule
    from firstdose.measures.checking import check_measures
    from firstdose.simulation.virtual_trial import check_scenario, read_scenario

    read, _ = read_rule(protocol)
    with input_errors():
        chosen = read_scenario(scenario)
    problems = [*check_measures(read), *check_scenario(read, chosen)]
    if problems:
        raise InputError(problems_text(problems))
    if with_errors and chosen.imperfections is None:
        raise InputError(
            f"{scenario}: --with-errors needs the section `imperfections`; add it, or leave the option out"
        )
    return read, chosen.with_imperfections() if with_errors else chosen


def _folders(out: Path, trials: int, overwrite: bool) -> list[Path]:
    """The folder of each trial; one that holds anything is refused, unless it is to be replaced."""
    from firstdose.cli.inputs import InputError

    check_folder(out)
    if out.is_dir() and any(out.iterdir()) and not overwrite:
        raise InputError(f"{out}: the folder is not empty; name another one, or add --overwrite to replace its trials")
    digits = len(str(trials - 1))
    folders = [out] if trials == 1 else [out / f"trial-{number:0{digits}}" for number in range(trials)]
    for folder in folders:
        _spare_real_records(folder)
    return folders


def _spare_real_records(folder: Path) -> None:
    """Refuse a folder of records that were not simulated: those must never be replaced by invented ones."""
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable
    from firstdose.records import RECORDS
    from firstdose.records.reading import ENDINGS
    from firstdose.simulation.virtual import TRUTH

    if (folder / TRUTH).is_dir() or not folder.is_dir():
        return
    held = sorted(path.name for path in folder.iterdir() if path.name.endswith(ENDINGS))
    records = [name for name in held if name.split(".")[0] in RECORDS]
    if records:
        raise InputError(
            f"{printable(str(folder))}: the folder holds {records[0]} and no {TRUTH}/: records that were not simulated "
            "are not replaced; name another folder"
        )


@contextmanager
def _room_for_trial(folder: Path, overwrite: bool) -> Iterator[Path]:
    """A folder to write a trial into, which takes the place of an earlier one when all of it is written."""
    from firstdose.simulation.virtual.writing import remove_virtual_trial

    with whole_or_not(folder) as made:
        yield made
        if overwrite:
            remove_virtual_trial(folder)


def _tell(trial: VirtualTrial, out: Path, folders: list[Path], scenario: Scenario) -> None:
    """Say what was made and where it stands."""
    figures, frames = trial.truth.figures, trial.trial_data.frames
    level = figures["recommended_level"]
    typer.echo(f"scenario: {scenario.name}")
    if len(folders) > 1:
        typer.echo(f"{len(folders):,} virtual trials; of the first:")
    typer.echo(
        f"{frames['dosings'].height} participants dosed ({figures['outcomes']}); the rule recommends "
        + (f"level {level}" if level else "no level")
    )
    typer.echo(
        f"{sum(frame.height for frame in frames.values()):,} records up to {trial.trial_data.as_of}, "
        f"{trial.features.height} metabolites in {frames['samples'].height} samples"
    )
    for name in figures["not_in_the_protocol"]:
        typer.echo(f"not simulated: {name.replace('_', ' ')}, since no visit of the protocol yields it")
    if trial.truth.errors.height:
        typer.echo(f"{trial.truth.errors.height} errors were put into the records; truth/errors.csv lists them")
    where = out if len(folders) == 1 else out / f"{folders[0].name} ... {folders[-1].name}"
    typer.echo(f"wrote records, metabolites/ and truth/ to {where}")
