"""Reads what the user gives: protocol files, outcomes, true curves. Every failure is an InputError with its message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firstdose.designs import DESIGNS
from firstdose.designs.building import build_design, check_escalation
from firstdose.designs.comparing import HOW_IN_TIME, NO_COMPARISON, check_comparators
from firstdose.designs.history import History, OutcomesError, parse_outcomes
from firstdose.designs.legible import check_legible
from firstdose.designs.names import suggest_design
from firstdose.designs.rule import EscalationRule
from firstdose.methods.logistic_model import PriorContradicted
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import Problem, ProblemsFound
from firstdose.protocol.reading import examine_protocol

if TYPE_CHECKING:
    from firstdose.simulation.scenarios import Scenarios


class InputError(Exception):
    """The input is wrong; the message says what, where, why and how to mend it."""


@contextmanager
def input_errors() -> Iterator[None]:
    """Turn the errors that the input can cause into InputError."""
    try:
        yield
    except ProblemsFound as found:
        raise InputError(problems_text(found.problems)) from None
    except PriorContradicted as error:
        raise InputError(f"escalation.settings: {error}; widen prior_sd or move prior_mean") from None
    except _errors_of_engines() as error:
        raise InputError(str(error)) from None


def _errors_of_engines() -> tuple[type[Exception], ...]:
    """What the engines raise for input that they cannot use; commands that need no engine do not import them."""
    from firstdose.simulation.calendar.conditions import CalendarError
    from firstdose.simulation.exact import NeedsTime, TooManyStates
    from firstdose.simulation.scenarios import TruthError

    return OutcomesError, TruthError, TooManyStates, NeedsTime, CalendarError


def problems_text(problems: tuple[Problem, ...] | list[Problem]) -> str:
    """All problems, one a line, and their number."""
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    return (
        f"{ProblemsFound(problems)}\n{count}; mend {'it' if len(problems) == 1 else 'them'} and run the command again"
    )


def all_problems(path: Path) -> tuple[Protocol | None, list[Problem]]:
    """The protocol as far as it could be read, and every problem of the file and of its escalation settings."""
    examination = examine_protocol(path)
    problems = list(examination.problems)
    spoken_of = {problem.place.key for problem in problems}
    found: list[Problem] = []
    if examination.protocol is not None:
        found = check_escalation(examination.protocol)
    elif examination.escalation is not None:
        found = check_legible(examination.escalation, examination.places)
    problems += [problem for problem in found if problem.place.key not in spoken_of]
    return examination.protocol, problems


def every_problem(path: Path) -> tuple[Protocol | None, list[Problem]]:
    """As ``all_problems``, and those that the measures, the safety rules and the criteria's expressions find."""
    from firstdose.conduct.criterion_checks import check_criterion_names
    from firstdose.measures.checking import check_measures
    from firstdose.safety.checking import check_safety

    protocol, problems = all_problems(path)
    if protocol is not None:
        spoken_of = {problem.place.key for problem in problems}
        found = [*check_measures(protocol), *check_safety(protocol), *check_criterion_names(protocol)]
        found += check_comparators(protocol)
        problems += [problem for problem in found if problem.place.key not in spoken_of]
    return protocol, problems


def read_rule(path: Path) -> tuple[Protocol, EscalationRule]:
    """The protocol and its escalation rule; InputError with every problem there is."""
    protocol, problems = all_problems(path)
    if protocol is None or problems:
        raise InputError(problems_text(problems))
    with input_errors():
        return protocol, build_design(protocol)


def refuse_comparators_in_time(protocol: Protocol) -> None:
    """Refuse comparators that cannot be compared, by their own key."""
    problems = list(check_comparators(protocol))
    if problems:
        raise InputError(problems_text(problems))


def known_designs(names: list[str]) -> None:
    """Refuse names on the command line that are no designs."""
    for name in names:
        if name not in DESIGNS:
            raise InputError(f"--designs: {name!r} is not a design that Firstdose knows; {suggest_design(name)}")


def refuse_others_in_time(names: list[str], own: str) -> None:
    """Refuse names on the command line of designs that cannot be compared; of the protocol's own its key is told."""
    for name in names:
        if name != own and DESIGNS[name].needs_time:
            how = f"leave it out, and simulate it in a protocol of its own {HOW_IN_TIME.format(name=name)}"
            raise InputError(f"--designs: {name} {NO_COMPARISON}; {how}")


def other_rule(protocol: Protocol, name: str, settings: Mapping[str, Any] | None = None) -> EscalationRule:
    """The same protocol under another design."""
    with input_errors():
        return build_design(protocol, name, settings)


def check_replacement(protocol: Protocol, not_evaluable: float) -> None:
    """Refuse a share of participants who are not evaluable where the protocol does not replace them."""
    evaluable = protocol.escalation.evaluable
    if not_evaluable > 0 and evaluable is not None and not evaluable.replaced:
        raise InputError(
            str(
                Problem(
                    protocol.place("escalation.evaluable.replaced"),
                    False,
                    f"--not-evaluable {not_evaluable:g} is a share of participants who are replaced, and figures for "
                    "participants who are not replaced are not computed",
                    "leave out --not-evaluable, or write `replaced: true` if they are to be replaced",
                )
            )
        )


def read_outcomes(text: str, rule: EscalationRule, follow_up: str | None = None) -> History:
    """The outcomes of a trial so far, with the share of each open window that is over, where it is given."""
    with input_errors():
        return parse_outcomes(text, rule.frame.levels, _shares(follow_up) if follow_up else ())


def _shares(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise InputError(
            f"--follow-up {text!r} is not a list of numbers; write the share of each open window that is over, with "
            "commas and without spaces, for example --follow-up 0.4,0.75"
        ) from None


def read_scenarios(rule: EscalationRule, truths: list[str], family: str, curves: int, seed: int) -> Scenarios:
    """The curves given, or a family of curves around the target."""
    from firstdose.simulation.scenarios import listed, random_monotone, steps_around_each_mtd

    frame = rule.frame
    if truths:
        with input_errors():
            return listed([_rates(text, number) for number, text in enumerate(truths, start=1)], frame.levels)
    if frame.target is None:
        raise InputError(
            "no target: the protocol states no target_dlt_rate, so there is no curve to draw around it; give the true "
            "DLT rates with --truth 0.05,0.1,... or add escalation.target_dlt_rate"
        )
    if family == "random":
        with input_errors():
            return random_monotone(frame.levels, frame.target, curves, seed)
    return steps_around_each_mtd(frame.levels, frame.target)


def _rates(text: str, number: int) -> list[float]:
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise InputError(
            f"truth {number} ({text!r}) is not a list of numbers; write DLT rates with commas and without spaces, for "
            "example --truth 0.05,0.1,0.2,0.3"
        ) from None
