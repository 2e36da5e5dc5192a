"""The settings of a search: every combination of what may be chosen, numbered in the order of the plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, product
from math import prod
from typing import Any

from firstdose.designs import DESIGNS
from firstdose.designs.building import build_design, check_escalation
from firstdose.designs.rule import EscalationRule
from firstdose.protocol import escalation_checks
from firstdose.protocol.escalation import Escalation
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Problem, ProblemsFound
from firstdose.simulation.tuning.plan import Guards, Search
from firstdose.simulation.tuning.ranges import is_number, is_searched, values_of

SHARED = ("cohort_size", "max_participants", "start_level", "stop_within_cohort")
GUARDS = "guards"
AS_WRITTEN = 0
"""The number of the protocol's own setting, which is compared with the others."""


@dataclass(frozen=True, eq=False)
class Setting:
    """One choice of a design with its settings, guards and sizes; ``number`` counts from 1 in the plan's order."""

    number: int
    escalation: Escalation

    @property
    def design(self) -> str:
        """The name of the design."""
        return self.escalation.design

    @property
    def words(self) -> str:
        """The setting on one line."""
        each = self.escalation
        text = f"{each.design}{in_brackets(each.settings)}"
        text += f", cohorts of {each.cohort_size}, at most {each.max_participants}, from level {each.start_level}"
        if each.stop_within_cohort:
            text += ", stops within a cohort"
        guards = "; ".join(f"{name}{in_brackets(settings)}" for name, settings in each.guards)
        return f"{text}, guards: {guards}" if guards else text

    def as_plain(self) -> dict[str, Any]:
        """The keys of the protocol's section that a search may change, as plain data."""
        each = self.escalation
        return {
            "design": each.design,
            "cohort_size": each.cohort_size,
            "max_participants": each.max_participants,
            "start_level": each.start_level,
            "stop_within_cohort": each.stop_within_cohort,
            "settings": plain(each.settings),
            "guards": [{name: plain(settings)} if settings else name for name, settings in each.guards],
        }


def in_brackets(settings: Mapping[str, Any]) -> str:
    """Settings in words, with a space before; nothing where there are none."""
    if not settings:
        return ""
    return f" ({', '.join(f'{key} {_one_line(value)}' for key, value in settings.items())})"


def _one_line(value: Any) -> str:
    return f"{value:g}" if is_number(value) else value if isinstance(value, str) else json.dumps(plain(value))


def plain(value: Any) -> Any:
    """Nested mappings and sequences as dictionaries and lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, eq=False)
class Axis:
    """One thing that may be chosen, and its values in the order of the plan."""

    name: str
    values: tuple[Any, ...]

    @property
    def is_ordered(self) -> bool:
        """Whether the values are numbers, so that each has a next one."""
        return all(map(is_number, self.values))

    def beside(self, place: int) -> Iterator[int]:
        """Places of the values next to one; all others where they have no order."""
        if not self.is_ordered:
            yield from (other for other in range(len(self.values)) if other != place)
            return
        ordered = sorted(range(len(self.values)), key=lambda each: self.values[each])
        rank = ordered.index(place)
        yield from (ordered[each] for each in (rank - 1, rank + 1) if 0 <= each < len(ordered))


@dataclass(frozen=True, eq=False)
class Branch:
    """The settings of one design: what is fixed, and its axes; numbers count from 0, the last axis fastest."""

    design: str
    fixed: Mapping[str, Any]
    axes: tuple[Axis, ...]

    def __len__(self) -> int:
        return prod(len(axis.values) for axis in self.axes)

    @property
    def own_axes(self) -> tuple[Axis, ...]:
        """The design's own settings."""
        return tuple(axis for axis in self.axes if axis.name not in (*SHARED, GUARDS))

    @property
    def shared_axes(self) -> tuple[Axis, ...]:
        """What every design has."""
        return tuple(axis for axis in self.axes if axis.name in (*SHARED, GUARDS))

    def places(self, number: int) -> tuple[int, ...]:
        """The place on each axis of the setting of this number."""
        places = []
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.values))
            places.append(place)
        return tuple(reversed(places))

    def number(self, places: tuple[int, ...]) -> int:
        """The number of the setting at these places."""
        number = 0
        for axis, place in zip(self.axes, places, strict=True):
            number = number * len(axis.values) + place
        return number

    def neighbours(self, number: int) -> Iterator[int]:
        """Settings that differ in one thing, by one step."""
        places = self.places(number)
        for index, (axis, place) in enumerate(zip(self.axes, places, strict=True)):
            for other in axis.beside(place):
                yield self.number((*places[:index], other, *places[index + 1 :]))

    def escalation(self, number: int, base: Escalation) -> Escalation:
        """The protocol's section with the values of this setting."""
        chosen = {axis.name: axis.values[place] for axis, place in zip(self.axes, self.places(number), strict=True)}
        shared = {name: chosen.pop(name) for name in (*SHARED, GUARDS) if name in chosen}
        settings = {key: value for key, value in {**self.fixed, **chosen}.items() if value is not None}
        return replace(base, design=self.design, settings=settings, **shared)


