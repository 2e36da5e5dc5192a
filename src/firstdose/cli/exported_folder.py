"""The folder of a site's export, which holds the protocol beside the records: it can be named alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstdose.web.export_layout import MANIFEST, PROTOCOL_FILE, RECORDS_FOLDER

ProtocolOrExport = Annotated[
    Path,
    typer.Argument(
        metavar="PROTOCOL",
        help="The protocol file (YAML); or the unpacked export of a site, which holds it and the data.",
        show_default=False,
    ),
]


def protocol_and_data(protocol: Path, data: Path | None) -> tuple[Path, Path]:
    """The protocol file and the folder of the data; of the folder of an export, named alone, what it holds of both.

    Of a folder that is named with a protocol file, that file counts. Raises InputError, or BadParameter without data.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.protocol.problems import printable

    if data is not None:
        return protocol, _records_of(data)
    if not protocol.is_dir():
        raise typer.BadParameter("name the folder of the trial's data", param_hint="DATA")
    records = _records_of(protocol)
    beside = [protocol, protocol.parent] if is_export(protocol.parent) and records == protocol else [protocol]
    found = next((each / PROTOCOL_FILE for each in beside if (each / PROTOCOL_FILE).is_file()), None)
    if found is None:
        raise InputError(
            f"{printable(str(protocol))}: there is no {PROTOCOL_FILE} in this folder; name the protocol file before "
            "it. The export of a site holds one, unless no version was in force by its moment"
        )
    typer.echo(f"protocol of the export: {printable(str(found))}", err=True)
    return found, records


def is_export(folder: Path) -> bool:
    """Whether a folder is an unpacked export of a site."""
    return (folder / MANIFEST).is_file() and (folder / RECORDS_FOLDER).is_dir()


def _records_of(folder: Path) -> Path:
    """Where the records are."""
    return folder / RECORDS_FOLDER if is_export(folder) else folder
