"""What the comparison with natural history simplifies, and which way each simplification moves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstdose.analysis.counting import number_of
from firstdose.analysis.disability.confirmed import Sought
from firstdose.methods.natural_course import SharedRate
from firstdose.protocol.analysis_plan import NaturalHistory

TOO_SMALL = "too small: fewer worsen here than the rates say even if the product does nothing, which flatters it"
TOO_LARGE = "too large: more worsen here than the rates say even if the product does nothing, which speaks against it"
EITHER_WAY = "either way: the direction is not known"


@dataclass(frozen=True)
class Simplification:
    """One simplification: its name, what it is, and what it does to the compatibility."""

    name: str
    words: str
    direction: str


def simplifications(
    benchmark: NaturalHistory, sought: Sought, people: Sequence[int], rates: Sequence[SharedRate], events: int
) -> Iterator[Simplification]:
    """Every simplification that applies, those of who is compared first; ``events`` of the people worsened."""
    yield Simplification(
        "regression to the mean",
        "where people had to have worsened before they could enter, part of that was error of rating or would have "
        "passed, so that their later scores tend to be better than the baseline",
        TOO_SMALL,
    )
    yield Simplification(
        "selection",
        "people who worsened shortly before may go on to worsen faster than those of the benchmark, and people who are "
        "fit for a trial slower; age, duration of the disease and treatment are not taken into account",
        EITHER_WAY,
    )
    yield from _of_people_not_seen(sought)
    yield Simplification(
        "confirmation",
        f"here a worsening must be confirmed ({sought.definition.name.replace('_', ' ')}); a change from one yearly "
        "score to the next is not, so such a benchmark counts worsenings that passed",
        TOO_SMALL,
    )
    yield Simplification(
        "number of scores",
        "here every visit may be the onset; a yearly comparison of two scores has one chance, and does not see what "
        "came and went between",
        TOO_LARGE,
    )
    yield Simplification(
        "size of the change",
        f"the benchmark counts {benchmark.event}, here counts a change of {_sizes(sought, people)}: where the smaller "
        "one counts here, more worsen here, where the larger one does, fewer",
        EITHER_WAY,
    )
    yield Simplification(
        "time at risk",
        "the yearly probability is spread evenly over the time from the baseline to the last onset that could be "
        "confirmed; a worsening that has to build up from a fresh baseline comes less often in its first months",
        TOO_SMALL,
    )
    certain = sum(not rate.is_uncertain for rate in rates)
    if certain:
        yield Simplification(
            "rates taken as known",
            f"{certain} of {len(rates)} rates have no number of people that they rest on; averaged over an uncertainty "
            "that people share, no event is more probable",
            EITHER_WAY if events else TOO_SMALL,
        )


def _of_people_not_seen(sought: Sought) -> Iterator[Simplification]:
    if sought.not_evaluable:
        yield Simplification(
            "people not seen",
            f"not evaluable and left out: {len(sought.not_evaluable)} of "
            f"{number_of(sought.measured.people.count, 'people')}; "
            "people who are doing badly are likelier to leave, or to be unable before treatment",
            TOO_SMALL,
        )


def _sizes(sought: Sought, people: Sequence[int]) -> str:
    """The smallest changes that count from the baselines of these people."""
    sizes = sought.definition.smallest_change(sought.measured.baselines[list(people)])
    lowest, highest = f"{sizes.min():.3g}", f"{sizes.max():.3g}"
    unit = f" {sought.measured.measure.unit}" if sought.measured.measure.unit else ""
    return (lowest if lowest == highest else f"{lowest} to {highest}") + unit