@dataclass(frozen=True, eq=False)
class Space:
    """All settings of a search over a protocol, one branch a design."""

    protocol: Protocol
    branches: tuple[Branch, ...]

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Settings up to the end of each branch."""
        return tuple(accumulate(len(branch) for branch in self.branches))

    @property
    def size(self) -> int:
        """How many settings there are, possible or not."""
        return self.ends[-1]

    def setting(self, number: int) -> Setting:
        """The setting of a number; the protocol's own is ``AS_WRITTEN``."""
        if number == AS_WRITTEN:
            return Setting(number, self.protocol.escalation)
        branch, within = self._find(number)
        return Setting(number, branch.escalation(within, self.protocol.escalation))

    def neighbours(self, number: int) -> Iterator[int]:
        """Numbers of the settings that differ in one thing by one step, under the same design."""
        if number == AS_WRITTEN:
            return
        branch, within = self._find(number)
        first = number - within
        yield from (first + each for each in branch.neighbours(within))

    def _find(self, number: int) -> tuple[Branch, int]:
        if not 1 <= number <= self.size:
            raise IndexError(f"settings are numbered 1 to {self.size}, not {number}")
        place = next(index for index, end in enumerate(self.ends) if number <= end)
        branch = self.branches[place]
        return branch, number - 1 - (self.ends[place] - len(branch))

    def rule(self, setting: Setting) -> EscalationRule:
        """The rule of a setting. Raises ProblemsFound where it makes no valid protocol."""
        candidate = replace(self.protocol, escalation=setting.escalation)
        problems = problems_of(candidate)
        if problems:
            raise ProblemsFound(problems)
        return build_design(candidate)


def problems_of(protocol: Protocol) -> list[Problem]:
    """Everything wrong with a protocol's escalation."""
    escalation = protocol.escalation
    findings = [
        *escalation_checks.check_escalation(escalation),
        *escalation_checks.check_start_level(escalation, protocol.dose_levels),
    ]
    return [*(finding.at(protocol.places) for finding in findings), *check_escalation(protocol)]


def space_of(search: Search, protocol: Protocol) -> Space:
    """The settings that a plan allows over a protocol. Raises RangeError for a choice that cannot be read."""
    own = protocol.escalation
    designs = search.designs or {own.design: {}}
    return Space(protocol, tuple(_branch(name, settings, search, own) for name, settings in designs.items()))


def _branch(name: str, settings: Mapping[str, Any], search: Search, own: Escalation) -> Branch:
    base = own.settings if name == own.design else own.comparators.get(name, {})
    fixed = {**base, **{key: value for key, value in settings.items() if not is_searched(value)}}
    axes = [Axis(key, values_of(value)) for key, value in settings.items() if is_searched(value)]
    own_size = DESIGNS[name].own_cohort_size
    for shared in SHARED:
        values = getattr(search, shared) or (getattr(own, shared),)
        if shared == "cohort_size" and own_size is not None:
            values = (own_size,)
        axes.append(Axis(shared, values))
    axes.append(Axis(GUARDS, tuple(_guard_lists(search.guards)) if search.guards else (own.guards,)))
    return Branch(name, fixed, tuple(axes))


def _guard_lists(lists: tuple[Guards, ...]) -> Iterator[Guards]:
    """Every list of guards with every combination of what may be chosen in it."""
    for guards in lists:
        choices = [
            (place, key, values_of(value))
            for place, (_, settings) in enumerate(guards)
            for key, value in settings.items()
            if is_searched(value)
        ]
        for chosen in product(*(values for _, _, values in choices)):
            filled = [dict(settings) for _, settings in guards]
            for (place, key, _), value in zip(choices, chosen, strict=True):
                filled[place][key] = value
            yield tuple((name, settings) for (name, _), settings in zip(guards, filled, strict=True))
