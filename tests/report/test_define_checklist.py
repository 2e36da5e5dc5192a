"""The reporting checklist: it claims only what was verified, and an answer only where the report has the chapter."""

from firstdose.report.documents.blocks import Chapter, Paragraph, Table
from firstdose.report.trial.define_checklist import IDENTIFIER, checklist_chapter
from firstdose.report.trial.define_checklist_items import CONSORT_ITEMS, DEFINE_ITEMS, NEW_OR_CHANGED
from firstdose.report.trial.report import trial_document
from tests.report.reference_trial import DAY, analysis, document, protocol

VERIFIED = ("1a", "1b", "2a.1", "2a.2", "2a.3", "2b", "3a.1", "3a.2")
"""Items of table 1 of BMJ 2023;383:e076387 that were read."""


def tables(chapter: Chapter) -> list[Table]:
    return [block for block in chapter.blocks if isinstance(block, Table)]


def test_only_verified_items_are_claimed_and_the_rest_are_counted() -> None:
    assert tuple(item.number for item in DEFINE_ITEMS) == VERIFIED
    text = str(checklist_chapter([]).blocks[0])
    listed = sum(item.is_new_or_changed for item in DEFINE_ITEMS)
    assert f"The other {NEW_OR_CHANGED - listed} are not" in text
    assert f"The text of {listed} of these could be verified: the first table has them, and 1b, which is as it" in text


def test_the_counts_of_answers_are_those_of_the_tables() -> None:
    chapter = next(each for each in document().chapters if each.identifier == IDENTIFIER)
    answers = [row.cells[2].text for table in tables(chapter) for row in table.rows]
    answered, in_part, absent = (answers.count(extent) for extent in ("answered", "in part", "not here"))
    assert answered + in_part + absent == len(DEFINE_ITEMS) + len(CONSORT_ITEMS)
    opening = str(chapter.blocks[0])
    assert f"items in the two tables, {answered} are answered, {in_part} in part and {absent} not here." in opening
    assert f"the other {len(CONSORT_ITEMS)} of the 37 items of CONSORT 2010" in opening


def test_a_chapter_that_only_says_why_it_has_no_figures_answers_nothing() -> None:
    empty = [Chapter(name, name, (Paragraph("No figures."),)) for item in CONSORT_ITEMS for name in item.chapters]
    for table in tables(checklist_chapter(empty)):
        assert {row.cells[2].text for row in table.rows} == {"not here"}


def test_items_of_consort_2010_follow_without_gaps() -> None:
    """37 items in all, of which 1a to 3a stand in the first table."""
    assert len(CONSORT_ITEMS) == 37 - 5
    assert len({item.number for item in CONSORT_ITEMS}) == len(CONSORT_ITEMS)


def test_a_report_without_chapters_answers_nothing() -> None:
    for table in tables(checklist_chapter([])):
        assert {row.cells[2].text for row in table.rows} == {"not here"}


def test_every_answer_names_a_chapter_that_the_report_has() -> None:
    document, _ = trial_document(protocol(), *analysis(), DAY)
    chapter = next(chapter for chapter in document.chapters if chapter.identifier == IDENTIFIER)
    numbered = [f"chapter {number} ({each.title})" for number, each in enumerate(document.chapters, start=1)]
    for table in tables(chapter):
        for row in table.rows:
            is_answered = row.cells[2].text != "not here"
            assert is_answered == any(name.lower() in row.cells[3].text.lower() for name in numbered), row.cells[0].text
    known = {each.identifier for each in document.chapters}
    assert {name for item in (*DEFINE_ITEMS, *CONSORT_ITEMS) for name in item.chapters} <= known
