"""The command that writes a trial in the forms of CDISC: export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firstdose.cli.design_commands import ProtocolFile

if TYPE_CHECKING:
    from datetime import datetime

    from firstdose.cdisc.writing.exporting import Export

RULES_SHOWN = 8


class Standard(StrEnum):
    """What can be exported."""

    sdtm = "sdtm"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    protocol: ProtocolFile,
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="Folder of the trial's data: own layout, or SDTM datasets.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the datasets; made if it is missing.", show_default=False)],
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
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the datasets that the folder holds.")] = False,
) -> None:
    """Export a trial as SDTM (IG 3.4), one file for each dataset; the checks it passed through stand beside them.

    Dates stay as they were recorded; nothing is imputed. What the files cannot hold is put in SUPP-- by rule or refused
    by name, never cut. The same data and time give the same bytes.
    """
    from firstdose.cdisc.writing.exporting import export_sdtm
    from firstdose.cli.analyse_command import cut_off, day_given, read_for_analysis, told_notices
    from firstdose.cli.output import progress
    from firstdose.records import cut

    day, stamp = day_given("--as-of", as_of), _time_given(created)
    _make_room(out, overwrite)
    read, reading = read_for_analysis(protocol, data, out)
    told_notices(data, reading)
    day = cut_off(day, reading)
    trial_data = reading.trial_data if day is None else cut(reading.trial_data, day)
    with progress(f"export to {to.value}") as bar:
        exported = export_sdtm(read, trial_data, out, created=stamp, file_format=file_format, progress=bar)
    _tell(exported, out)


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
        if known is None or known[0].removeprefix(SUPPLEMENT) not in all_domains():
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
