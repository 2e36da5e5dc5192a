"""What is said of each ADaM dataset and variable: the one place where label, type, length, origin and source stand.

The shapes are those of SDTM's metadata (`writing/metadata.py`): a dataset is a `Domain`, a variable a `Variable` with a
length, a display format and the source of its values besides. Define-XML and the reference page read them from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from firstdose.cdisc.adam.basic_tables import BASIC, TIME_TO_EVENT
from firstdose.cdisc.adam.subject_tables import COMMON, OCCURRENCE, SUBJECT_LEVEL
from firstdose.cdisc.writing.metadata import DATE_FORMAT, KINDS, SEPARATOR, Core, Domain, Origin, Variable

STANDARD, VERSION = "ADaMIG", "1.3"
SUBJECT_LEVEL_CLASS = "SUBJECT LEVEL ANALYSIS DATASET"
OCCURRENCE_CLASS = "OCCURRENCE DATA STRUCTURE"
BASIC_CLASS = "BASIC DATA STRUCTURE"
TIME_TO_EVENT_SUBCLASS = "TIME-TO-EVENT"
TIME_TO_EVENT_DATASETS = ("ADTTE",)
"""Datasets whose class is the basic data structure, with the subclass of times to events."""

DATE, SOURCE = "Date", ":"
MAY_BE_EMPTY = ("ARM", "RACE")
"""Variables that the guide requires to be there, and that hold nothing where DM may hold nothing either."""
LENGTH_OF_NUMBERS = 8
ADAM_CORES: tuple[Core, ...] = ("Req", "Cond", "Perm")
ADAM_ORIGINS: tuple[Origin, ...] = ("Predecessor", "Derived", "Assigned", "Protocol")


@dataclass(frozen=True)
class AnalysisVariable(Variable):
    """One variable of an analysis dataset.

    `length` is the most characters that a text may have, and 8 for a number. `source` is the variable that the values
    are copied from where the origin is Predecessor ("AE.AETERM"; several are separated by commas), and else the words
    of how they are made. `display_format` is that of SAS; numbers that are dates have `DATE_FORMAT`.
    """

    length: int = LENGTH_OF_NUMBERS
    source: str = ""
    display_format: str = ""

    @property
    def is_date(self) -> bool:
        """Whether the number is a date."""
        return self.display_format == DATE_FORMAT


@cache
def adam_datasets() -> dict[str, Domain]:
    """Every analysis dataset that is described, by name, ADSL first; its variables are `AnalysisVariable`."""
    classes = {
        SUBJECT_LEVEL_CLASS: SUBJECT_LEVEL,
        OCCURRENCE_CLASS: OCCURRENCE,
        BASIC_CLASS: BASIC | TIME_TO_EVENT,
    }
    found = {}
    for observation_class, tables in classes.items():
        for head, table in tables.items():
            name, label, keys = (part.strip() for part in head.split(SEPARATOR))
            whole = table if name == "ADSL" else COMMON + table
            found[name] = Domain(name, label, observation_class, tuple(keys.split()), dict(_variables(whole)))
    return found


def analysis_variables(name: str) -> dict[str, AnalysisVariable]:
    """The variables of a dataset by name, in order."""
    variables = adam_datasets()[name].variables
    return {each.name: each for each in variables.values() if isinstance(each, AnalysisVariable)}


def _variables(table: str) -> Iterator[tuple[str, AnalysisVariable]]:
    """The variables of a table: a line each, followed by its source in lines that begin with a colon."""
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    heads = [place for place, line in enumerate(lines) if not line.startswith(SOURCE)]
    for place, following in zip(heads, [*heads[1:], len(lines)], strict=True):
        source = " ".join(line.removeprefix(SOURCE).strip() for line in lines[place + 1 : following])
        name, label, kind, core, origin, *codelist = (part.strip() for part in lines[place].split(SEPARATOR))
        word, *length = kind.split()
        yield (
            name,
            AnalysisVariable(
                name,
                label,
                "Num" if word == DATE else KINDS[KINDS.index(word)],
                ADAM_CORES[ADAM_CORES.index(core)],
                ADAM_ORIGINS[ADAM_ORIGINS.index(origin)],
                codelist[0] if codelist else "",
                int(length[0]) if length else LENGTH_OF_NUMBERS,
                source,
                DATE_FORMAT if word == DATE else "",
            ),
        )
