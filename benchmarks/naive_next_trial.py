"""A randomised trial of two doses against sham, person by person in plain Python; nothing from the package.

As the example's settings state it for confirmed worsening, with one look at the end and Holm's test.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

VISITS = (3, 6, 9, 12, 15, 18, 21, 24, 30)
CONFIRMED_AFTER, LAST_MONTH, DRUG_UNTIL = 6, 24, 6
LEAVING, MISSED, RATE, SPREAD = 0.05 / 12, 0.05, 0.2 / 12, 0.5
DRUG, INTERACTION = 0.9, 0.9
RATIOS = (1.0, 0.7, 0.55)  # sham, low, high
CRITICAL = (2.2414, 1.9600)  # Holm, one-sided 0.025 over two comparisons
ROUNDS, CLOSE = 5000, 1e-7

Enclosure = tuple[int, int]


def share_that_show_the_highest(trials: int, participants: int, seed: int) -> float:
    """Share of trials in which the highest dose is shown."""
    chance = random.Random(seed)
    return sum(_shows(chance, participants) for _ in range(trials)) / trials


def _shows(chance: random.Random, participants: int) -> bool:
    arms: list[list[Enclosure]] = [[], [], []]
    for person in range(participants):
        arms[person % 3].append(_seen(chance, RATIOS[person % 3]))
    high, low = (_statistic(arms[number], arms[0]) for number in (2, 1))
    return high >= CRITICAL[0] or (high >= CRITICAL[1] and low >= CRITICAL[0])


def _seen(chance: random.Random, ratio: float) -> Enclosure:
    """When one person's worsening is seen and confirmed."""
    off = RATE * ratio * math.exp(chance.gauss(0, SPREAD))
    on = off * DRUG * (INTERACTION if ratio < 1 else 1.0)
    wanted = chance.expovariate(1)
    onset = wanted / on if wanted <= on * DRUG_UNTIL else DRUG_UNTIL + (wanted - on * DRUG_UNTIL) / off
    left = chance.expovariate(LEAVING)
    there = [month for month in VISITS if month <= left and chance.random() >= MISSED]
    latest = min(LAST_MONTH, (there[-1] if there else 0) - CONFIRMED_AFTER)
    able = [month for month in there if month <= latest]
    before = max((VISITS.index(month) + 1 for month in able if month < onset), default=0)
    after = min((VISITS.index(month) + 1 for month in able if month >= onset), default=len(VISITS))
    return before, after


def _statistic(treated: Sequence[Enclosure], control: Sequence[Enclosure]) -> float:
    """The log-rank test for interval-censored times."""
    people, cells = [*treated, *control], len(VISITS)
    shares = [1 / cells] * cells
    for _ in range(ROUNDS):
        sums = [0.0] * cells
        for left, right in people:
            inside = sum(shares[left:right])
            for cell in range(left, right):
                sums[cell] += shares[cell] / inside
        moved = max(abs(total / len(people) - share) for total, share in zip(sums, shares, strict=True))
        shares = [total / len(people) for total in sums]
        if moved < CLOSE:
            break
    survival = [max(1 - sum(shares[:cell]), 0.0) for cell in range(cells)] + [0.0]
    height = [value * math.log(value) if value > 0 else 0.0 for value in survival]
    scores = [
        (height[left] - height[right]) / (survival[left] - survival[right]) if survival[left] > survival[right] else 0.0
        for left, right in people
    ]
    count, mean = len(scores), sum(scores) / len(scores)
    spread = sum((score - mean) ** 2 for score in scores) / (count - 1)
    variance = spread * len(treated) * len(control) / count
    return sum(score - mean for score in scores[len(treated) :]) / math.sqrt(variance) if variance > 0 else 0.0
