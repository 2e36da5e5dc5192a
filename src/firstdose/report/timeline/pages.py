"""A page for each person: the timeline as a picture, and the same as a list that a screen reader can follow.

Each page is a file of its own in a folder, with an index, so that the report stays as small with three hundred people
as with three, and one page opens at once. All timelines together are also an appendix as PDF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from firstdose.protocol.plan import Protocol
from firstdose.records import Death, Deviation, Disposition, Dosing, Image, Medication, Relapse, Sample, Visit
from firstdose.records.results import Provenance
from firstdose.report.committee.narratives import person_words, shortened
from firstdose.report.documents.blocks import (
    Block,
    Chapter,
    Document,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Row,
    Table,
    row,
)
from firstdose.report.documents.wording import counted
from firstdose.report.timeline.marks import Life
from firstdose.report.timeline.picture import ENDED, LEGEND, timeline

FOLDER, APPENDIX_NAME = "people", "people.pdf"
MOST_ROWS = 150
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
    rows = sorted(_rows(life), key=lambda each: each[0])
    if svg:
        caption = f"{words}: what happened, by day from dosing. {LEGEND.rstrip('.')}"
        blocks.append(Picture(caption, f"Timeline of {life.subject}; the table below lists what it shows", svg))
    else:
        blocks.append(Paragraph("No day from dosing is known of anything recorded, so there is no picture."))
    notes = (f"The first {MOST_ROWS} of {len(rows):,}.",) if len(rows) > MOST_ROWS else ()
    lines = tuple(each for _, each in rows[:MOST_ROWS])
    blocks.append(
        Table("What is recorded, by day from dosing", ("day", "what", "details"), lines, notes, words=(0, 1, 2))
    )
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
        footer=f"{protocol.trial.id}, {page.subject}, {day.isoformat()}, Firstdose {origin.version}",
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
        footer=f"{protocol.trial.id}, timelines, {day.isoformat()}, Firstdose {origin.version}",
    )


def _origin(origin: Provenance) -> tuple[tuple[str, str], ...]:
    return (
        ("Data up to", origin.as_of.isoformat() if origin.as_of else "no cut-off stated"),
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


Line = tuple[tuple[float, str], Row]


def _rows(life: Life) -> Iterator[Line]:
    """Everything dated, as lines that sort by day; what has no day comes last."""
    for each in life.events:
        yield _line(each["first_day"], each["last_day"], f"Adverse event {each['number']}", _event(each))
    named: tuple[tuple[type, str, str, Callable[[Mapping[str, Any]], str]], ...] = (
        (Relapse, "onset", "Relapse", lambda each: _joined(each["severity"], each["description"])),
        (Disposition, "occurred", "Milestone or end", lambda each: _joined(each["event"], each["term"])),
        (Deviation, "occurred", "Deviation", lambda each: _joined(each["degree"], each["description"])),
        (Death, "died", "Death", lambda each: _joined(*_cause(life, each["cause"]))),
        (Image, "taken", "Image", lambda each: _joined(each["modality"], each["finding"])),
        (Sample, "taken", "Sample", lambda each: _joined(each["fluid"].replace("_", " "), each["sample"])),
    )
    for each in life.of(Dosing):
        field = "procedure_start" if each["procedure_start"] else "product_start"
        yield _line(each[f"{field}_first"], each[f"{field}_last"], "Dosing", _dosing(each))
    for kind, field, what, words in named:
        for each in life.of(kind):
            yield _line(each[f"{field}_first"], each[f"{field}_last"], what, words(each))
    for each in life.of(Medication):
        if each["background_treatment"]:
            until = f"to {each['end']}" if each["end"] else "no end recorded"
            dose = f"{each['dose']:g} {each['dose_unit'] or ''}" if each["dose"] is not None else ""
            yield _line(
                each["start_first"], each["start_last"], "Background treatment", _joined(each["drug"], dose, until)
            )
    for each in life.of(Visit):
        if each["state"] == "missed" or each["unscheduled"]:
            yield _line(
                each["start_first"],
                each["start_last"],
                "Visit",
                _joined(each["visit"], (each["state"] or "").replace("_", " "), each["reason"]),
            )
    previous = None
    for each in life.scores:
        if each["value"] is not None and each["value"] != previous:
            change = "" if previous is None else f"was {previous:g}"
            yield _line(each["day"], each["day"], "EDSS", _joined(f"{each['value']:g}", change))
            previous = each["value"]


def _cause(life: Life, recorded: str | None) -> tuple[str, ...]:
    """The recorded cause of death; without one the fatal events, where there are any."""
    fatal = dict.fromkeys(each["term"] for each in life.events if each["outcome"] == "fatal" and each["term"])
    if recorded:
        return (recorded,)
    return ("cause not recorded", f"fatal event: {', '.join(fatal)}") if fatal else ("cause not recorded",)


def _line(first: int | None, last: int | None, what: str, details: str) -> Line:
    day = "not known" if first is None else f"{first}" if first == last else f"{first} to {last}"
    return (float("inf") if first is None else first, what), row(day.replace("-", "−"), what, details)


def _event(each: Mapping[str, Any]) -> str:
    grade = each["grade"] if each["grade"] is not None else each["severity"]
    ends = [day for day in (each["end_first_day"], each["end_last_day"]) if day is not None]
    unknown = "over, end not recorded" if each["outcome"] in ENDED else "no end recorded"
    end = unknown if not ends else f"ended day {' to '.join(str(day) for day in dict.fromkeys(ends))}"
    return _joined(
        each["term"],
        "grade not recorded" if grade is None else f"grade {grade}" if isinstance(grade, int) else str(grade),
        "serious" if each["is_serious"] else "",
        "DLT" if each["is_dlt"] else "",
        end.replace("-", "−"),
        (each["outcome"] or "outcome not recorded").replace("_", " "),
        "" if each["counts"] else f"not counted: {each['emergence_rule']}",
    )


def _dosing(each: Mapping[str, Any]) -> str:
    given = "dose not recorded" if each["dose_given"] is None else f"{each['dose_given']:.4g} {each['dose_unit'] or ''}"
    return _joined(
        given,
        f"batch {each['batch']}" if each["batch"] else "",
        f"to {each['product_end']}" if each["product_end_first"] else "",
        each["interruption_reason"],
    )


def _joined(*parts: str | None) -> str:
    return "; ".join(shortened(part.strip(), 300) for part in parts if part and part.strip())
