"""The command that analyses a trial's data: analyse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.exported_folder import ProtocolOrExport, protocol_and_data
from firstdose.cli.output_folder import Overwrite, check_folder, is_same, placed, whole_or_not

if TYPE_CHECKING:
    from datetime import date

    from firstdose.cli.output import Progress
    from firstdose.protocol.plan import Protocol
    from firstdose.records import Reading
    from firstdose.records.analysis_data import AnalysisData
    from firstdose.records.results import Provenance, Results

LINES_SHOWN = 6
RESULTS_FILES = ("results.csv", "results.parquet", "provenance.json")
ANALYSIS_FILES = (*RESULTS_FILES, "summary.html")
"""What a run would replace; lists of problems are told each time, and mended with the data."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(analyse)


def analyse(
    protocol: ProtocolOrExport,
    out: Annotated[Path, typer.Option(help="Folder for the results; made if it is missing.")],
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA", help="Folder of the trial's data: own layout, or SDTM datasets.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the methods that draw random numbers.")] = 1,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Keep what had occurred by this day, as in 2026-03-31.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Analyse a trial's data: safety, laboratory, disability, MRI, with an interval beside every figure.

    Writes results.csv, results.parquet, provenance.json and the page summary.html; what is wrong with the data is
    listed in problems.csv and analysed as far as it can be read.
    """
    day = day_given("--as-of", as_of)
    check_folder(out, ANALYSIS_FILES, overwrite=overwrite)
    protocol, data = protocol_and_data(protocol, data)
    read, reading = read_for_analysis(protocol, data, out)
    day = cut_off(day, reading)
    notices = told_notices(data, reading, day)
    results = run_analysis(read, protocol, reading, out, seed=seed, as_of=day, notices=notices)
    _tell(results)


def run_analysis(
    read: Protocol,
    protocol_file: Path,
    reading: Reading,
    out: Path,
    *,
    seed: int,
    as_of: date | None = None,
    notices: tuple[str, ...] = (),
) -> Results:
    """Analyse what was read, write everything into the folder, and tell which files were written."""
    from concurrent.futures import ThreadPoolExecutor

    from firstdose.cli.output import progress
    from firstdose.records.results import write_results
    from firstdose.report.results.page import write_results_page

    with progress("analysis") as bar:
        _, results = analysed(read, protocol_file, reading, bar, seed=seed, as_of=as_of)
        bar.say("writing")
        with whole_or_not(out) as made, ThreadPoolExecutor(1) as beside:
            tables = beside.submit(write_results, results, made)
            page = write_results_page(read, results, made, notices)
            written = [*tables.result(), page]
    for path in placed(written, made, out):
        typer.echo(f"wrote {path}")
    return results


def analysed(
    read: Protocol, protocol_file: Path, reading: Reading, bar: Progress, *, seed: int, as_of: date | None = None
) -> tuple[AnalysisData, Results]:
    """What is derived from the data that were read, and every figure of the analysis."""
    from firstdose.analysis import analyse as analyse_data

    derived, provenance = prepared(read, protocol_file, reading, bar, seed=seed, as_of=as_of)
    return derived, analyse_data(read, derived, seed=seed, provenance=provenance, progress=bar.say)


def prepared(
    read: Protocol, protocol_file: Path, reading: Reading, bar: Progress, *, seed: int, as_of: date | None = None
) -> tuple[AnalysisData, Provenance]:
    """What is derived from the data that were read, and what all figures are made from."""
    from dataclasses import replace
    from hashlib import sha256

    from firstdose import __version__
    from firstdose.analysis import derive
    from firstdose.cli.metabolite_folder import matched_by
    from firstdose.records import occurred_by
    from firstdose.records.results import Provenance

    bar.say("deriving")
    trial_data = reading.trial_data if as_of is None else occurred_by(reading.trial_data, as_of)
    derived = replace(derive(read, trial_data), abundances=matched_by(reading, trial_data))
    provenance = Provenance(
        trial=read.trial.id,
        protocol_hash=sha256(protocol_file.read_bytes()).hexdigest(),
        data_hash=derived.data_hash,
        as_of=trial_data.as_of,
        seed=seed,
        version=__version__,
    )
    return derived, provenance


def read_for_analysis(protocol: Path, data: Path, out: Path) -> tuple[Protocol, Reading]:
    """The protocol and the data; what is wrong with the data is written and told."""
    from firstdose.cli.data_folder import read_data, refuse_unusable, saved_as_csv, told_problems
    from firstdose.cli.inputs import InputError, every_problem, problems_text
    from firstdose.cli.metabolite_folder import with_abundances
    from firstdose.cli.output import progress
    from firstdose.protocol.problems import printable

    read, problems = every_problem(protocol)
    if read is None or problems:
        raise InputError(problems_text(problems))
    if is_same(out, data):
        raise InputError(f"--out {printable(str(out))}: this folder holds the data; name another for the results")
    with progress("reading") as bar:
        bar.say(str(data))
        reading, recognised = read_data(data, read)
        reading = with_abundances(reading, data, read)
    typer.echo(f"read {printable(str(data))}: {recognised.layout}")
    if recognised.ignored:
        typer.echo(f"not read, of another layout: {', '.join(map(printable, recognised.ignored))}", err=True)
    if recognised.unreadable:
        typer.echo(f"note: {saved_as_csv(recognised.unreadable)}", err=True)
    for note in reading.notes:
        typer.echo(f"note: {printable(note)}", err=True)
    written = reading.write_problems(out)
    for line in told_problems(reading, written):
        typer.echo(line, err=True)
    typer.echo(f"wrote {written}" if len(reading.problems) else "No problem was found in the data.")
    refuse_unusable(data, reading, written)
    return read, reading


def cut_off(day: date | None, reading: Reading) -> date | None:
    """The day to cut the data at; none after the day up to which they were gathered.

    InputError for a day to come where the data do not say up to when they were gathered: nobody can know so much.
    """
    from firstdose.cli.clock import is_to_come
    from firstdose.cli.inputs import InputError

    known_by = reading.trial_data.as_of
    if day is not None and known_by is None and is_to_come(day):
        raise InputError(f"--as-of {day} is in the future; name a day that is over, or none")
    if day is not None and known_by is not None and day > known_by:
        typer.echo(f"note: the data were gathered up to {known_by}; that is the cut-off", err=True)
        return None
    return day


def told_notices(data: Path, reading: Reading, day: date | None = None) -> tuple[str, ...]:
    """What must be told of the data up to a day, such as that they are simulated; told here, and for every page.

    Raises InputError where an export's list of what was held outside its locked data cannot be read.
    """
    from firstdose.cli.data_folder import notices_of, notices_on, problems_notice
    from firstdose.cli.exported_held import held_notices
    from firstdose.records import occurred_by

    analysed_data = reading.trial_data if day is None else occurred_by(reading.trial_data, day)
    notices = (*held_notices(data), *notices_of(data), *notices_on(analysed_data, day))
    for notice in notices:
        typer.echo(notice)
    return (*notices, *problems_notice(reading))


def day_given(option: str, text: str | None) -> date | None:
    """The day that an option names."""
    from datetime import date

    from firstdose.cli.inputs import InputError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r} is no date; write it as in {option} 2026-03-31") from None


def _tell(results: Results) -> None:
    """The most important figures, and what they were made from."""
    from firstdose.report.results.glance import at_a_glance

    origin = results.provenance
    cut_off = f", data up to {origin.as_of}" if origin.as_of else ""
    typer.echo(f"{origin.trial}{cut_off}, seed {origin.seed}, Firstdose {origin.version}")
    for glance in at_a_glance(results)[:LINES_SHOWN]:
        typer.echo(f"  {glance.name}: {glance.words}")
