"""A Monte Carlo that asks the advice of a live trial: ``decide`` on the whole history after each cohort.

It shares no vectorised step with the exact engine: it knows histories as text, one participant after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from firstdose.designs.history import History, parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.figures import ScenarioFigures

Advice = Callable[[str], Recommendation]


@dataclass(frozen=True)
class DecidedTrial:
    """One trial that has ended: participants and DLTs by level, and the last advice."""

    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    end: Recommendation


def decided_figures(rule: EscalationRule, truths: list[list[float]], trials: int, seed: int) -> list[ScenarioFigures]:
    """The figures of simulated trials under each truth; participant k of trial i is the same under all."""
    levels = rule.frame.levels

    @cache
    def advice(text: str) -> Recommendation:
        return rule.decide(parse_outcomes(text, levels) if text else History())

    found = []
    for truth in truths:
        random = Random(seed)
        ended = [_run(advice, truth, Random(random.getrandbits(64))) for _ in range(trials)]
        found.append(_figures(rule, truth, ended))
    return found


def _run(advice: Advice, truth: list[float], random: Random) -> DecidedTrial:
    """One trial from its first cohort to its end; the outcomes of a cohort are noted without their order."""
    text, participants, dlts = "", [0] * len(truth), [0] * len(truth)
    while (now := advice(text)).action == "dose":
        assert now.next_level is not None
        assert now.cohort_size is not None
        at = now.next_level - 1
        toxic = sum(random.random() < truth[at] for _ in range(now.cohort_size))
        participants[at] += now.cohort_size
        dlts[at] += toxic
        text = f"{text} {now.next_level}{'T' * toxic}{'N' * (now.cohort_size - toxic)}".strip()
    assert now.action == "stop", (text, now)
    return DecidedTrial(tuple(participants), tuple(dlts), now)


def _figures(rule: EscalationRule, truth: list[float], ended: list[DecidedTrial]) -> ScenarioFigures:
    """Shares and means of trials, in the shape of the engines' figures."""
    count, levels, target = len(ended), range(len(truth)), rule.frame.target
    assert target is not None

    def share(true: Callable[[DecidedTrial], bool]) -> float:
        return sum(map(true, ended)) / count

    def distribution(of: Callable[[DecidedTrial], int]) -> dict[int, float]:
        return {value: times / count for value, times in Counter(map(of, ended)).items()}

    def mean(of: Callable[[DecidedTrial], int]) -> float:
        return sum(map(of, ended)) / count

    closest = min(levels, key=lambda level: (round(abs(truth[level] - target), 12), level)) + 1
    mtd = None if truth[0] > 1.4 * target else closest
    people = [mean(lambda trial, at=at: trial.participants[at]) for at in levels]  # type: ignore[misc]
    toxic = [mean(lambda trial, at=at: trial.dlts[at]) for at in levels]  # type: ignore[misc]
    return ScenarioFigures(
        name="",
        truth=truth,
        true_mtd=mtd,
        selected=[share(lambda trial, at=at: trial.end.recommended_level == at + 1) for at in levels],  # type: ignore[misc]
        none_selected=share(lambda trial: trial.end.recommended_level is None),
        mtd_not_reached=share(lambda trial: trial.end.mtd_not_reached),
        correct_selection=share(lambda trial: trial.end.recommended_level == mtd),
        mean_participants=people,
        mean_dlts=toxic,
        mean_dosed=people,
        mean_total_participants=sum(people),
        mean_total_dlts=sum(toxic),
        mean_total_dosed=sum(people),
        expansion_participants=[0.0 for _ in levels],
        expansion_dlts=[0.0 for _ in levels],
        share_above_mtd=sum(people[mtd or 0 :]) / sum(people),
        observed_rate_above_target=share(lambda trial: sum(trial.dlts) > target * sum(trial.participants) + 1e-9),
        stop_reasons={
            name: times / count for name, times in Counter(trial.end.stop_reason or "" for trial in ended).items()
        },
        size_distribution=distribution(lambda trial: sum(trial.participants)),
        dlt_distribution=distribution(lambda trial: sum(trial.dlts)),
        participants_distribution=[distribution(lambda trial, at=at: trial.participants[at]) for at in levels],  # type: ignore[misc]
        dlts_distribution=[distribution(lambda trial, at=at: trial.dlts[at]) for at in levels],  # type: ignore[misc]
    )
