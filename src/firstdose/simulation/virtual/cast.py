"""Everyone in one trial: all who consented with what is true of them, and those dosed as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from firstdose.measures.edss import STEPS
from firstdose.simulation.virtual.candidates import Candidates
from firstdose.simulation.virtual.columns import Booleans, Floats, Integers, Table, table_of
from firstdose.simulation.virtual.enrolment import Enrolment, Participant
from firstdose.simulation.virtual.entry_rules import steps_before
from firstdose.simulation.virtual.parameters import BoundedSpread, Distribution
from firstdose.simulation.virtual.plan import Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

FEWEST_DIGITS, MOST_PREFIXES = 2, 20
TENTH_PARTS = 12
"""Into how many parts the tenth of a year is divided to which ages are known."""


@dataclass(frozen=True, eq=False)
class Traits:
    """What is true of each candidate before the trial; steps of the EDSS by their places in the scale.

    ``age_years`` is known to a tenth of a year; ``part_of_tenth`` (1 to 12) says where in that tenth they were born.
    """

    age_years: Floats
    is_female: Booleans
    part_of_tenth: Integers
    disease_years: Floats
    progressive_years: Floats
    entry_step: Integers
    step_before: Integers


def draw_traits(plan: Plan, candidates: Candidates, seed: int, number: int) -> Traits:
    """The traits of everyone who may be referred."""
    random, people, count = generator(seed, number, Stream.PEOPLE), plan.scenario.people, len(candidates)
    age = np.round(_bounded(random, people.age_years, count), 1)
    female = random.random(count) < people.female.value
    parts = random.integers(1, TENTH_PARTS + 1, count)
    disease = _bounded(random, people.disease_years, count)
    progressive = np.minimum(_bounded(random, people.progressive_years, count), disease)
    steps = _entry_steps(random, plan, people.edss_at_entry, count)
    before = _steps_before(random, plan, people.edss_rise_over_2_years, steps)
    return Traits(age, female, parts, disease, progressive, _places(steps), before)


def _bounded(random: np.random.Generator, spread: BoundedSpread, count: int) -> Floats:
    """Values of a normal distribution, moved inside its bounds."""
    return np.clip(random.normal(spread.mean, spread.sd, count), spread.lowest, spread.highest)


def _entry_steps(random: np.random.Generator, plan: Plan, entry: Distribution, count: int) -> Floats:
    """EDSS steps at entry, of those that the criteria let in."""
    let_in = np.isin(entry.values, plan.entry.steps)
    shares = np.cumsum(np.where(let_in, entry.shares, 0.0))
    places = np.searchsorted(shares, random.random(count) * shares[-1], side="right")
    return np.asarray(np.array(entry.values)[places])


def _steps_before(random: np.random.Generator, plan: Plan, rises: Distribution, steps: Floats) -> Integers:
    """The step two years before; a rise that the criteria refuse gives way to the next larger one that they let in."""
    shares = np.cumsum(rises.shares)
    drawn = np.searchsorted(shares, random.random(len(steps)) * shares[-1], side="right")
    return _places(steps_before(plan.entry, rises.values)[np.searchsorted(plan.entry.steps, steps), drawn])


def _places(steps: Floats) -> Integers:
    """The places of steps in the scale; 0.5, which is none, counts as 0."""
    return np.maximum(np.searchsorted(np.array(STEPS), steps, side="right") - 1, 0)


@dataclass(frozen=True, eq=False)
class Cast:
    """Everyone who consented, in the order of consent, and those dosed, in the order of dosing.

    Arrays have one entry for each person dosed: ``subject`` is the place among all, ``day`` the calendar day of
    dosing; ``consent``, ``left`` and ``end`` count from it. ``end`` is the last day of which there are data.
    ``doublings`` is the logarithm to base 2 of the dose given over the protocol's lowest dose.
    """

    enrolment: Enrolment
    candidates: Candidates
    traits: Traits
    everyone: tuple[Participant, ...]
    cut: int
    subject: Integers
    day: Integers
    consent: Integers
    left: Integers
    left_why: Integers
    end: Integers
    doublings: Floats
    subject_words: Table

    @classmethod
    def of(cls, plan: Plan, enrolment: Enrolment, candidates: Candidates, traits: Traits) -> Cast:
        """Put everyone in order."""
        dosed = sorted(enrolment.dosed, key=lambda each: each.day)
        day = np.array([each.day for each in dosed], dtype=np.int64)
        left = np.array([each.left for each in dosed], dtype=np.int64)
        numbers = np.array([each.candidate for each in dosed], dtype=np.int64)
        cut = int(day.max()) + plan.scenario.conduct.cut_days_after_last_dosing.value
        consented = (each for each in enrolment.people if each.consent <= cut)
        everyone = tuple(sorted(consented, key=lambda each: (each.consent, each.candidate)))
        place = {each.candidate: number for number, each in enumerate(everyone)}
        digits = max(FEWEST_DIGITS, len(str(len(everyone))))
        return cls(
            enrolment=enrolment,
            candidates=candidates,
            traits=traits,
            everyone=everyone,
            cut=cut,
            subject=np.array([place[each.candidate] for each in dosed], dtype=np.int64),
            day=day,
            consent=np.array([each.consent for each in dosed], dtype=np.int64) - day,
            left=left,
            left_why=candidates.left_why[numbers],
            end=np.minimum(left, cut - day),
            doublings=np.log2(np.array([each.given for each in dosed]) / plan.doses[0]),
            subject_words=_subject_words(plan.scenario.conduct.subject_prefix, digits),
        )

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def dosed(self) -> tuple[Participant, ...]:
        """Those dosed, in the order of dosing."""
        return tuple(self.everyone[place] for place in self.subject)

    @cached_property
    def candidate(self) -> Integers:
        """The place of each person dosed among the candidates."""
        return np.array([each.candidate for each in self.dosed], dtype=np.int64)

    @cached_property
    def left_early(self) -> Booleans:
        """Whether each person dosed has left the trial, or died, by the data cut."""
        return np.asarray(self.left <= self.end)

    def names(self) -> list[str]:
        """The identifiers of everyone."""
        return [str(name) for name in self.subject_words.words[: len(self.everyone)]]


@lru_cache(maxsize=MOST_PREFIXES)
def _subject_words(prefix: str, digits: int) -> Table:
    """The identifiers of as many people as can be numbered with these digits: the same in most trials."""
    return table_of(f"{prefix}-{number:0{digits}}" for number in range(1, 10**digits))
