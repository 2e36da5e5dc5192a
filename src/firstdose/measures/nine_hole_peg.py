"""The nine-hole peg test: how long each hand needs to put in nine pegs and take them out again."""

from __future__ import annotations

from statistics import fmean

from firstdose.measures.change import MinimumChange, share
from firstdose.measures.item import Answers, Item
from firstdose.measures.measure import Measure
from firstdose.measures.result import Missing, Result, Score, UnableToPerform
from firstdose.measures.trials import mean_of_trials

HANDS = {"dominant": "dominant hand", "other": "other hand"}


def score_pegs(answers: Answers) -> Result:
    """The mean of both hands' mean times; each hand's mean is a part of it."""
    hands = {hand: mean_of_trials(answers, (f"{hand}_1", f"{hand}_2")) for hand in HANDS}
    times = {hand: result.value for hand, result in hands.items() if isinstance(result, Score)}
    if len(times) == len(HANDS):
        remarks = tuple(remark for result in hands.values() if isinstance(result, Score) for remark in result.remarks)
        return Score(fmean(times.values()), "s", times, remarks=remarks)
    unable = [f"{HANDS[h]}: {r.reason}" for h, r in hands.items() if isinstance(r, UnableToPerform)]
    if unable:
        return UnableToPerform("; ".join(unable), times)
    return Missing("; ".join(f"{HANDS[h]}: {r.reason}" for h, r in hands.items() if isinstance(r, Missing)), times)


NINE_HOLE_PEG = Measure(
    name="nine_hole_peg",
    title="Nine-hole peg test",
    source=(
        "Mathiowetz V et al. Adult norms for the nine hole peg test. Occup Ther J Res 1985;5:24-38; as in the "
        "Multiple Sclerosis Functional Composite (Fischer 1999), where a trial ends after five minutes."
    ),
    items=tuple(
        Item(
            name=f"{hand}_{trial}",
            question=f"Time for nine pegs, {words}, trial {trial}",
            kind="number",
            unit="s",
            lowest=5,
            highest=300,
            required=False,
            may_be_unable=True,
        )
        for hand, words in HANDS.items()
        for trial in (1, 2)
    ),
    unit="s",
    worse="higher",
    lowest=5,
    highest=300,
    scale="geometric",
    minimum_change=MinimumChange(
        words="20 % of the time that is compared with",
        source="in general use in trials of progressive multiple sclerosis",
        rule=share(0.20),
    ),
    scoring=score_pegs,
    sdtm={"DOMAIN": "FT"},
)
