"""The command that writes a trial in the forms of CDISC: export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firstdose.cli.design_commands import ProtocolFile

if TYPE_CHECKING:
    from datetime import datetime

    from firstdose.cdisc.terminology_file import Terminology
    from firstdose.cdisc.writing.checking import FileFormat
    from firstdose.cdisc.writing.exporting import Export
    from firstdose.cli.output import Progress
    from firstdose.protocol import Protocol
    from firstdose.records import Reading, TrialData

RULES_SHOWN = 8


class Standard(StrEnum):
    """What can be exported."""

    sdtm = "sdtm"
    adam = "adam"
    usdm = "usdm"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    protocol: ProtocolFile,
    out: Annotated[Path, typer.Option(help="Folder for the files; made if it is missing.", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA",
            help="Folder of the trial's data: own layout, or SDTM datasets. None for USDM.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[Standard, typer.Option(help="The standard.")] = Standard.sdtm,
    file_format: Annotated[
        Literal["xpt", "csv", "dataset-json"],
        typer.Option("--format", help="Transport files (version 5), CSV, or Dataset-JSON (1.1)."),
    ] = "xpt",
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Cut the data at the end of this day, as in 2026-03-31.")
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
    """
    from firstdose.cdisc.define import ANALYSIS, TABULATION, write_define
    from firstdose.cdisc.writing.exporting import export_sdtm
    from firstdose.cli.analyse_command import cut_off, day_given, read_for_analysis, told_notices
    from firstdose.cli.output import progress
    from firstdose.records import cut

    if terminology is not None and to is not Standard.sdtm:
        raise typer.BadParameter("only the export of SDTM takes it", param_hint="--terminology")
    if to is Standard.usdm:
        _protocol_alone(protocol, data, out, overwrite)
        return
    if data is None:
        raise typer.BadParameter("name the folder of the trial's data", param_hint="DATA")
    day, stamp = day_given("--as-of", as_of), _time_given(created)
    package = _package(terminology)
    _make_room(out, overwrite)
    read, reading = read_for_analysis(protocol, data, out)
    told_notices(data, reading)
    day = cut_off(day, reading)
    trial_data = reading.trial_data if day is None else cut(reading.trial_data, day)
    with progress(f"export to {to.value}") as bar:
        if to is Standard.adam:
            exported = _analysis(read, reading, trial_data, out, stamp, file_format, bar)
        else:
            exported = export_sdtm(
                read, trial_data, out, created=stamp, file_format=file_format, progress=bar, terminology=package
            )
        if not exported.is_refused:
            bar.say("definition")
            standard = ANALYSIS if to is Standard.adam else TABULATION
            write_define(
                read,
                exported.datasets,
                out,
                created=stamp,
                file_format=file_format,
                standard=standard,
                terminology=package,
            )
    _tell(exported, out)


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


def _protocol_alone(protocol: Path, data: Path | None, out: Path, overwrite: bool) -> None:
    """Write the protocol as USDM, and tell what the model asks for that it does not state."""
    from firstdose.cdisc.usdm import USDM_FILE, lacking, write_usdm
    from firstdose.cli.inputs import InputError, every_problem, problems_text
    from firstdose.cli.output import progress
    from firstdose.protocol.problems import printable

    if data is not None:
        raise typer.BadParameter("USDM is made of the protocol alone; name no data", param_hint="DATA")
    path = out / USDM_FILE
    with progress("export to usdm") as bar:
        read, problems = every_problem(protocol)
        if read is None or problems:
            raise InputError(problems_text(problems))
        if path.exists() and not overwrite:
            raise InputError(f"{printable(str(path))} is there already; name another folder, or add --overwrite")
        write_usdm(read, out, progress=bar)
    for each in lacking(read):
        typer.echo(f"the document does not conform to USDM, which asks for {each}: there is none", err=True)
    typer.echo(f"wrote {printable(str(path))}")


def _analysis(
    protocol: Protocol,
    reading: Reading,
    trial_data: TrialData,
    out: Path,
    created: datetime,
    file_format: FileFormat,
    bar: Progress,
) -> Export:
    """Derive what the analysis works with, and write it as ADaM."""
    from dataclasses import replace

    from firstdose.analysis import derive
    from firstdose.analysis.tables.making import analysis_tables
    from firstdose.cdisc.adam.exporting import export_adam
    from firstdose.cli.metabolite_folder import matched_by

    bar.say("deriving")
    derived = replace(derive(protocol, trial_data), abundances=matched_by(reading, trial_data))
    bar.say("rows of the analysis")
    tables = analysis_tables(protocol, derived)
    return export_adam(protocol, tables, out, created=created, file_format=file_format, progress=bar)


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


def _make_room(out: Path, overwrite: bool) -> None:
    """Refuse a folder that holds datasets, or remove them; other files stay."""
    from firstdose.cdisc.adam.metadata import adam_datasets
    from firstdose.cdisc.define import DEFINE_FILES
    from firstdose.cdisc.domains import SUPPLEMENT
    from firstdose.cdisc.sources import dataset_of
    from firstdose.cdisc.writing.metadata import all_domains
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    if out.exists() and not out.is_dir():
        raise NotADirectoryError(20, "this is a file", str(out))
    files = sorted(path for path in out.iterdir() if path.is_file()) if out.is_dir() else []
    for path in files:
        known = dataset_of(path)
        is_dataset = known is not None and known[0].removeprefix(SUPPLEMENT) in {*all_domains(), *adam_datasets()}
        if not is_dataset and path.name not in DEFINE_FILES:
            continue
        if not overwrite:
            raise InputError(
                f"{printable(str(out))}: the folder holds {path.name}; name another one, or add --overwrite to replace "
                "its datasets"
            )
        path.unlink()


def _tell(exported: Export, out: Path) -> None:
    """Say what was written, what was found and what is not there; InputError where nothing could be written."""
    from collections import Counter

    from firstdose.cdisc.writing.findings import FINDINGS_FILE, refused
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    findings = refused(exported.findings) or exported.findings
    rules = Counter(finding.rule for finding in findings)
    firsts = {finding.rule: finding for finding in reversed(findings)}
    lines = [f"  {count:,} x {printable(str(firsts[rule]))}" for rule, count in rules.most_common(RULES_SHOWN)]
    if len(rules) > RULES_SHOWN:
        lines.append(f"  and {len(rules) - RULES_SHOWN} further rules")
    listed = printable(str(out / FINDINGS_FILE))
    if exported.is_refused:
        raise InputError("\n".join([f"no dataset was written; {listed} lists what forbids it", *lines]))
    typer.echo(f"{len(findings):,} findings of the checks, listed in {listed}", err=bool(findings))
    for line in lines:
        typer.echo(line, err=True)
    if exported.not_held:
        kinds = ", ".join(f"{name} ({count:,})" for name, count in exported.not_held.items())
        typer.echo(f"not in SDTM as it is written here: {kinds}", err=True)
    rows = sum(each.frame.height for each in exported.datasets)
    typer.echo(f"wrote {len(exported.files)} datasets with {rows:,} rows to {printable(str(out))}")
