"""The timed 25-foot walk: how long a person needs for 7.62 metres, with the usual aid."""

from __future__ import annotations

from firstdose.measures.change import MinimumChange, share
from firstdose.measures.item import Answers, Item
from firstdose.measures.measure import Measure
from firstdose.measures.result import Result
from firstdose.measures.trials import mean_of_trials

TRIALS = ("trial_1", "trial_2")


def score_walk(answers: Answers) -> Result:
    """The mean of two trials."""
    return mean_of_trials(answers, TRIALS)


TIMED_WALK = Measure(
    name="timed_walk",
    title="Timed 25-foot walk",
    source=(
        "Fischer JS et al. The Multiple Sclerosis Functional Composite measure. Mult Scler 1999;5:244-250; "
        "a trial ends after three minutes."
    ),
    items=(
        *(
            Item(
                name=trial,
                question=f"Time for 25 feet (7.62 m), trial {number}",
                kind="number",
                unit="s",
                lowest=1,
                highest=180,
                required=False,
                may_be_unable=True,
            )
            for number, trial in enumerate(TRIALS, start=1)
        ),
        Item(
            name="aid",
            question="Aid used, the same in both trials",
            kind="choice",
            choices={
                "none": "no aid",
                "one_side": "a cane, crutch or person on one side",
                "both_sides": "canes, crutches, a walker or persons on both sides",
            },
            required=False,
        ),
    ),
    unit="s",
    worse="higher",
    lowest=1,
    highest=180,
    scale="geometric",
    minimum_change=MinimumChange(
        words="20 % of the time that is compared with",
        source="in general use in trials of progressive multiple sclerosis",
        rule=share(0.20),
    ),
    scoring=score_walk,
    sdtm={"DOMAIN": "FT"},
)
