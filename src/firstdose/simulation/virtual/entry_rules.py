"""Which people the protocol's criteria let in, as far as a virtual trial knows the values that they ask for.

Known are `edss`, `edss_change_over_2_years` and `age_years`. A criterion that asks for other values is answered
without them: the people who are let in meet it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache

import numpy as np

from firstdose.measures.edss import STEPS
from firstdose.protocol.expression import ExpressionError
from firstdose.protocol.population import Criterion
from firstdose.simulation.virtual.columns import Booleans, Floats, Table, table_of
from firstdose.simulation.virtual.parameters import Distribution

MOST_RULES = 20
RISES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
AGES = tuple(float(age) for age in range(101))
AGE = "age_years"


@dataclass(frozen=True)
class Entrant:
    """The values of a person that criteria are asked of."""

    edss: float
    edss_change_over_2_years: float
    age_years: float

    def values(self) -> dict[str, float]:
        """By the names that expressions use."""
        return {
            "edss": self.edss,
            "edss_change_over_2_years": self.edss_change_over_2_years,
            AGE: self.age_years,
        }


def keeps_out(criterion: Criterion, entrant: Entrant) -> bool:
    """Whether a criterion is known to keep a person out."""
    if criterion.expression is None:
        return False
    try:
        answer = criterion.expression.answer(entrant.values())
    except ExpressionError:
        return False
    return answer is (criterion.kind == "exclusion")


def failing(criteria: tuple[Criterion, ...], entrant: Entrant) -> list[Criterion]:
    """The criteria that keep a person out."""
    return [criterion for criterion in criteria if keeps_out(criterion, entrant)]


@dataclass(frozen=True, eq=False)
class EntryRules:
    """The steps and rises of the EDSS that are let in, and for each criterion a person whom it alone keeps out.

    ``fits`` says for each step (row) and each step two years before (column), by their places in the scale, whether
    they are let in together.
    """

    criteria: tuple[Criterion, ...]
    rises: dict[float, tuple[float, ...]]
    refused: tuple[Entrant | None, ...]
    fits: Booleans = field(repr=False)

    @property
    def steps(self) -> tuple[float, ...]:
        """EDSS steps that are let in."""
        return tuple(self.rises)

    @cached_property
    def words(self) -> Table:
        """The identifiers of the criteria."""
        return table_of(each.id for each in self.criteria)

    @cached_property
    def is_inclusion(self) -> Booleans:
        """Which criteria must be met; the others must not."""
        return np.array([each.kind == "inclusion" for each in self.criteria], dtype=bool)

    @cached_property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """The names of the values that each criterion asks for."""
        return {each.id: tuple(sorted(each.expression.names)) if each.expression else () for each in self.criteria}

    def kept_out(self, place: int, entrant: Entrant) -> Entrant:
        """Somebody like another, whom the criterion at a place keeps out.

        Steps of the EDSS are those of the one whom it alone keeps out, the age too if the criterion asks for it. Where
        the values known cannot say so, they are the other's.
        """
        refused = self.refused[place]
        if refused is None:
            return entrant
        is_about_age = AGE in self.asked[self.criteria[place].id]
        return refused if is_about_age else replace(refused, age_years=entrant.age_years)

    @cached_property
    def told(self) -> tuple[tuple[str, ...], ...]:
        """The names of the values that each criterion's answer rests on; none where they are not all known."""
        known = {each.name for each in fields(Entrant)}
        asked = [self.asked[criterion.id] for criterion in self.criteria]
        return tuple(names if known.issuperset(names) else () for names in asked)


@lru_cache(maxsize=MOST_RULES)
def entry_rules(criteria: tuple[Criterion, ...], rises: Distribution, age: float) -> EntryRules:
    """The rules for people of an age, with the rises that a scenario has."""
    let_in: dict[float, tuple[float, ...]] = {}
    for step in STEPS:
        fitting = tuple(
            rise for rise in rises.values if rise <= step and not failing(criteria, Entrant(step, rise, age))
        )
        if fitting:
            let_in[step] = fitting
    fits = np.array(
        [
            [before <= step and not failing(criteria, Entrant(step, step - before, age)) for before in STEPS]
            for step in STEPS
        ]
    )
    return EntryRules(criteria, let_in, tuple(_refused_by(each, criteria, let_in, age) for each in criteria), fits)


@lru_cache(maxsize=MOST_RULES)
def steps_before(rules: EntryRules, rises: tuple[float, ...]) -> Floats:
    """The step two years before, for each step that is let in (rows) and each of some rises (columns).

    A rise that is refused gives way to the next larger one that is let in, or to the largest.
    """
    return np.array(
        [
            [step - next((each for each in let_in if each >= rise), let_in[-1]) for rise in rises]
            for step, let_in in rules.rises.items()
        ]
    )


def _refused_by(
    criterion: Criterion, criteria: tuple[Criterion, ...], let_in: dict[float, tuple[float, ...]], age: float
) -> Entrant | None:
    """A person whom this criterion alone keeps out, of the age nearest to that of the others where it is about age.

    None where the values known cannot say so.
    """
    if criterion.expression is None or not let_in:
        return None
    step, rises = next(iter(let_in.items()))
    others = [Entrant(other, rise, age) for other in STEPS for rise in RISES if rise <= other]
    others += [Entrant(step, rises[0], other) for other in sorted(AGES, key=lambda other: abs(other - age))]
    return next((each for each in others if failing(criteria, each) == [criterion]), None)
