"""The Expanded Disability Status Scale: a rater's step, and what the systems and walking say it should be."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures.change import MinimumChange
from firstdose.measures.edss_rules import MOBILITY, SYSTEMS, UNAIDED_METRES, steps_of_systems, steps_of_walking
from firstdose.measures.item import Answers, Item, numeric
from firstdose.measures.measure import Doubt, Measure
from firstdose.measures.result import Missing, Result, Score

STEPS = (0.0, *(half / 2 for half in range(2, 21)))  # there is no step 0.5
STEPS_IN_WORDS = "0, or a half step from 1 to 10"
LAST_STEP_OF_SYSTEMS = 5.0


def minimum_change(reference: float) -> float:
    """1.5 from 0, 1.0 up to 5.0, 0.5 above."""
    if reference <= 0:
        return 1.5
    return 1.0 if reference <= LAST_STEP_OF_SYSTEMS else 0.5


def expected_steps(answers: Answers) -> tuple[float, float] | None:
    """The lowest and highest step that fit the systems and walking; None where too little was recorded.

    Up to 5.0 the systems set the step, and walking less than 500 m a floor under it; from 5.5 walking sets it.
    """
    walking = steps_of_walking(answers)
    if walking is None or walking > LAST_STEP_OF_SYSTEMS:
        return None if walking is None else (walking, walking)
    systems = steps_of_systems(answers)
    return None if systems is None else (max(systems[0], walking), max(systems[1], walking))


def score_step(answers: Answers) -> Result:
    """The step as the rater recorded it; what the systems and walking imply is never put in its place."""
    step = numeric(answers.get("step"))
    systems = {name: value for name in SYSTEMS if (value := numeric(answers.get(name))) is not None}
    if step is None:
        return Missing("not answered: step", systems)
    if step not in STEPS:
        return Missing(f"step {step:g} is not a step of the scale", systems)
    return Score(step, "step", systems)


def check_step(answers: Answers) -> Iterator[Doubt]:
    """The step exists, walking is described without contradiction, and the step agrees with what it rests on."""
    step = numeric(answers.get("step"))
    if step is not None and step not in STEPS:
        yield Doubt("step", answers["step"], f"must be {STEPS_IN_WORDS}", "correct the step")
        return
    described = list(_contradictions(answers))
    yield from described
    expected = expected_steps(answers)
    if step is None or described or expected is None:
        return
    lowest, highest = expected
    if not lowest <= step <= highest:
        words = f"{lowest:.1f}" if lowest == highest else f"{lowest:.1f} to {highest:.1f}"
        basis = "ambulation sets it" if highest > LAST_STEP_OF_SYSTEMS else "the functional systems and walking do"
        rule = f"must be {words} as {basis}"
        yield Doubt("step", answers["step"], rule, "ask the rater which of them is right; nothing is corrected here")


def _contradictions(answers: Answers) -> Iterator[Doubt]:
    """Only people who walk have a distance and an aid; without them walking is not described."""
    walks = answers.get("mobility") == "walks"
    for name in ("distance_metres", "aid"):
        answer = answers.get(name)
        if not walks and answer is not None and answers.get("mobility") is not None:
            yield Doubt(name, answer, "must be left out for a person who does not walk", "leave it out")
        if walks and answer is None:
            yield Doubt(name, answer, "must be given for a person who walks", "enter it", asked_by="mobility")


EDSS = Measure(
    name="edss",
    title="Expanded Disability Status Scale",
    source=(
        "Kurtzke JF. Rating neurologic impairment in multiple sclerosis: an expanded disability status scale (EDSS). "
        "Neurology 1983;33:1444-1452; distances with aids as in Neurostatus-EDSS (Kappos L, Basel)."
    ),
    items=(
        *(
            Item(
                name=name,
                question=f"Functional system: {words}, as examined",
                kind="whole number",
                lowest=0,
                highest=highest,
                required=False,
            )
            for name, (words, highest) in SYSTEMS.items()
        ),
        Item(
            name="mobility",
            question="How the person moves",
            kind="choice",
            choices={code: words for code, (words, _) in MOBILITY.items()},
            required=False,
        ),
        Item(
            name="distance_metres",
            question=f"Distance walked without rest, with the aid below ({UNAIDED_METRES} for that or more)",
            kind="number",
            unit="m",
            lowest=0,
            highest=UNAIDED_METRES,
            required=False,
        ),
        Item(
            name="aid",
            question="Aid needed to walk that distance",
            kind="choice",
            choices={"none": "none", "one_side": "on one side", "both_sides": "on both sides"},
            required=False,
        ),
        Item(name="step", question="EDSS step", kind="number", lowest=0, highest=10, among=STEPS_IN_WORDS),
    ),
    unit="step",
    worse="higher",
    lowest=0,
    highest=10,
    minimum_change=MinimumChange(
        words="1.5 from 0, 1.0 from 1.0 to 5.0, 0.5 above 5.0",
        source="in general use in trials of progressive multiple sclerosis",
        rule=minimum_change,
    ),
    scoring=score_step,
    consistency=check_step,
    sdtm={"DOMAIN": "RS"},
)
