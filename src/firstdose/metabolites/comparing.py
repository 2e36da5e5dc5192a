"""Where two sources of the same abundances disagree, such as the text and the JSON form of one deposit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firstdose.metabolites.cells import RECORD
from firstdose.metabolites.mwtab_reading import plain_name
from firstdose.records import Problems
from firstdose.records.abundances import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances
from firstdose.records.problems import Collector

FIX = "ask the depositor which one is right"


def differences(first: Abundances, second: Abundances) -> Problems:
    """Samples, metabolites, units, values and descriptions that are not the same in both; `value` gives both."""
    collector = Collector()
    if first.units != second.units:
        collector.add("the units differ", FIX, "kept", value=f"{first.units} | {second.units}")
    samples = _shared(first.sample_names, second.sample_names, "sample", collector)
    names = [[plain_name(name) for name in each.metabolite_names] for each in (first, second)]
    metabolites = _shared(names[0], names[1], "metabolite", collector)
    _compare_values(first, second, samples, metabolites, collector)
    _compare_described(first, second, samples, metabolites, collector)
    return collector.all_problems()


def _shared(first: Sequence[str], second: Sequence[str], what: str, collector: Collector) -> list[tuple[int, int]]:
    """The places of what both have, in the order of the first; what only one of them has is listed."""
    places = {name: place for place, name in reversed(list(enumerate(second)))}
    for name in [name for name in first if name not in places]:
        collector.add(f"the {what} is in the first source only", FIX, "kept", identity=name)
    known = set(first)
    for name in [name for name in second if name not in known]:
        collector.add(f"the {what} is in the second source only", FIX, "kept", identity=name)
    return [(place, places[name]) for place, name in enumerate(first) if name in places]


def _compare_values(
    first: Abundances,
    second: Abundances,
    samples: list[tuple[int, int]],
    metabolites: list[tuple[int, int]],
    collector: Collector,
) -> None:
    """List every value that is not the same number, or missing in one source only."""
    if not samples or not metabolites:
        return
    rows, columns = np.array(samples), np.array(metabolites)
    one = first.values[np.ix_(rows[:, 0], columns[:, 0])]
    other = second.values[np.ix_(rows[:, 1], columns[:, 1])]
    for row, column in np.argwhere((one != other) & ~(np.isnan(one) & np.isnan(other))):
        where = {
            "record": RECORD,
            "identity": first.metabolite_names[metabolites[column][0]],
            "field": first.sample_names[samples[row][0]],
        }
        collector.add("the values differ", FIX, "kept", **where, value=f"{one[row, column]} | {other[row, column]}")


def _compare_described(
    first: Abundances,
    second: Abundances,
    samples: list[tuple[int, int]],
    metabolites: list[tuple[int, int]],
    collector: Collector,
) -> None:
    """List what the sources say otherwise of a sample or a metabolite, in the columns that both have."""
    told = (
        (first.samples, second.samples, samples, SAMPLE_SCHEMA),
        (first.features, second.features, metabolites, FEATURE_SCHEMA),
    )
    for one, other, places, schema in told:
        identifier = next(iter(schema))
        for column in [name for name in one.columns if name in other.columns and name not in (identifier, "label")]:
            mine, theirs, names = one[column].to_list(), other[column].to_list(), one[identifier].to_list()
            for place, partner in places:
                if mine[place] != theirs[partner]:
                    value = f"{mine[place]} | {theirs[partner]}"
                    collector.add(
                        "the descriptions differ", FIX, "kept", identity=names[place], field=column, value=value
                    )
