"""The Barthel index: how much help a person needs with ten activities of daily life."""

from __future__ import annotations

from firstdose.measures.change import NO_RULE
from firstdose.measures.item import Answers, Code, Item, numeric
from firstdose.measures.measure import Measure
from firstdose.measures.result import Missing, Result, Score

Choices = dict[Code, str]

THREE_STEPS: Choices = {0: "dependent", 5: "with help", 10: "independent"}
TWO_STEPS: Choices = {0: "dependent", 5: "independent"}
CONTINENCE: Choices = {0: "incontinent", 5: "occasional accident", 10: "continent"}

ACTIVITIES: dict[str, tuple[str, Choices]] = {
    "feeding": ("Feeding", THREE_STEPS),
    "bathing": ("Bathing", TWO_STEPS),
    "grooming": ("Grooming", TWO_STEPS),
    "dressing": ("Dressing", THREE_STEPS),
    "bowels": ("Control of the bowels", CONTINENCE),
    "bladder": ("Control of the bladder", CONTINENCE),
    "toilet": ("Use of the toilet", THREE_STEPS),
    "transfers": (
        "Moving between bed and chair",
        {0: "unable", 5: "with much help", 10: "with little help", 15: "independent"},
    ),
    "mobility": (
        "Moving on a level surface",
        {0: "immobile", 5: "independent in a wheelchair", 10: "walks with help", 15: "walks independently"},
    ),
    "stairs": ("Climbing stairs", {0: "unable", 5: "with help", 10: "independent"}),
}


def score_activities(answers: Answers) -> Result:
    """The sum over all ten activities; without one of them there is no sum."""
    points = {name: numeric(answers.get(name)) for name in ACTIVITIES}
    known = {name: value for name, value in points.items() if value is not None}
    if len(known) < len(points):
        return Missing("not answered: " + ", ".join(name for name in points if name not in known), known)
    return Score(sum(known.values()), "points", known)


BARTHEL = Measure(
    name="barthel",
    title="Barthel index",
    source="Mahoney FI, Barthel DW. Functional evaluation: the Barthel index. Md State Med J 1965;14:61-65.",
    items=tuple(
        Item(name=name, question=question, kind="choice", unit="points", choices=choices)
        for name, (question, choices) in ACTIVITIES.items()
    ),
    unit="points",
    worse="lower",
    lowest=0,
    highest=100,
    minimum_change=NO_RULE,
    scoring=score_activities,
)
