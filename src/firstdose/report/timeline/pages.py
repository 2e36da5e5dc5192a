"""A page for each person: the timeline as a picture, and the same as a list that a screen reader can follow.

Each page is a file of its own in a folder, with an index, so that the report stays as small with three hundred people
as with three, and one page opens at once. All timelines together are also an appendix as PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from firstdose.protocol.plan import Protocol
from firstdose.records.date_words import day_words
from firstdose.records.results import Provenance
from firstdose.report.committee.narratives import person_words
from firstdose.report.documents.blocks import (
    Block,
    Chapter,
    Document,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Table,
)
from firstdose.report.documents.wording import counted, listed
from firstdose.report.timeline.lists import lines_of, not_recorded
from firstdose.report.timeline.marks import Life
from firstdose.report.timeline.picture import LEGEND, timeline

FOLDER, APPENDIX_NAME = "people", "people.pdf"
MOST_ROWS = 400
MOST_IN_APPENDIX = 60
KEPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
RESERVED = frozenset(
    {"index", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


@dataclass(frozen=True, eq=False)
class PersonPage:
    """One person's page: the name of its file without ending, and what stands on it."""

    name: str
    subject: str
    words: str
    blocks: tuple[Block, ...]


def person_page(protocol: Protocol, life: Life, name: str) -> PersonPage:
    """The timeline of one person and the list of what it shows."""
    words = person_words(protocol, life.person)
    blocks: list[Block] = [Facts(tuple(_facts(life)))]
    svg = timeline(protocol, life)
    lines = lines_of(life)
    if svg:
        caption = f"{words}: what happened, by day from dosing. {LEGEND.rstrip('.')}"
        blocks.append(Picture(caption, f"Timeline of {life.subject}; the table below lists what it shows", svg))
    else:
        blocks.append(Paragraph("No day from dosing is known of anything recorded, so there is no picture."))
    notes = (f"The first {MOST_ROWS} of {len(lines):,}.",) if len(lines) > MOST_ROWS else ()
    heads = ("day", "what", "details")
    blocks.append(Table("What is recorded, by day from dosing", heads, lines[:MOST_ROWS], notes, words=(0, 1, 2)))
    return PersonPage(name, life.subject, words, tuple(blocks))


def page_document(
    protocol: Protocol, page: PersonPage, origin: Provenance, day: date, notices: Sequence[str]
) -> Document:
    """The page as a document."""
    return Document(
        title=f"{protocol.trial.id}: {page.subject}",
        heading=f"Timeline of one person, {protocol.trial.id}",
        subtitle=page.subject,
        facts=(*(("Notice", notice) for notice in notices), *_origin(origin)),
        chapters=(Chapter("timeline", "Timeline", page.blocks),),
        footer=f"{protocol.trial.id}, {page.subject}, {day_words(day)}, Firstdose {origin.version}",
    )


def appendix_document(
    protocol: Protocol, pages: Sequence[PersonPage], origin: Provenance, day: date, notices: Sequence[str]
) -> Document:
    """The pictures of the first people together, for a PDF; the lists stand on the pages."""
    shown = pages[:MOST_IN_APPENDIX]
    blocks: list[Block] = [
        Paragraph(
            f"{counted(len(shown), 'person', 'people')} of {len(pages)}; each has a page with the list of events."
        )
    ]
    for page in shown:
        blocks.append(Heading(page.subject))
        blocks += [block for block in page.blocks if isinstance(block, Picture)] or [Paragraph("No day is known.")]
    return Document(
        title=f"{protocol.trial.id}: timelines",
        heading="Appendix: timelines",
        subtitle=f"{protocol.trial.id}: {protocol.trial.title}",
        facts=(*(("Notice", notice) for notice in notices), *_origin(origin)),
        chapters=(Chapter("timelines", "Everybody enrolled or treated", tuple(blocks)),),
        footer=f"{protocol.trial.id}, timelines, {day_words(day)}, Firstdose {origin.version}",
    )


def _origin(origin: Provenance) -> tuple[tuple[str, str], ...]:
    return (
        ("Data up to", day_words(origin.as_of) if origin.as_of else "no cut-off stated"),
        ("Data (SHA-256)", origin.data_hash),
    )


def file_names(subjects: Sequence[str]) -> dict[str, str]:
    """A name for each person's file: the identifier where it can be one, else made of its hash; never two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for subject in subjects:
        name = subject if KEPT.fullmatch(subject) and subject.lower() not in RESERVED else ""
        if not name or name.lower() in taken:
            name = f"person-{sha256(subject.encode('utf-8', 'replace')).hexdigest()[:16]}"
        taken.add(name.lower())
        names[subject] = name
    return names


def _facts(life: Life) -> Iterator[tuple[str, str]]:
    person = life.person
    yield "Level", "none" if person["level"] is None else str(person["level"])
    started = str(person["treatment_start"] or "").replace("T", " ")
    yield "Dosed", started or ("yes, on an unknown day" if person["is_treated"] else "no")
    yield "For DLTs", person["evaluability"] or "not known"
    ends = [
        f"left on day {person['left_day']}" if person["left_day"] is not None else "",
        person["left_because"] or "",
        f"died on day {person['death_day']}" if person["death_day"] is not None else "",
    ]
    known = person["followed_to_day"]
    followed = "not known" if known is None else f"to day {known}"
    yield "Followed", "; ".join([followed, *filter(None, ends)])
    missing = not_recorded(life)
    if missing:
        yield "Nothing recorded of", listed(missing)
