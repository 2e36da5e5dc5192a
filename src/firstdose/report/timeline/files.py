"""The files of the timelines: a page a person, an index, and the pictures together as PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.date_words import day_words
from firstdose.records.results import Provenance
from firstdose.report.documents.house_style_pages import PLAIN_PRESS, Press
from firstdose.report.documents.index_page import Link, index_page
from firstdose.report.timeline.marks import lives
from firstdose.report.timeline.pages import (
    APPENDIX_NAME,
    FOLDER,
    PersonPage,
    appendix_document,
    file_names,
    page_document,
    person_page,
)


def silent(_: str) -> None:
    """Tell nobody what is being written."""


def write_timelines(
    protocol: Protocol,
    data: AnalysisData,
    origin: Provenance,
    folder: Path,
    day: date,
    notices: Sequence[str] = (),
    progress: Callable[[str], None] = silent,
    press: Press = PLAIN_PRESS,
) -> Iterator[Path]:
    """Write `people/`, one page a person with an index, and `people.pdf`; yields the index and the PDF.

    Nobody enrolled or treated: nothing is written.
    """
    everyone = list(lives(data))
    if not everyone:
        return
    (folder / FOLDER).mkdir(exist_ok=True, parents=True)
    names = file_names([life.subject for life in everyone])
    pages = []
    for life in everyone:
        progress(f"person {life.subject}")
        page = person_page(protocol, life, names[life.subject])
        document = page_document(protocol, page, origin, day, notices)
        _write(folder / FOLDER / f"{page.name}.html", press.html(document))
        pages.append(page)
    index = folder / FOLDER / "index.html"
    _write(index, people_index(protocol, pages, origin))
    yield index
    appendix = folder / APPENDIX_NAME
    appendix.write_bytes(press.pdf(appendix_document(protocol, pages, origin, day, notices), day))
    yield appendix


def people_index(protocol: Protocol, pages: Sequence[PersonPage], origin: Provenance) -> str:
    """A page with a link to each person's."""
    links = [Link(f"{page.name}.html", page.subject, page.words.removeprefix(f"{page.subject}, ")) for page in pages]
    known = f"Data up to {day_words(origin.as_of)}." if origin.as_of else "No cut-off stated."
    title = f"{protocol.trial.id}: {protocol.trial.title}"
    return index_page(title, "Timelines", [known], [("Everybody enrolled or treated", links)])


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
