"""What the export of a site tells of events that were held outside its locked data when it was made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose.cli.exported_folder import is_export
from firstdose.web.export_layout import CONDUCT_FOLDER

if TYPE_CHECKING:
    from firstdose.conduct.catalogue import HeldEvent


def held_notices(data: Path) -> tuple[str, ...]:
    """That something was held, where the records are those of an export; nothing for any other folder.

    Raises InputError where the list of what was held cannot be read.
    """
    from firstdose.cli.inputs import InputError
    from firstdose.conduct.held import HELD, not_told
    from firstdose.protocol.problems import printable

    export = Path(os.path.realpath(data)).parent  # that of "." is not in its name
    path = export / CONDUCT_FOLDER / f"{HELD}.csv"
    if not is_export(export) or not path.is_file():
        return ()
    try:
        words = not_told(each for each in _held_in(path) if each.state == "waiting")
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"{printable(str(path))}: what was held outside the locked data cannot be read ({problem}); unpack the "
            "export anew, and leave its files as they are"
        ) from problem
    return (printable(words),) if words else ()


def _held_in(path: Path) -> list[HeldEvent]:
    """Everything that was held, as the export lists it.

    Raises ValueError or TypeError for a file that was changed.
    """
    from firstdose.conduct.catalogue import HeldEvent
    from firstdose.conduct.held import HELD
    from firstdose.conduct.ledger import StoredRecord
    from firstdose.conduct.own_records import as_object
    from firstdose.records.problems import Collector
    from firstdose.records.reading import read_table
    from firstdose.records.spreadsheets import original_cell

    collector, found = Collector(), []
    for part in read_table(path, collector):
        for row in part.iter_rows(named=True):
            fields = {name: original_cell(text) for name, text in row.items() if isinstance(text, str) and text}
            found.append(as_object(HeldEvent, StoredRecord(HELD, fields.get("held", ""), fields)))
    for problem in collector.all_problems():
        raise ValueError(str(problem))
    return found
