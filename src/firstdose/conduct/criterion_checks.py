"""Every value that a criterion compares must be one that is recorded; a yes or no, answered by people, has any name."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.conduct.criterion_names import recorded_names
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Finding, Problem, nearest

ABBREVIATED = 3
"""So many letters at least are taken for the beginning of a name."""


def check_criterion_names(protocol: Protocol) -> list[Problem]:
    """A problem for each name that an expression compares and that no record has."""
    return [finding.at(protocol.places) for finding in _findings(protocol)]


def _findings(protocol: Protocol) -> Iterator[Finding]:
    known = list(recorded_names())
    criteria = protocol.population.criteria if protocol.population else ()
    for number, criterion in enumerate(criteria, start=1):
        if criterion.expression is None:
            continue
        unknown = sorted(criterion.expression.compared - set(known))
        if unknown:
            names = " and ".join(f"`{name}`" for name in unknown)
            rule = f"compares {names}, which no record has"
            fix = "".join(_meant(name, known) for name in unknown)
            fix += f"names that can be compared: {', '.join(known)}; or leave `expression` out, and people alone answer"
            yield Finding(f"population.criteria[{number}].expression", str(criterion.expression), rule, fix)


def _meant(name: str, known: list[str]) -> str:
    """The name that is probably meant: the only one that is begun so, or the nearest."""
    begun = [each for each in known if len(name) >= ABBREVIATED and each.startswith(f"{name}_")]
    match = begun[0] if len(begun) == 1 else nearest(name, known)
    return f"did you mean `{match}`? " if match else ""
