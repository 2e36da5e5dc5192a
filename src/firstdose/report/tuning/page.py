"""The page of a search, self-contained, and its picture for files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firstdose.records.date_words import day_words
from firstdose.report.documents.blocks import Document, Picture
from firstdose.report.documents.html_page import render_html
from firstdose.report.tuning.search_chapters import front_chapter, methods_chapter, searched_chapter
from firstdose.report.tuning.winner_chapters import plain_chapter, score_chapter
from firstdose.simulation.tuning import Tuned


@dataclass(frozen=True)
class Origin:
    """What the page was made from, and when."""

    protocol_file: str
    plan_file: str
    version: str
    day: date


def render_tuning(found: Tuned, picture: Picture, origin: Origin) -> str:
    """One self-contained HTML page; of a search that has a winner."""
    return render_html(tuning_document(found, picture, origin))


def tuning_document(found: Tuned, picture: Picture, origin: Origin) -> Document:
    """The search as chapters."""
    return Document(
        title=f"Search of a design: {found.plan.name}",
        heading="Search of a design",
        subtitle=found.plan.name,
        facts=(
            ("Protocol", origin.protocol_file),
            ("Plan", origin.plan_file),
            ("Settings looked at", f"{found.searched.looked_at:,} of {found.searched.space.size:,}"),
            ("Computed by", f"Firstdose {origin.version}"),
            ("Date of this page", day_words(origin.day)),
        ),
        chapters=(
            plain_chapter(found),
            score_chapter(found),
            front_chapter(found, picture),
            searched_chapter(found),
            methods_chapter(found),
        ),
        footer=f"Search of a design, {day_words(origin.day)}, Firstdose {origin.version}",
    ).numbered()
