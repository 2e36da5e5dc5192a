"""The symbol digit modalities test: symbols rightly paired with digits in 90 seconds."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures.change import MinimumChange
from firstdose.measures.item import Answers, Item, numeric
from firstdose.measures.measure import Doubt, Measure
from firstdose.measures.result import Missing, Result, Score, UnableToPerform

MOST = 110


def smaller_of_points_and_share(reference: float) -> float:
    """4 points or 20 % of the score that is compared with, whichever is smaller."""
    return min(4.0, 0.20 * reference)


def score_symbols(answers: Answers) -> Result:
    """The number of right answers."""
    correct = answers.get("correct")
    if isinstance(correct, UnableToPerform):
        return correct
    number = numeric(correct)
    return Missing("not answered: correct") if number is None else Score(number, "right answers")


def check_attempts(answers: Answers) -> Iterator[Doubt]:
    """Nobody gets more right than were attempted."""
    correct, attempted = numeric(answers.get("correct")), numeric(answers.get("attempted"))
    if correct is not None and attempted is not None and correct > attempted:
        rule = f"must not exceed the {attempted:g} attempted"
        yield Doubt("correct", answers["correct"], rule, "correct one of the two numbers")


SYMBOL_DIGIT = Measure(
    name="symbol_digit",
    title="Symbol digit modalities test",
    source="Smith A. Symbol Digit Modalities Test: manual. Western Psychological Services, 1982.",
    items=(
        Item(
            name="correct",
            question="Right answers in 90 seconds",
            kind="whole number",
            lowest=0,
            highest=MOST,
            may_be_unable=True,
        ),
        Item(
            name="attempted",
            question="Answers attempted in 90 seconds",
            kind="whole number",
            lowest=0,
            highest=MOST,
            required=False,
        ),
        Item(
            name="form",
            question="How the answers were given",
            kind="choice",
            choices={"oral": "spoken", "written": "written"},
            required=False,
        ),
    ),
    unit="right answers",
    worse="lower",
    lowest=0,
    highest=MOST,
    minimum_change=MinimumChange(
        words="4 points or 20 % of the score that is compared with, whichever is smaller",
        source="in general use in trials of progressive multiple sclerosis",
        rule=smaller_of_points_and_share,
    ),
    scoring=score_symbols,
    consistency=check_attempts,
    sdtm={"DOMAIN": "FT"},
)
