"""Reads a folder of a trial's data: in this package's own layout, or SDTM datasets. Which it is, its files say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from firstdose.cdisc.domains import record_types_of
from firstdose.cdisc.sources import dataset_of
from firstdose.cli.inputs import InputError
from firstdose.cli.protocol_and_data import check_dose_levels
from firstdose.measures.record_checks import check_assessments
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import printable
from firstdose.records import RECORDS, Problem, Reading, TrialData, read_folder
from firstdose.records.problems import PROBLEMS_FILE, REJECTED_FILE
from firstdose.records.reading import ENDINGS
from firstdose.records.wording import counted
from firstdose.simulation.virtual import TRUTH

OWN, SDTM = "Firstdose's own layout", "SDTM datasets"
CHECKS = (check_assessments,)
RULES_SHOWN = 8
LONGEST_VALUE = 60
OF_OTHER_PROGRAMS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".sas7bdat", ".sav", ".dta", ".rds")
"""Endings of tables that people keep, and that are not read."""


@dataclass(frozen=True)
class Recognised:
    """The files of a folder that are a kind of record, those that are an SDTM dataset, and tables of other programs."""

    own: tuple[str, ...]
    sdtm: tuple[str, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def layout(self) -> str:
        """What most files are; where as many are the other, the folder counts as its own layout."""
        return SDTM if len(self.sdtm) > len(self.own) else OWN

    @property
    def ignored(self) -> tuple[str, ...]:
        """The files of the other layout."""
        return self.own if self.layout == SDTM else self.sdtm


EXPECTED = {"adverse_events": "adverse event", "visits": "visit", "assessments": "clinical assessment"}
"""Kinds of records that a trial has once people are dosed, and what one of them is called."""


def recognise(folder: Path) -> Recognised:
    """Look at the names of the files; InputError where none is of either kind."""
    name = printable(str(folder))
    if not folder.is_dir():
        what = "it is a file" if folder.exists() else "there is no such folder"
        raise InputError(f"{name}: {what}; name the folder that holds the trial's data")
    files = sorted(path for path in folder.iterdir() if path.is_file())
    own = [path.name for path in files if path.name.endswith(ENDINGS) and path.name.split(".")[0] in RECORDS]
    sdtm = [path.name for path in files if path.name not in own and is_sdtm(path)]
    unreadable = [path.name for path in files if path.suffix.lower() in OF_OTHER_PROGRAMS]
    if not own and not sdtm:
        hint = f"; {saved_as_csv(unreadable)}" if unreadable else ""
        raise InputError(
            f"{name}: no file there is a kind of record or an SDTM dataset; a folder of data holds files such as "
            f"subjects.csv and adverse_events.csv, or dm.xpt and ae.xpt{hint}"
        )
    return Recognised(tuple(own), tuple(sdtm), tuple(unreadable))


def saved_as_csv(names: Sequence[str]) -> str:
    """What to do about tables of other programs."""
    return f"{', '.join(map(printable, names))}: not read; save each sheet as CSV (UTF-8)"


def is_sdtm(path: Path) -> bool:
    """Whether a file is an SDTM dataset that is read."""
    known = dataset_of(path)
    return known is not None and bool(record_types_of(known[0]))


def read_data(folder: Path, protocol: Protocol) -> tuple[Reading, Recognised]:
    """The data of a folder with everything that is wrong with it."""
    recognised = recognise(folder)
    visits = [visit.id for visit in protocol.schedule.every_visit] if protocol.schedule else []
    checks = (*CHECKS, check_dose_levels(protocol))
    if recognised.layout == OWN:
        return read_folder(folder, visits=visits, further_checks=checks), recognised
    from firstdose.cdisc.reading import read_sdtm

    return read_sdtm(folder, visits=visits, further_checks=checks, study=protocol.trial.id), recognised


def refuse_unusable(folder: Path, reading: Reading, listed: Path | None) -> None:
    """InputError for data of which no record can be used, where their problems say why: in a list, or as told."""
    if len(reading.problems) and not any(frame.height for frame in reading.trial_data.frames.values()):
        what = f"what {printable(str(listed))} lists" if listed else "the problems told above"
        raise InputError(f"{printable(str(folder))}: no record in it can be used; mend {what}")


def notices_of(folder: Path) -> tuple[str, ...]:
    """What must be told of data on top of all: that they are simulated, where their truth stands beside them."""
    if not (folder / TRUTH).is_dir():
        return ()
    return (f"These data are simulated: nobody took part in this trial, and its truth stands in {TRUTH}/.",)


def notices_on(trial_data: TrialData, day: date | None = None) -> tuple[str, ...]:
    """That kinds of records without which zeros mean nothing are not there at all, or not by the day of the cut-off."""
    frames = trial_data.frames
    by_then = f" up to {day}" if day else ""
    if not frames["dosings"].height:
        recorded, nobody = f"No dosing is recorded for anybody{by_then}", f"Nobody is among the records{by_then}"
        who = recorded if frames["subjects"].height else nobody
        return (f"{who}: nobody counts as treated, and figures of those treated are of no one.",)
    absent = [words for name, words in EXPECTED.items() if not frames[name].height]
    return tuple(
        f"No {words} is recorded for anybody{by_then}. Where there is a zero below, it holds only if none took place; "
        "a missing file looks the same."
        for words in absent
    )


def problems_notice(reading: Reading) -> tuple[str, ...]:
    """How many problems the records have, for the pages; the terminal tells them in more detail."""
    count, rejected = len(reading.problems), reading.rejected.height
    if not count:
        return ()
    found = f"{counted(count, 'problem')} {'was' if count == 1 else 'were'}"
    aside = f" {counted(rejected, 'row')} set aside in {REJECTED_FILE} and in no figure." if rejected else ""
    return (f"{found} found in the records and may bear on any figure; {PROBLEMS_FILE} lists them.{aside}",)


def told_problems(reading: Reading, written: Path | None) -> list[str]:
    """What was found to be wrong, in a few lines: how many problems, the first of each of the most frequent rules with
    its file and row, and where all stand, or how to get them written.
    """
    problems, rejected = reading.problems, reading.rejected.height
    if not len(problems):
        return []
    where = f"all are listed in {printable(str(written))}" if written else "with --out FOLDER all are listed there"
    lines = [f"{counted(len(problems), 'problem')} in the data; {where}"]
    if rejected:
        are, theirs = ("is", "its") if rejected == 1 else ("are", "their")
        place = f", with {theirs} text, in {printable(str(written.with_name(REJECTED_FILE)))}" if written else ""
        lines.append(f"{counted(rejected, 'row')} cannot be used and {are} set aside{place}")
    rules = problems.by_rule()
    shown = list(rules)[:RULES_SHOWN]
    firsts = problems.first_of(shown)
    lines += [f"  {rules[rule]:,} x {printable(rule)}: {printable(_place(firsts[rule]))}" for rule in shown]
    if len(rules) > RULES_SHOWN:
        lines.append(f"  and {counted(len(rules) - RULES_SHOWN, 'further rule')}")
    return lines


def _place(problem: Problem) -> str:
    """Where a problem is: file, row, record, field and value, as far as they are known."""
    value = None if problem.value is None else f'"{problem.value[:LONGEST_VALUE]}"'
    row = None if problem.row is None else f"row {problem.row}"
    return ", ".join(
        filter(None, (problem.file, row, problem.identity, problem.field and f"{problem.field} {value or ''}".strip()))
    )
