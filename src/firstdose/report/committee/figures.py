"""Tables of the committee's pack that are made of results: adverse events by grade and dose, and stopping rules."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.frame import Frame
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import EVERYONE, Provenance, Result, Results
from firstdose.report.documents.blocks import Block, Paragraph, Row, Table, row
from firstdose.report.documents.wording import percent, sentence
from firstdose.report.results.names import words

CHAPTERS_OF_PACK = ("adverse_events", "stopping")
OVERVIEW_LINES = ("any adverse event", "serious", "related to the product", "related to the procedure")
GRADES = tuple(f"grade {grade}" for grade in range(1, 6))


def pack_results(protocol: Protocol, data: AnalysisData, *, seed: int, provenance: Provenance) -> Results:
    """The figures that the pack shows, by the analysis that makes them for the report, and no others."""
    frame = Frame(protocol, data, seed)
    return Results.of((figure for name in CHAPTERS_OF_PACK for figure in CHAPTERS[name](frame)), provenance)


def event_table(protocol: Protocol, results: Results) -> Block:
    """People with adverse events, by worst grade and dose, with events and deaths; words where nobody was treated."""
    overview = results.frame.filter(chapter="adverse_events", table="overview")
    sizes = {
        each["group"]: int(each["of"])
        for each in overview.filter(what=OVERVIEW_LINES[0], statistic="people").iter_rows(named=True)
        if each["of"]
    }
    if not sizes.get(EVERYONE):
        return Paragraph("Nobody has been treated, so there is no adverse event to count.")
    groups = [group for group in _groups(protocol) if sizes.get(group)]
    lines = [_line("people treated", {group: str(sizes[group]) for group in groups}, groups)]
    any_event = overview.filter(what=OVERVIEW_LINES[0])
    lines.append(_line("people with any adverse event", _people(any_event), groups))
    worst = results.frame.filter(chapter="adverse_events", table="by_maximum_grade", what=OVERVIEW_LINES[0])
    others = [when for when in worst["when"].unique(maintain_order=True) if when not in GRADES]
    none = {group: f"0 of {sizes[group]}" for group in groups}
    by_grade = {when: _people(worst.filter(when=when)) for when in (*GRADES, *others)}
    lines += [_line(f"worst: {words(when)}", {**none, **found}, groups) for when, found in by_grade.items()]
    lines += [
        _line(f"people with {_event_words(what)}", _people(overview.filter(what=what)), groups)
        for what in OVERVIEW_LINES[1:]
    ]
    deaths = results.frame.filter(chapter="adverse_events", table="deaths", what="death")
    lines.append(_line("people who died", _people(deaths), groups))
    lines.append(_line("number of events", _values(any_event.filter(statistic="events")), groups))
    heads = tuple("all" if group == EVERYONE else _dose(protocol, group) for group in groups)
    note = (
        "Treatment-emergent events, and those not known not to be; each person once, at the worst grade. "
        "Counted within the days that the analysis looks at; the events told one by one are those of any day."
    )
    return Table("Adverse events by worst grade and dose, people", ("", *heads), tuple(lines), (note,))


def _event_words(what: str) -> str:
    """What an event is, with its noun: "a serious event", "an event related to the product"."""
    return f"a {what} event" if " " not in what else f"an event {words(what)}"


def _groups(protocol: Protocol) -> tuple[str, ...]:
    return ("0", *(str(level) for level in range(1, len(protocol.dose_levels.values) + 1)), EVERYONE)


def _dose(protocol: Protocol, group: str) -> str:
    return (
        (protocol.dose_levels.control or "control") if group == "0" else protocol.dose_levels.dose_with_unit(int(group))
    )


def _people(frame: pl.DataFrame) -> dict[str, str]:
    """People by group, of how many: none of three is no bare zero."""
    counts = frame.filter(statistic="people")
    return {
        each["group"]: "–" if each["value"] is None else f"{each['value']:.0f} of {each['of']:.0f}"
        for each in counts.iter_rows(named=True)
    }


def _values(frame: pl.DataFrame) -> dict[str, str]:
    """The counts by group; what could not be counted is a dash."""
    return {
        each["group"]: "–" if each["value"] is None else f"{each['value']:.0f}" for each in frame.iter_rows(named=True)
    }


def _line(name: str, by_group: dict[str, str], groups: list[str]) -> Row:
    return row(name, *(by_group.get(group, "0") for group in groups))


def period_table(protocol: Protocol, results: Results) -> Block:
    """Adverse events by the period in which they began and by dose: people of those followed in it, and events."""
    frame = results.frame.filter(chapter="adverse_events", table="by_period")
    known = set(frame["group"].unique())
    groups = [group for group in _groups(protocol) if group in known]
    if not groups:
        return Paragraph("Nobody has been treated, so there is no period to count events in.")
    lines: list[Row] = []
    for when in frame["when"].unique(maintain_order=True):
        lines.append(Row(group=words(when)))
        for what in frame["what"].unique(maintain_order=True):
            found = frame.filter(when=when, what=what)
            cells = {group: _of_followed(found.filter(group=group)) for group in groups}
            lines.append(_line(words(what), cells, groups))
    heads = tuple("all" if group == EVERYONE else _dose(protocol, group) for group in groups)
    note = "People with such an event, of those followed in the period, and in brackets the number of events."
    return Table("Adverse events by period and dose", ("", *heads), tuple(lines), (note,))


def _of_followed(frame: pl.DataFrame) -> str:
    """People of those followed, and events."""
    found = {each["statistic"]: each for each in frame.iter_rows(named=True)}
    people, events = found.get("people"), found.get("events")
    if people is None or people["value"] is None or people["of"] is None:
        return "–"
    count = f" ({events['value']:.0f})" if events and events["value"] is not None else ""
    return f"{people['value']:.0f} of {people['of']:.0f}{count}"


def stopping_blocks(protocol: Protocol, results: Results) -> Iterator[Block]:
    """Where each stopping rule that the protocol names stands; the reason where it names none."""
    frame = results.frame.filter(chapter="stopping")
    lines = [line for place in _places(frame) for line in _standing(protocol, frame, *place)]
    if lines:
        heads = ("rule and dose", "DLTs of evaluable", "fewest that stop", "status", "P(rate > target)")
        yield Table("Stopping rules", heads, tuple(lines), _remarks(frame), words=(0, 3))
        return
    reasons = dict.fromkeys(frame["warning"].to_list()) or {"the results hold no figure of a stopping rule": None}
    yield Paragraph(f"Stopping rules: {sentence('; '.join(filter(None, reasons)))}")


def _places(frame: pl.DataFrame) -> list[tuple[str, str]]:
    known = frame.filter(statistic="people")
    return [(table, group) for table, group in known.select("table", "group").unique(maintain_order=True).iter_rows()]


def _standing(protocol: Protocol, frame: pl.DataFrame, table: str, group: str) -> Iterator[Row]:
    """One rule at one dose, of which anybody was seen."""
    found = {
        each["statistic"]: Result(**{**each, "records": tuple(each["records"])})
        for each in frame.filter(table=table, group=group).iter_rows(named=True)
    }
    people = found.get("people")
    if people is None or not people.of:
        return
    fewest, reached = found.get("fewest_dlts_to_stop"), found.get("reached")
    above = found.get("probability_above_target")
    yield row(
        f"{words(table)}, {'all doses' if group == EVERYONE else _dose(protocol, group)}",
        f"{people.value:.0f} of {people.of:.0f}",
        "none does" if fewest is None or fewest.value is None else f"{fewest.value:.0f}",
        "not known" if reached is None else reached.text,
        percent(above.value) if above else "–",
    )


def _remarks(frame: pl.DataFrame) -> tuple[str, ...]:
    """What each rule says, once."""
    said = (
        frame.filter(statistic="fewest_dlts_to_stop")
        .select("table", "text")
        .unique("table", keep="first", maintain_order=True)
    )
    return tuple(f"{words(table).capitalize()}: {sentence(text)}" for table, text in said.iter_rows() if text)
