"""The command that writes a trial in the forms of CDISC: export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from firstdose.cli.export_folders import Standard, Target, look_for_room, targets_of, unfinished
from firstdose.cli.exported_folder import ProtocolOrExport, protocol_and_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstdose.cdisc.terminology_file import Terminology
    from firstdose.cdisc.writing.checking import FileFormat


class StandardGiven(StrEnum):
    """A standard, or every one."""

    sdtm = "sdtm"
    adam = "adam"
    usdm = "usdm"
    all = "all"


class FormatGiven(StrEnum):
    """A format of datasets, or every one."""

    xpt = "xpt"
    csv = "csv"
    dataset_json = "dataset-json"
    all = "all"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    protocol: ProtocolOrExport,
    out: Annotated[Path, typer.Option(help="Folder for the files; made if it is missing.", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA",
            help="Folder of the trial's data: own layout, or SDTM datasets. None for USDM alone.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        list[StandardGiven] | None,
        typer.Option(
            metavar="sdtm|adam|usdm|all",
            help="The standard; repeat it for more, or all. SDTM if left out.",
            show_default=False,
        ),
    ] = None,
    file_format: Annotated[
        list[FormatGiven] | None,
        typer.Option(
            "--format",
            metavar="xpt|csv|dataset-json|all",
            help="Transport files (version 5), CSV, or Dataset-JSON (1.1); repeat it for more, or all. "
            "Transport files if left out.",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Keep what had occurred by this day, as in 2026-03-31.")
    ] = None,
    created: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Time that the files bear, as in 2026-03-31T12:00:00; now if left out."),
    ] = None,
    terminology: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="For SDTM: CDISC's controlled terminology as the NCI publishes it, text or CSV, its date in its name.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the datasets that the folder holds.")] = False,
) -> None:
    """Export a trial as SDTM (IG 3.4), its analysis as ADaM (IG 1.3), or its protocol as USDM (4.0).

    One file for each dataset, with Define-XML 2.1 and the findings of the checks. In SDTM dates stay as they were
    recorded; in ADaM those that are completed carry a flag. What the files cannot hold is put in SUPP-- or in further
    variables by rule or refused by name, never cut. The same data and time give the same bytes. USDM is one JSON file
    of the protocol alone, and takes no data.

    Several standards have a folder each in that of --out, and several formats of a standard too: --to all --format all
    writes sdtm/xpt, sdtm/csv, sdtm/dataset-json, the same of adam, and usdm.
    """
    from firstdose.cli.analyse_command import cut_off, day_given, read_for_analysis, told_notices
    from firstdose.cli.clock import is_to_come
    from firstdose.cli.export_writing import tell_protocol, tell_written, write_everything
    from firstdose.cli.output import progress
    from firstdose.records import occurred_by

    standards = _standards(to)
    formats = _formats(file_format, standards)
    if terminology is not None and Standard.sdtm not in standards:
        raise typer.BadParameter("only the export of SDTM takes it", param_hint="--terminology")
    targets = targets_of(standards, formats, out)
    if standards == [Standard.usdm]:
        alone = protocol_and_data(protocol, data)[0] if protocol.is_dir() else protocol
        _protocol_alone(alone, data, targets[0], out, overwrite)
        return
    protocol, data = protocol_and_data(protocol, data)
    day, stamp = day_given("--as-of", as_of), _time_given(created)
    if is_to_come(stamp.date()):
        typer.echo(f"note: --created {created} is in the future; the files will bear that time", err=True)
    package = _package(terminology)
    look_for_room(targets, data, overwrite)
    read, reading = read_for_analysis(protocol, data, out)
    day = cut_off(day, reading)
    told_notices(data, reading, day)
    trial_data = reading.trial_data if day is None else occurred_by(reading.trial_data, day)
    with progress(f"export to {', '.join(standards)}:") as bar, unfinished(out, targets) as folders:
        written = write_everything(read, reading, trial_data, folders, stamp, package, bar)
    for each in targets:
        if each.standard is Standard.usdm:
            tell_protocol(read, each)
    tell_written(written)
    if Standard.sdtm in standards and Standard.adam not in standards and reading.abundances is not None:
        typer.echo("metabolites stand in no SDTM dataset; --to adam writes them (ADMB)", err=True)


def _standards(given: Sequence[StandardGiven] | None) -> list[Standard]:
    """The standards that were asked for, each once, in their order."""
    asked = {each.value for each in given or [StandardGiven.sdtm]}
    return [each for each in Standard if asked & {each.value, StandardGiven.all.value}]


def _formats(given: Sequence[FormatGiven] | None, standards: Sequence[Standard]) -> list[FileFormat]:
    """The formats that were asked for, each once, in their order."""
    from firstdose.cdisc.writing.checking import FileFormat

    if given and list(standards) == [Standard.usdm]:
        raise typer.BadParameter("USDM is JSON alone; only datasets have a format", param_hint="--format")
    asked = {each.value for each in given or [FormatGiven.xpt]}
    return [each for each in get_args(FileFormat) if asked & {each, FormatGiven.all.value}]


def _package(file: Path | None) -> Terminology | None:
    """The package of controlled terminology in a file, if one is named."""
    from firstdose.cdisc.terminology_file import TerminologyError, read_terminology
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    if file is None:
        return None
    try:
        return read_terminology(file)
    except TerminologyError as error:
        raise InputError(f"--terminology: {printable(str(error))}") from None


def _protocol_alone(protocol: Path, data: Path | None, target: Target, out: Path, overwrite: bool) -> None:
    """Write the protocol as USDM, which needs no data."""
    from firstdose.cdisc.usdm import write_usdm
    from firstdose.cli.export_writing import tell_protocol
    from firstdose.cli.inputs import InputError, every_problem, problems_text
    from firstdose.cli.output import progress

    if data is not None:
        raise typer.BadParameter("USDM is made of the protocol alone; name no data", param_hint="DATA")
    with progress("export to usdm") as bar:
        read, problems = every_problem(protocol)
        if read is None or problems:
            raise InputError(problems_text(problems))
        look_for_room([target], None, overwrite)
        with unfinished(out, [target]) as folders:
            write_usdm(read, folders[target], bar)
    tell_protocol(read, target)


def _time_given(text: str | None) -> datetime:
    """The time that the files bear."""
    from datetime import datetime

    from firstdose.cli.clock import now
    from firstdose.cli.inputs import InputError

    if text is None:
        return datetime.strptime(now(), "%Y-%m-%d %H:%M:%S UTC")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--created {text!r} is no time; write it as in --created 2026-03-31T12:00:00") from None
