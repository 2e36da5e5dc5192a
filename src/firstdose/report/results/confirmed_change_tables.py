"""Tables on confirmed change in a form of their own: each definition once, and changes by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from firstdose.records.results import Result
from firstdose.report.documents.blocks import Block, Cell, Paragraph, Row, Table
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.documents.wording import counted, listed, sentence
from firstdose.report.results.names import title, words
from firstdose.report.results.tables import LONGEST_OPEN, about, tables

DEFINITIONS, CHANGES = "definitions", "people_with_change"
"""The tables of results that have such a form."""

SUBJECT, UNABLE = "subject", "unable to perform"


def definition_table(found: Sequence[Result]) -> Iterator[Block]:
    """Each definition once, under the measures that it is applied to; then what was not analysed, and why."""
    alike: dict[tuple[str, str], list[Result]] = {}
    for each in found:
        if each.text:
            alike.setdefault((each.what, each.text), []).append(each)
    of_measures: dict[tuple[str, ...], list[Row]] = {}
    for (what, text), here in alike.items():
        measures = tuple(dict.fromkeys(words(each.within) for each in here))
        line = Row((Cell(words(what)), Cell(text, rows=rows_behind(here))))
        of_measures.setdefault(measures, []).append(line)
    lines = [line for measures, under in of_measures.items() for line in (Row(group=", ".join(measures)), *under)]
    if alike:
        caption = title(DEFINITIONS)
        folded = f"{caption}: {counted(len(alike), 'row')}" if len(alike) > LONGEST_OPEN else ""
        told = f"{caption}. {about(each for each in found if each.text)}"
        yield Table(told, ("", "definition"), tuple(lines), words=(0, 1), folded=folded)
    yield from _not_analysed([each for each in found if not each.text])


def _not_analysed(found: Sequence[Result]) -> Iterator[Paragraph]:
    """A sentence for each reason why measures, or definitions of them, were not analysed."""
    reasons: dict[str, list[Result]] = {}
    for each in found:
        reasons.setdefault(each.warning, []).append(each)
    for reason, here in reasons.items():
        names = listed(
            dict.fromkeys(
                words(each.within) + ("" if each.what == "none" else f", {words(each.what)}") for each in here
            )
        )
        yield Paragraph(f"{names[:1].upper()}{names[1:]}: {reason}.", rows_behind(here))


def change_tables(found: Sequence[Result], levels: dict[str, str]) -> Iterator[Table]:
    """Changes with the person beside each; from the second of one person and definition on they are numbered.

    In the results a change is called `P01/1`, and the person is told beside it: here the name is not told twice.
    """
    names = sorted({each.what for each in found}, key=len, reverse=True)
    for table in tables(CHANGES, found, levels):
        columns = tuple("person" if each == SUBJECT else each for each in table.columns)
        cells = [cell.text for line in table.rows for cell in line.cells]
        explained = dict.fromkeys(text for text in cells if text.startswith(f"{UNABLE}; "))
        notes = (*(sentence(text.replace("; ", " ", 1)) for text in explained), *table.notes)
        rows = tuple(_brief(_unnamed(line, names)) for line in table.rows)
        yield replace(table, columns=columns, rows=rows, notes=notes)


def _brief(line: Row) -> Row:
    """The row with what a note explains cut to its beginning."""
    cells = (replace(cell, text=UNABLE) if cell.text.startswith(f"{UNABLE}; ") else cell for cell in line.cells)
    return replace(line, cells=tuple(cells))


def _unnamed(line: Row, names: Sequence[str]) -> Row:
    """A row whose heading is the definition alone, with the number of the change where it is not the first."""
    if line.group:
        return line
    heading, *others = line.cells
    name = next((each for each in names if heading.text.startswith(f"{each}, ")), None)
    if name is None:
        return line
    number = name.rpartition("/")[2]
    text = heading.text.removeprefix(f"{name}, ") + ("" if number == "1" else f", change {number}")
    return replace(line, cells=(replace(heading, text=text), *others))
