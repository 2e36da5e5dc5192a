"""The page of a search: what it must say, its picture, and that it stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from firstdose.report.documents.blocks import Bullets, Document, Facts, Paragraph, Picture, Table
from firstdose.report.tuning.page import Origin, render_tuning, tuning_document
from firstdose.report.tuning.pictures import pareto_drawing
from firstdose.simulation.tuning import Effort, Tuned, tune
from tests.simulation.tunings import plan_with, protocol_of

ORIGIN = Origin("protocol.yaml", "plan.yaml", "0.0", date(2026, 1, 2))
KEPT = [{"figure": "share_with_dlt", "at_most": 0.3}, {"figure": "none_selected", "over": "too_toxic", "at_least": 0.3}]


def tuned(effort: Effort | None = None, **changes: Any) -> Tuned:
    return tune(protocol_of(), plan_with(**changes), effort=effort)


@pytest.fixture(scope="module")
def found() -> Tuned:
    return tuned(constraints=KEPT)


@pytest.fixture(scope="module")
def document(found: Tuned) -> Document:
    return tuning_document(found, pareto_drawing(found).picture(), ORIGIN)


def said(document: Document, chapter: str) -> str:
    """Everything in words in a chapter."""
    (wanted,) = [each for each in document.chapters if each.identifier == chapter]
    texts: list[str] = []
    for block in wanted.blocks:
        if isinstance(block, Paragraph):
            texts.append(block.text)
        elif isinstance(block, Bullets):
            texts += block.items
        elif isinstance(block, Facts):
            texts += [f"{term}: {told}" for term, told in block.items]
        elif isinstance(block, Table):
            texts += [cell.text for line in block.rows for cell in line.cells]
    return " ".join(texts).replace("\u00a0", " ")


def test_the_winner_its_figures_and_what_was_searched_are_told(found: Tuned, document: Document) -> None:
    assert found.winner is not None
    plain = said(document, "plain")
    assert f"The winner is setting {found.winner}: {found.setting(found.winner).words}." in plain
    for score in found.scores[:1]:
        assert f"Search: {100 * score.seen.value:.1f} ±" in plain
        assert f"unseen curves: {100 * score.unseen.value:.1f} ±" in plain
    assert "Against the protocol as written (boin, cohorts of 3, at most 12, from level 1)" in plain
    assert "All 18 settings of the plan were looked at" in plain
    assert "people decide" in plain
    assert "Mind: " not in plain
    assert "14 curves: 12 random and 2 random whose every level is too toxic (seed 1)" in said(document, "methods")
    assert "18 settings: exact engine, without Monte Carlo error; the protocol as written: exact" in said(
        document, "methods"
    )


def test_trials_that_take_years_are_told(found: Tuned) -> None:
    cautious = replace(found, cautions=("the trial takes 12.1 years in the median",))
    told = said(tuning_document(cautious, pareto_drawing(found).picture(), ORIGIN), "plain")
    assert "Mind: the trial takes 12.1 years in the median." in told


def test_the_table_of_the_front_has_each_of_its_settings_once(found: Tuned, document: Document) -> None:
    (chapter,) = [each for each in document.chapters if each.identifier == "front"]
    (table,) = [each for each in chapter.blocks if isinstance(each, Table)]
    shown = [line.cells[0].text for line in table.rows]
    assert f"{found.winner} (winner)" in shown
    others = [int(number) for line in table.rows for number in re.findall(r"(\d+) other settings?", line.cells[1].text)]
    assert len(shown) + sum(others) == len(found.front)


def test_a_constraint_that_the_winner_breaks_under_unseen_curves_is_told() -> None:
    found = tuned()
    assert found.winner is not None
    seen, unseen = found.scores[1].seen.value, found.scores[1].unseen.value
    assert unseen != seen
    side = "at_most" if unseen > seen else "at_least"
    bound = [{"figure": "participants_above_mtd", side: (seen + unseen) / 2}]
    broken = tuned(constraints=bound)
    if broken.winner != found.winner:  # the constraint may let another setting win only where the first breaks it
        pytest.fail("the winner keeps to a bound between its own figures")
    text = said(tuning_document(broken, pareto_drawing(broken).picture(), ORIGIN), "plain")
    assert (
        "Mind: under the unseen curves the winner does not keep to the constraint on participants above the MTD" in text
    )


def test_a_search_in_part_says_what_was_not_looked_at() -> None:
    part = tuned(Effort(6, 1))
    text = said(tuning_document(part, pareto_drawing(part).picture(), ORIGIN), "searched")
    assert "Of 18 settings of the plan 6 were looked at: 3 drawn at random (seed 1)" in text
    assert "A better setting may be among those not looked at" in text


def test_the_page_stands_alone_and_is_the_same_each_time(found: Tuned, document: Document) -> None:
    pages = [render_tuning(found, pareto_drawing(found).picture(), ORIGIN) for _ in range(2)]
    assert pages[0] == pages[1]
    assert "http:" not in pages[0].replace("http://www.w3.org", "")
    assert "https:" not in pages[0]
    assert any(isinstance(block, Picture) for chapter in document.chapters for block in chapter.blocks)


def test_the_picture_holds_every_setting_and_says_what_it_shows(found: Tuned) -> None:
    drawing = pareto_drawing(found)
    assert drawing.data.height == 19
    counts = dict(drawing.data.group_by("drawn_as").len().rows())
    assert counts["winner"] == counts["as written"] == 1
    assert counts.get("front", 0) == len(found.front) - 1
    assert "the winner: correct selection" in drawing.alternative
    assert drawing.png()[:8] == b"\x89PNG\r\n\x1a\n"


def test_one_aim_is_drawn_against_participants_and_three_in_two_panels() -> None:
    one = pareto_drawing(tuned(aims=[{"maximise": "correct_selection", "by": "worst"}]))
    assert "against participants" in one.caption
    three = [{"minimise": "share_above_mtd"}, {"maximise": "share_at_mtd"}, {"minimise": "mean_dlts"}]
    drawing = pareto_drawing(tuned(aims=three))
    assert "against share at the MTD and DLTs" in drawing.caption
    assert len(drawing.draw().axes) == 2
