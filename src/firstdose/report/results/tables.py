"""Tables of a page from the one long table of results: rows are what figures are about, columns the groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from firstdose.records.results import EVERYONE, Result
from firstdose.report.documents.blocks import Cell, Row, Table, row
from firstdose.report.documents.wording import NO_BREAK, counted, listed
from firstdose.report.results.cells import PEOPLE, Joined, Notes, cell, has_unit, statistics_of, unit_of
from firstdose.report.results.names import title, words
from firstdose.report.results.remarks import remarks_on
from firstdose.report.results.wording import group_words

LONGEST_OPEN = 16
"""Tables with more rows are folded."""

SET_IN = 3 * NO_BREAK
"""Before the label of a row that stands within the row above."""

LONGEST_LABEL = 40
"""Texts that are longer make a column of prose."""

FEWEST_OF_ONE_UNIT = 2
"""Where more columns than these share a unit, the caption tells it."""

MOST_COLUMNS = 6
"""Lists with more are not made where most cells would be empty."""

Key = tuple[str, str, str]
"""What a row is about: within, what, when."""


def tables(name: str, results: Sequence[Result], levels: dict[str, str]) -> Iterator[Table]:
    """The tables that one table of results makes: groups side by side, and a list of what belongs to one group each."""
    groups = _in_order({result.group for result in results})
    keys = list(map(_key, results))
    of_key: dict[Key, set[str]] = {}
    for key, result in zip(keys, results, strict=True):
        of_key.setdefault(key, set()).add(result.group)
    single = {key for key, found in of_key.items() if len(groups) == 1 or (len(found) == 1 and EVERYONE not in found)}
    side_by_side = [result for key, result in zip(keys, results, strict=True) if key not in single]
    single_rows = [result for key, result in zip(keys, results, strict=True) if key in single]
    if side_by_side:
        yield _remarked(_grouped(title(name), side_by_side, levels), remarks_on(name, side_by_side))
    if single_rows:
        caption = title(name) + (": in one group each" if side_by_side else "")
        made = (_grouped if _is_sparse(single_rows) else _list)(caption, single_rows, levels)
        yield _remarked(made, remarks_on(name, single_rows))


def _remarked(table: Table, remarks: tuple[str, ...]) -> Table:
    return replace(table, notes=(*remarks, *table.notes)) if remarks else table


def _is_sparse(results: Sequence[Result]) -> bool:
    """Whether a list would have many columns, most of them empty: figures of everyone then stand below each other."""
    if len({result.group for result in results}) > 1:
        return False
    columns = len(statistics_of(results))
    filled = {(_key(result), result.statistic) for result in results}
    return columns > MOST_COLUMNS and 2 * len(filled) < columns * len(set(map(_key, results)))


def _grouped(caption: str, results: Sequence[Result], levels: dict[str, str]) -> Table:
    """One row for each statistic of what a figure is about, one column a group."""
    notes = Notes()
    groups = _in_order({result.group for result in results})
    statistics = statistics_of(results)
    lines: list[Row] = []
    has_figures = len(statistics) > 1
    for heading, under in _headed(results):
        if heading:
            lines.append(Row(group=heading))
        for line in under:
            found, there = line.found, {one.statistic for one in line.found}
            of_groups = [[one for one in found if one.group == group] for group in groups]
            shown = [each for each in statistics if not there.isdisjoint(each.statistics)]
            for number, statistic in enumerate(shown):
                cells = [cell(of_group, statistic, notes) for of_group in of_groups]
                unit = unit_of(found, statistic, heading)
                lead: list[str] = [line.label if number == 0 else ""]
                lead += [statistic.words + unit] if has_figures else []
                if not has_figures and unit:
                    lead[0] += unit
                lines.append(_row([*lead, *cells], line))
    columns = ("", *(["figure"] if has_figures else []), *(group_words(group, levels) for group in groups))
    if not has_figures and statistics != [PEOPLE]:
        caption = f"{caption}: {statistics[0].words}"
    return _table(caption, columns, lines, notes, results, words_in=(0, 1) if has_figures else (0,))


def _list(caption: str, results: Sequence[Result], levels: dict[str, str]) -> Table:
    """One row for what a figure is about, one column a statistic."""
    notes = Notes()
    statistics = statistics_of(results)
    has_groups = any(result.group != EVERYONE for result in results)
    lines: list[Row] = []
    prose = {0, 1} if has_groups else {0}
    mixed = _mixed_units(results, statistics)
    for heading, under in _headed(results):
        units_under = {_own_unit(line.found, mixed) for line in under}
        shared_under = units_under.pop() if heading and len(units_under) == 1 else ""
        if heading:
            lines.append(Row(group=heading + (f", {shared_under}" if shared_under else "")))
        for line in under:
            found = line.found
            group = [_unbroken(group_words(found[0].group, levels))] if has_groups else []
            own = _own_unit(found, mixed)
            told = f", {own}" if own and own != shared_under else ""
            cells: list[str | Cell] = [line.label + told, *group]
            for statistic in statistics:
                here = [one for one in found if one.statistic in statistic.statistics]
                is_other = not mixed.isdisjoint(statistic.statistics) and any(one.unit != own for one in here)
                shown = cell(here, statistic, notes, with_unit=is_other)
                if max(map(len, shown.text.split("\n"))) > LONGEST_LABEL:
                    prose.add(len(cells))
                cells.append(shown)
            lines.append(_row(cells, line))
    units = [unit_of(results, statistic) for statistic in statistics]
    if shared := _shared_unit(results, statistics, units):
        caption, units = caption + shared, [""] * len(units)
    heads = [statistic.words + unit for statistic, unit in zip(statistics, units, strict=True)]
    columns = ("", *(["group"] if has_groups else []), *heads)
    return _table(caption, columns, lines, notes, results, words_in=tuple(sorted(prose)))


def _own_unit(found: Sequence[Result], mixed: set[str]) -> str:
    """The unit of a row in columns that hold more than one."""
    return next((one.unit for one in found if one.statistic in mixed and has_unit(one) and one.value is not None), "")


def _shared_unit(results: Sequence[Result], statistics: Sequence[Joined], units: Sequence[str]) -> str:
    """The unit of more than two columns, where all the others hold p-values or words alone."""
    told = [unit for unit in units if unit]
    if len(told) <= FEWEST_OF_ONE_UNIT or len(set(told)) > 1:
        return ""
    others = {name for each, unit in zip(statistics, units, strict=True) if not unit for name in each.statistics}
    has_numbers = any(each.format not in ("p_value", "text") for each in results if each.statistic in others)
    return "" if has_numbers else told[0]


def _mixed_units(results: Sequence[Result], statistics: Sequence[Joined]) -> set[str]:
    """The statistics whose figures have more than one unit, which their column cannot tell."""
    return {
        name
        for each in statistics
        for name in each.statistics
        if len({one.unit for one in results if one.statistic in each.statistics and has_unit(one)}) > 1
    }


def _unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK)


def _day_unbroken(text: str) -> str:
    """A day by its number, which stays on one line."""
    return _unbroken(text) if text.removeprefix("day ").isdigit() else text


def _row(cells: Sequence[str | Cell], line: Line) -> Row:
    """A row of texts and figures; the name of a class stands out."""
    first, *others = row(*cells).cells
    return Row((Cell(first.text, "own" if line.is_class else ""), *others))


def _table(
    caption: str,
    columns: tuple[str, ...],
    lines: list[Row],
    notes: Notes,
    results: Sequence[Result],
    words_in: tuple[int, ...],
) -> Table:
    body = [line for line in lines if not line.group]
    folded = f"{caption}: {counted(len(body), 'row')}" if len(body) > LONGEST_OPEN else ""
    return Table(
        ". ".join((caption, about(results))), columns, tuple(lines), notes.lines(), words=words_in, folded=folded
    )


def about(results: Iterable[Result]) -> str:
    """The analysis sets, where they are known, and the levels of the objectives, as what follows a caption."""
    rows = list(results)
    sets = list(dict.fromkeys(map(words, filter(None, dict.fromkeys(result.population for result in rows)))))
    levels = list(dict.fromkeys(result.objective for result in rows))
    parts = [f"Analysis {'set' if len(sets) == 1 else 'sets'}: {listed(sets)}"] if sets else []
    return ". ".join([*parts, f"{'Objective' if len(levels) == 1 else 'Objectives'}: {listed(levels)}"])


def _has_runs(labels: Sequence[object]) -> bool:
    """Whether equal labels stand together, two or more on average, so that they serve as headings."""
    return 2 * len(list(groupby(labels))) <= len(labels)


@dataclass(frozen=True)
class Line:
    """The label of a row with its figures; ``is_class`` tells a row that the next ones stand within."""

    label: str
    found: list[Result]
    is_class: bool = False


def _headed(results: Sequence[Result]) -> Iterator[tuple[str, list[Line]]]:
    """Rows under their headings: a heading, and the rows below it.

    Where one thing is broken down by visit, period or grade, it is itself the heading and these are the labels. What
    stands within something that has a row of its own is set in under that row, without a heading.
    """
    of_key: dict[Key, list[Result]] = {}
    for result in results:
        of_key.setdefault(_key(result), []).append(result)
    is_broken_down = _has_runs([key[:2] for key in of_key])
    withins = [within for within, _, _ in of_key]
    is_single = not _has_runs(withins)
    classes = {what for within, what, _ in of_key if not within} & set(filter(None, withins))

    def heading(key: Key) -> str:
        within, what, _ = key
        if is_broken_down:
            return ": ".join(filter(None, (words(within), words(what))))
        return "" if is_single or within in classes else words(within)

    def line(key: Key) -> Line:
        within, what, when = key
        if is_broken_down:
            return Line(_day_unbroken(words(when)) or "in all", of_key[key])
        around = words(within) if is_single and within not in classes else ""
        about_what = "" if words(when).startswith(f"{words(what)} ") else words(what)  # not "worsening, worsening ..."
        label = ", ".join(filter(None, (": ".join(filter(None, (around, about_what))), words(when))))
        return Line(SET_IN + label if within in classes else label, of_key[key], not within and what in classes)

    for head, keys in groupby(of_key, key=heading):
        yield head, [line(key) for key in keys]


def _key(result: Result) -> Key:
    return result.within, result.what, result.when


def _in_order(groups: Iterable[str]) -> list[str]:
    """Levels by number, other groups, everyone."""
    return sorted(groups, key=lambda group: (group == EVERYONE, not group.isdigit(), group.zfill(6)))
