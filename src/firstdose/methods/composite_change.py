"""Worsening on any of several measures: the earliest confirmed change, such as EDSS-plus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firstdose.methods._counts import BoolArray, FloatArray, IntArray
from firstdose.methods.confirmed_change import Changes, Relapses
from firstdose.methods.confirmed_change_presets import Preset, Visits, changes_by


@dataclass(frozen=True)
class CompositeChange:
    """Each person's earliest confirmed change on any component; arrays of shape (P,) over all persons, by number.

    ``day`` is the day of its onset, NaN where no component changed; ``components`` names those that changed on that
    day. ``followed`` names the components seen at two visits or more: of the others nothing is known, and a person
    without a change is not known to be free of one. ``first_day`` and ``last_day`` span the visits of all components,
    and ``changes`` has each component's own.
    """

    persons: IntArray
    day: FloatArray
    components: tuple[tuple[str, ...], ...]
    followed: tuple[tuple[str, ...], ...]
    first_day: IntArray
    last_day: IntArray
    changes: Mapping[str, Changes]


def first_of_any(preset: Preset, components: Mapping[str, Visits], relapses: Relapses | None = None) -> CompositeChange:
    """The earliest change of each person over components, each sought and confirmed on its own visits.

    A component is named by its key; two may be of one measure, such as the two hands of the nine-hole peg test.
    The definition must look for the first change of one kind. Days must count from one and the same origin.
    Source: Cadavid D et al., Mult Scler 2017;23:94-105. Raises ValueError for no component, for a definition that
    looks for several changes, and as `changes_by`.
    """
    if not components:
        raise ValueError("a composite needs at least one component")
    if preset.rule.wanted in ("all", "first", "first_of_each"):
        raise ValueError(f"a composite needs the first change of one kind, not {preset.rule.wanted!r}")
    changes = {name: changes_by(preset, visits, relapses) for name, visits in components.items()}
    persons = np.unique(np.concatenate([each.persons for each in changes.values()]))
    first = np.full(persons.shape, np.iinfo(np.int64).max)
    last = np.full(persons.shape, np.iinfo(np.int64).min)
    onsets = np.full((len(components), len(persons)), np.nan)
    visits = np.zeros(onsets.shape, dtype=np.int64)
    for row, (name, found) in enumerate(changes.items()):
        place = np.searchsorted(persons, found.persons)
        first[place] = np.minimum(first[place], found.first_day)
        last[place] = np.maximum(last[place], found.last_day)
        onsets[row, place], visits[row, place] = _onset_days(components[name], found)
    day = np.fmin.reduce(onsets)
    return CompositeChange(
        persons,
        day,
        _names(tuple(components), onsets == day),
        _names(tuple(components), visits > 1),
        first,
        last,
        changes,
    )


def _onset_days(visits: Visits, found: Changes) -> tuple[FloatArray, IntArray]:
    """The day of each person's first change (NaN without one), and how many visits the person had; shape (P,)."""
    person, day = np.asarray(visits.person), np.asarray(visits.day)
    days = day[np.lexsort((day, person))]
    counts = np.unique(person, return_counts=True)[1]
    starts = np.cumsum(counts) - counts
    onset = [
        float(days[start + several[0].onset]) if several else np.nan
        for start, several in zip(starts, found.changes, strict=True)
    ]
    return np.array(onset), counts


def _names(components: tuple[str, ...], holds: BoolArray) -> tuple[tuple[str, ...], ...]:
    """For each person the components of which something holds; ``holds`` has shape (components, P)."""
    return tuple(
        tuple(name for name, it_holds in zip(components, column, strict=True) if it_holds) for column in holds.T
    )
