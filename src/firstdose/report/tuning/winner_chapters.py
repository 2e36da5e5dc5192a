"""Chapters on the winner: in plain words, and under curves that the search did not see."""

from __future__ import annotations

from firstdose.report.documents.blocks import Block, Bullets, Cell, Chapter, Paragraph, Row, Table, row
from firstdose.report.documents.wording import listed, sentence
from firstdose.report.tuning.wording import extent, with_error
from firstdose.simulation.tuning import AS_WRITTEN, Tuned
from firstdose.simulation.tuning.aims import difference
from firstdose.simulation.tuning.families import unlike_words
from firstdose.simulation.tuning.measures import FIGURES
from firstdose.simulation.tuning.scoring import Score

ERRORS = (
    "After ±: the standard error over the curves, which says how much the mean would differ under other curves of the "
    "same kinds, and of simulated settings with other people too. Worse: how much worse the winner is under curves "
    "that the search did not see."
)


def plain_chapter(found: Tuned) -> Chapter:
    """What came of the search, for those who will not read the rest."""
    assert found.winner is not None
    blocks: list[Block] = []
    if found.plan.description:
        blocks.append(Paragraph(found.plan.description))
    blocks.append(Paragraph(f"The winner is setting {found.winner}: {found.setting(found.winner).words}."))
    blocks.append(Bullets(tuple(_in_words(score) for score in found.scores)))
    broken = [score for score in found.scores if score.keeps is False]
    if broken:
        names = listed(FIGURES[score.goal.figure].name for score in broken)
        blocks.append(
            Paragraph(
                f"Mind: under the unseen curves the winner does not keep to the constraint on {names}. Search "
                "again with more curves, or with a stricter bound."
            )
        )
    blocks += [Paragraph(f"Mind: {caution}.") for caution in found.cautions]
    blocks.append(Paragraph(_against_own(found)))
    blocks.append(Paragraph(extent(found)))
    blocks.append(
        Paragraph(
            "A search compares rules under curves that somebody drew. It proposes; people decide which rule to run."
        )
    )
    return Chapter("plain", "In plain words", tuple(blocks))


def _in_words(score: Score) -> str:
    goal = score.goal
    kept = "" if score.keeps is None else ", kept" if score.keeps else ", not kept"
    seen, unseen = with_error(goal, score.seen), with_error(goal, score.unseen)
    return f"{sentence(goal.words)} Search: {seen}; unseen curves: {unseen}{kept}."


def _against_own(found: Tuned) -> str:
    if not found.gains:
        return "The protocol as written has no figures to compare with."
    told = []
    for each in found.gains:
        amount = difference(each.aim.figure, abs(each.gain.value))
        error = each.gain.standard_error
        words = "better" if each.gain.value > 0 else "worse" if each.gain.value < 0 else "different"
        beside = "" if error is None else f" (standard error {difference(each.aim.figure, error)})"
        told.append(f"{amount} {words} in {FIGURES[each.aim.figure].name}{beside}")
    own = found.setting(AS_WRITTEN).words
    return f"Against the protocol as written ({own}), under the same unseen curves, it is {listed(told)}."


def score_chapter(found: Tuned) -> Chapter:
    """The winner and the protocol as written, under the curves of the search and under unseen ones."""
    lines: list[Row] = []
    for title, chosen in (("The winner", found.scores), ("The protocol as written", found.own_scores)):
        if chosen:
            lines.append(Row((), group=title))
            lines += [_score_row(score) for score in chosen]
    unlike = unlike_words(found.plan)
    return Chapter(
        "unseen",
        "Under curves that the search did not see",
        (
            Paragraph(
                "A winner of many settings is in part the luckiest of them, so that its figures under the curves of "
                "the search tend to be too good. Under other curves they are fair."
            ),
            Table(
                "Aims and constraints under the curves of the search and under unseen ones",
                ("aim or constraint", "search", "unseen", "worse by", "kept"),
                tuple(lines),
                notes=(ERRORS, f"Mind: {unlike}.") if unlike else (ERRORS,),
            ),
        ),
    )


def _score_row(score: Score) -> Row:
    kept = "–" if score.keeps is None else "yes" if score.keeps else "no"
    mark = Cell(kept, "stop") if score.keeps is False else Cell(kept)
    goal = score.goal
    return row(
        goal.words, with_error(goal, score.seen), with_error(goal, score.unseen), with_error(goal, score.worse), mark
    )
