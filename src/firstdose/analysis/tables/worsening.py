"""What every definition of confirmed change finds in each measure."""

from __future__ import annotations

from firstdose.analysis.disability.confirmed import Sought, seek_all
from firstdose.analysis.disability.definitions import definitions
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import measured, names_of_measures


def worsening_sought(frame: Frame) -> list[Sought]:
    """Of every measure what the leading definition finds, then what the others do."""
    found: list[Sought] = []
    for name in names_of_measures(frame):
        each = measured(frame, name)
        if each.person.size:
            found += seek_all(frame, each, definitions(frame, name))
    return found
