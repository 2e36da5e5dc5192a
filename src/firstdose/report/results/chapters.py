"""The chapters that are made of results alone: the key figures, every table, the methods that were used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

import polars as pl

from firstdose.analysis.metabolism.chapter import CHAPTER as METABOLISM
from firstdose.analysis.named_methods import METHODS
from firstdose.protocol import Protocol
from firstdose.protocol.analysis_plan import Estimand
from firstdose.protocol.escalation import dose_in_words
from firstdose.records.date_words import day_words
from firstdose.records.results import Result, Results, results_in
from firstdose.report.attribution.chapter import attribution_blocks
from firstdose.report.attribution.rows import CHAPTER as ATTRIBUTION
from firstdose.report.documents.blocks import Block, Bullets, Chapter, Facts, Paragraph
from firstdose.report.documents.tracing import FIRST_ROW, Origins, method_address
from firstdose.report.documents.wording import rate, sentence
from firstdose.report.results.confirmed_change_tables import CHANGES, DEFINITIONS, change_tables, definition_table
from firstdose.report.results.glance import at_a_glance
from firstdose.report.results.names import in_sentence, in_small_letters, title
from firstdose.report.results.tables import tables
from firstdose.report.results.without_figures import is_without_figures, reason_told

NOTICE = (
    "Computed from the records as they stood at the cut-off, under the rules of the protocol file. It supports those "
    "who judge the trial and does not replace them; problems found in the records are listed beside this page."
)

UNTIL = (
    "What began later than day {day} from dosing is in none of the figures: follow-up after it waits for an analysis "
    "of its own."
)
OWN_VISITS = "The metabolism alone is analysed at its own visits, however late their samples were taken."

NO_METHOD = "No method with a name was used."

TABLES_OF_REASONS = ("not_enrolled", "enrolled_not_dosed", "left_before_the_end")
"""Tables of reasons, which the flow of participants shows in small letters too."""

CHAPTER_TITLES = {
    "dlt": "Dose-limiting toxicity",
    "stopping": "Stopping rules",
    "laboratory": "Laboratory results and vital signs",
    "troughs": "Troughs and donor-specific antibodies",
    "scores": "Clinical measures",
    "mri": "Magnetic resonance imaging",
    "attribution": "The product, or the drug around it?",
    "limits": "What so few people can show",
}
"""Titles of chapters that are not their keys in words."""


def chapters_of(protocol: Protocol, found: Iterable[Result]) -> Iterator[tuple[str, Chapter]]:
    """Each chapter of the analysis with all its tables, by its key."""
    return chapters_of_named(protocol, with_names(protocol, found))


def chapters_of_named(protocol: Protocol, found: Iterable[Result]) -> Iterator[tuple[str, Chapter]]:
    """The same, of figures whose visits and analysis sets have their names already."""
    levels = level_words(protocol)
    for name, of_chapter in groupby(found, key=attrgetter("chapter")):
        blocks: list[Block] = []
        of_table: dict[str, list[Result]] = {}
        for result in of_chapter:
            of_table.setdefault(result.table, []).append(result)
        if name == ATTRIBUTION:
            blocks += attribution_blocks([row for rows in of_table.values() for row in rows], levels)
        else:
            for table, rows in of_table.items():
                blocks += [reason_told(table, rows)] if is_without_figures(rows) else _shown(table, rows, levels)
        yield name, Chapter(name.replace("_", "-"), chapter_title(name), tuple(blocks))


def _shown(table: str, found: list[Result], levels: dict[str, str]) -> Iterator[Block]:
    """The tables that one table of results makes; two have a form of their own."""
    if table in TABLES_OF_REASONS:
        found = [_small_reason(each) for each in found]
    if table == DEFINITIONS:
        yield from definition_table(found)
    elif table == CHANGES:
        yield from change_tables(found, levels)
    else:
        yield from tables(table, found, levels)


def _small_reason(found: Result) -> Result:
    """A figure on a reason from a list of terms; what people said, which stands within one, is left as it is."""
    what = found.what if found.within else in_small_letters(found.what)
    return found._replace(what=what, within=in_small_letters(found.within))


def with_names(protocol: Protocol, found: Iterable[Result]) -> Iterator[Result]:
    """The figures with visits and analysis sets by the names that the protocol gives them."""
    visits, sets = _names(protocol)
    for one in found:
        when, population = visits.get(one.when, one.when), sets.get(one.population, one.population)
        is_known = (when, population) == (one.when, one.population)
        yield one if is_known else one._replace(when=when, population=population)


def named_rows_of(protocol: Protocol, results: Results) -> Iterator[Result]:
    """The figures of `rows_of`, with names as `with_names` gives them; all at once, since there are many."""
    visits, sets = _names(protocol)
    frame = results.frame.with_columns(pl.col("when").replace(visits), pl.col("population").replace(sets))
    return rows_of(replace(results, frame=frame))


def _names(protocol: Protocol) -> tuple[dict[str, str], dict[str, str]]:
    """What visits and analysis sets are called, by their identifiers."""
    visits = {each.id: f"{each.name} ({each.id})" for each in protocol.schedule.visits} if protocol.schedule else {}
    sets = {each.id: in_sentence(each.name) for each in protocol.analysis_sets}
    return visits, sets


def chapter_title(name: str) -> str:
    """The title of a chapter of the analysis, from its key."""
    return CHAPTER_TITLES.get(name, title(name))


def origins_of(protocol: Protocol, results: Results) -> Origins:
    """Where the figures of a report come from, with the dose levels in words."""
    return Origins(results, level_words(protocol))


def facts_of(results: Results, notices: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
    """What the results were made from, for the top of a page; ``notices`` come first."""
    origin = results.provenance
    return (
        *(("Notice", notice) for notice in notices),
        ("Data up to", day_words(origin.as_of) if origin.as_of else "no cut-off stated"),
        ("Protocol file (SHA-256)", origin.protocol_hash),
        ("Data (SHA-256)", origin.data_hash),
        ("Seed", str(origin.seed)),
        ("Computed by", f"Firstdose {origin.version}"),
    )


def level_words(protocol: Protocol) -> dict[str, str]:
    """Each dose level by its number, as the head of a column: "A, 5 million cells"."""
    doses = protocol.dose_levels
    named = {"0": doses.control or "control"}
    for number, dose in enumerate(doses.values, start=1):
        label = doses.labels[number - 1] if number <= len(doses.labels) else f"level {number}"
        named[str(number)] = f"{label}, {dose_in_words(dose)} {doses.unit}"
    return named


def rows_of(results: Results) -> Iterator[Result]:
    """The figures one by one with the numbers of their rows, without their records."""
    frame = results.frame.drop("records").with_row_index("row", offset=FIRST_ROW)
    return iter(results_in(frame))


def glance_chapter(protocol: Protocol, results: Results) -> Chapter:
    """The key figures with their intervals, and how to read them."""
    glances = at_a_glance(results)
    blocks: list[Block] = [Paragraph(" ".join((NOTICE, *_looked_at(protocol, results))))]
    if glances:
        shown = tuple((glance.name, glance.words) for glance in glances)
        blocks.append(Facts(shown, tuple(glance.rows for glance in glances)))
    conventions = protocol.conventions
    zero = "one-sided" if conventions.zero_interval == "one_sided" else "two-sided"
    blocks.append(
        Paragraph(
            f"Brackets hold intervals at {rate(conventions.confidence_level)}; beside none and all of a group "
            f"they are {zero}. A count is given of how many people, with the share in per cent. A letter refers to the "
            "notes under the table."
        )
    )
    return Chapter("at-a-glance", "At a glance", tuple(blocks))


def _looked_at(protocol: Protocol, results: Results) -> Iterator[str]:
    """Until when the figures go, where the protocol names a last day, which samples of the metabolism do not heed."""
    until = protocol.conventions.analysis_until_day
    if until is not None:
        yield UNTIL.format(day=until)
        if results.frame.filter(chapter=METABOLISM).height:
            yield OWN_VISITS


def methods_chapter(protocol: Protocol, found: Sequence[Result]) -> Chapter:
    """A sentence for each method that a figure names, with its source, and the conventions."""
    used = dict.fromkeys(result.method for result in found if result.method)
    lines = [
        f"{sentence(METHODS[name].sentence)} {METHODS[name].source}." if name in METHODS else sentence(name)
        for name in used
    ]
    addresses = tuple(map(method_address, used))
    blocks: list[Block] = [Bullets(tuple(lines), identifiers=addresses)] if lines else [Paragraph(NO_METHOD)]
    conventions = protocol.conventions
    blocks.append(
        Facts(
            (
                ("Grading", conventions.toxicity_grading),
                ("A person-year has", f"{conventions.person_year_days:.15g} days"),
                *_last_day(conventions.analysis_until_day),
                *((f"Analysis set: {each.name}", sentence(each.definition)) for each in protocol.analysis_sets),
                *(
                    (f"Estimand of {_endpoint(protocol, each)}", _estimand(protocol, each))
                    for each in protocol.estimands
                ),
            )
        )
    )
    return Chapter("methods", "Methods and conventions", tuple(blocks))


def _last_day(until: int | None) -> tuple[tuple[str, str], ...]:
    """The last day that the analyses look at, where the protocol names one."""
    return () if until is None else (("Analyses look at", f"what began by day {until} from dosing"),)


def _endpoint(protocol: Protocol, estimand: Estimand) -> str:
    """The endpoint of an estimand, in words; its identifier where the protocol has none of this identifier."""
    text = next((each.text for each in protocol.endpoints if each.id == estimand.endpoint), estimand.endpoint)
    return text[:1].lower() + text[1:]


def _estimand(protocol: Protocol, estimand: Estimand) -> str:
    """An estimand in words: what is summarised in whom, under which treatment, and what is done about other events."""
    events = "; ".join(f"{each.event}: {each.strategy.replace('_', ' ')}" for each in estimand.intercurrent_events)
    names = {each.id: each.name for each in protocol.analysis_sets}
    people = names.get(estimand.analysis_set, estimand.analysis_set)
    words = f"{estimand.summary}, in the analysis set “{people}”, under {estimand.treatment}"
    return sentence(f"{words}. Intercurrent events: {events}" if events else words)
