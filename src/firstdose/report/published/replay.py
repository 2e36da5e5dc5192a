"""Published trials replayed: what each design would have advised on the outcomes that were observed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

import firstdose
from firstdose.designs.building import build_design
from firstdose.designs.history import DLT, NO_DLT, History, parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.replaying import replay
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.protocol import Place, Problem, ProblemsFound, Protocol, read_protocol
from firstdose.protocol.yaml_source import read_yaml


@dataclass(frozen=True)
class PublishedTrial:
    """A trial's protocol as far as it is known, and its outcomes: in order, or as totals per level.

    Where only totals are known, ``history`` holds the levels in rising order, all of a level as one cohort.
    """

    protocol: Protocol
    source: str
    history: History
    is_path: bool


@dataclass(frozen=True)
class Step:
    """After one cohort: what the trial did next (None at its end), and what each design advises."""

    outcomes: str
    given_next: int | None
    advice: tuple[Recommendation, ...]
    estimates: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """What a design makes of totals: its next step, the level it would name now, and its estimates."""

    design: str
    advice: Recommendation
    selected: int
    estimates: tuple[float | None, ...]


@dataclass(frozen=True)
class Replay:
    """One published trial replayed; ``steps`` for a path, ``verdicts`` for the end of either."""

    trial: str
    title: str
    source: str
    target: float
    doses: tuple[str, ...]
    shows_doses: bool
    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    designs: tuple[str, ...]
    titles: tuple[str, ...]
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]
    assumed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReplayReport:
    """The page of published trials."""

    replays: tuple[Replay, ...]
    version: str
    date: date


def read_published(folder: Path) -> Iterator[PublishedTrial]:
    """The trials in a folder: each a folder with protocol.yaml and outcomes.yaml.

    Outcomes are a path (``outcomes: 1NNN 2NNT``) or totals per level (``n`` and ``dlt``). Raises ProblemsFound.
    """
    for file in sorted(folder.glob("*/outcomes.yaml")):
        protocol = read_protocol(file.with_name("protocol.yaml"))
        source = read_yaml(file.read_text("utf-8"), str(file))
        values = source.values
        if source.problems or not isinstance(values, dict):
            raise ProblemsFound(source.problems)
        yield published_trial(protocol, values, str(file))


def published_trial(protocol: Protocol, values: dict[str, object], file: str) -> PublishedTrial:
    """A trial from the content of its outcomes file."""
    levels = len(protocol.dose_levels.values)
    stated = values.get("outcomes")
    if isinstance(stated, str):
        return PublishedTrial(protocol, str(values.get("source", "")), parse_outcomes(stated, levels), True)
    participants, dlts = (_counts(values.get(key), levels) for key in ("n", "dlt"))
    if not participants or not dlts or any(few > many for few, many in zip(dlts, participants, strict=True)):
        fix = (
            "give `outcomes: 1NNN 2NNT`, or `n` and `dlt` with one count for each level, no more DLTs than participants"
        )
        raise ProblemsFound([Problem(Place(file), None, "outcomes are a path or totals per level", fix)])
    history = History()
    for level, (count, events) in enumerate(zip(participants, dlts, strict=True), start=1):
        if count:
            history = history.then(level, NO_DLT * (count - events) + DLT * events)
    return PublishedTrial(protocol, str(values.get("source", "")), history, False)


def _counts(value: object, levels: int) -> list[int]:
    """The value as one count a level; empty when it is not that."""
    if not isinstance(value, list | tuple) or len(value) != levels:
        return []
    counts = [item for item in value if isinstance(item, int) and not isinstance(item, bool) and item >= 0]
    return counts if len(counts) == levels else []


def replay_content(trials: Iterable[PublishedTrial], day: date) -> ReplayReport:
    """Replay each trial under its own rule and each design that its file compares it with; paths before totals."""
    ordered = sorted(trials, key=lambda trial: not trial.is_path)
    return ReplayReport(tuple(replay_trial(trial) for trial in ordered), firstdose.__version__, day)


def replay_trial(trial: PublishedTrial) -> Replay:
    """One trial under all designs."""
    protocol = trial.protocol
    own = build_design(protocol)
    others = [build_design(protocol, name, settings) for name, settings in protocol.escalation.comparators.items()]
    rules = [own, *(rule for rule in others if rule.design.name != own.design.name)]
    participants, dlts = totals(own, trial.history)
    levels = protocol.dose_levels
    return Replay(
        trial=protocol.trial.id,
        title=protocol.trial.title,
        source=trial.source,
        target=own.frame.rate,
        doses=tuple(
            (f"{levels.labels[place]}" if levels.labels else f"{value:.15g} {levels.unit}")
            for place, value in enumerate(levels.values)
        ),
        shows_doses=not levels.labels,
        participants=tuple(int(count) for count in participants[0]),
        dlts=tuple(int(count) for count in dlts[0]),
        designs=tuple(rule.design.name for rule in rules),
        titles=tuple(rule.design.title for rule in rules),
        steps=tuple(_steps(rules, trial.history)) if trial.is_path else (),
        verdicts=tuple(_verdict(rule, trial.history) for rule in rules),
        assumed=tuple((each.path, each.why) for each in protocol.assumed),
    )


def _steps(rules: list[EscalationRule], history: History) -> Iterator[Step]:
    cohorts = history.cohorts
    for done in range(1, len(cohorts) + 1):
        before = History(cohorts[:done])
        estimates = rules[0].design.estimates(*totals(rules[0], before))
        yield Step(
            str(cohorts[done - 1]),
            cohorts[done].level if done < len(cohorts) else None,
            tuple(rule.decide(before) for rule in rules),
            () if estimates is None else tuple(float(rate) for rate in estimates[0]),
        )


def _verdict(rule: EscalationRule, history: History) -> Verdict:
    """The next step, and the level that would be named if the trial ended here."""
    found = replay(rule, history).states
    ended = replace(found, stop=np.full(1, Stop.MAXIMUM, dtype=np.int8)) if found.stop[0] == Stop.GOES_ON else found
    selected = int(rule.design.select(ended).level[0]) if ended.stop[0] != Stop.TOO_TOXIC else 0
    estimates = rule.design.estimates(*totals(rule, history))
    shown = () if estimates is None else tuple(None if np.isnan(rate) else float(rate) for rate in estimates[0])
    return Verdict(rule.design.name, rule.decide(history), selected, shown)


def totals(rule: EscalationRule, history: History) -> tuple[np.ndarray, np.ndarray]:
    """Participants and DLTs per level, each of shape (1, levels)."""
    participants = np.zeros((1, rule.frame.levels), dtype=np.int64)
    dlts = np.zeros((1, rule.frame.levels), dtype=np.int64)
    for cohort in history.cohorts:
        participants[0, cohort.level - 1] += cohort.evaluable
        dlts[0, cohort.level - 1] += cohort.dlts
    return participants, dlts
