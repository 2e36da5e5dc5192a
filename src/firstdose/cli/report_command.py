"""The command that writes the trial's report: report."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.exported_folder import ProtocolOrExport, protocol_and_data
from firstdose.cli.output_folder import Overwrite, check_folder, placed, told_in_short, whole_or_not


class Part(StrEnum):
    """What can be written alone."""

    html = "html"
    pdf = "pdf"
    tables = "tables"
    figures = "figures"
    people = "people"
    pack = "pack"


FILES = {
    Part.html: ("trial-report.html",),
    Part.pdf: ("trial-report.pdf",),
    Part.tables: ("tables.docx", "tables"),
    Part.figures: ("figures",),
    Part.people: ("people", "people.pdf"),
    Part.pack: ("committee-pack.html", "committee-pack.pdf"),
}
"""The files and folders of each part."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    protocol: ProtocolOrExport,
    out: Annotated[Path, typer.Option(help="Folder for the report; made if it is missing.")],
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA", help="Folder of the trial's data: own layout, or SDTM datasets.", show_default=False
        ),
    ] = None,
    only: Annotated[
        list[Part] | None, typer.Option(help="Write this alone; repeat it for more. Everything if left out.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the methods that draw random numbers.")] = 1,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Keep what had occurred by this day, as in 2026-03-31.")
    ] = None,
    style: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Logo, font, colours and wording of your own; see the how-to.")
    ] = None,
    dated: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date that the report bears; today if left out.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the report of a trial: HTML, PDF, tables (DOCX), figures (SVG, PNG, CSV), people, the committee's pack.

    The same data, seed and date give the same bytes. Results are written beside the report; the pack alone needs only
    a few of them, and writes none.
    """
    from firstdose.cli.analyse_command import (
        RESULTS_FILES,
        analysed,
        cut_off,
        day_given,
        prepared,
        read_for_analysis,
        told_notices,
    )
    from firstdose.cli.clock import is_to_come, today
    from firstdose.cli.inputs import input_errors
    from firstdose.cli.output import progress
    from firstdose.records.results import write_results
    from firstdose.report.committee.figures import pack_results
    from firstdose.report.documents.house_style import read_style
    from firstdose.report.documents.house_style_pages import PLAIN_PRESS, Press
    from firstdose.report.documents.second_process import beside_this_process
    from firstdose.report.trial.files import DRAWINGS, write_pack, write_report

    day, bears = day_given("--as-of", as_of), day_given("--dated", dated)
    if bears is not None and is_to_come(bears):
        typer.echo(f"note: --dated {bears} is in the future; the report will bear that date", err=True)
    parts = frozenset(only or Part)
    results_files = () if parts == {Part.pack} else RESULTS_FILES
    held = [*results_files, *(name for part in Part if part in parts for name in FILES[part])]
    check_folder(out, held, overwrite=overwrite)
    with input_errors():
        press = Press(read_style(style)) if style else PLAIN_PRESS
    protocol, data = protocol_and_data(protocol, data)
    read, reading = read_for_analysis(protocol, data, out)
    day = cut_off(day, reading)
    notices = told_notices(data, reading, day)
    bears_day, is_drawn = bears or today(), bool(parts - {Part.pack, Part.people})
    with progress("report") as bar, beside_this_process(DRAWINGS, is_drawn) as beside, whole_or_not(out) as made:
        if parts == {Part.pack} and read.escalation.has_rule:
            derived, provenance = prepared(read, protocol, reading, bar, seed=seed, as_of=day)
            results = pack_results(read, derived, seed=seed, provenance=provenance)
            written = write_pack(read, derived, results, made, bears_day, notices, press)
        else:
            derived, results = analysed(read, protocol, reading, bar, seed=seed, as_of=day)
            written = [
                *write_results(results, made),
                *write_report(read, derived, results, made, bears_day, parts, notices, bar.say, press, beside),
            ]
    for line in told_in_short(placed(written, made, out), out):
        typer.echo(line)
