"""What the terminal tells of an analysis of metabolites; all of it goes to standard error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
import typer

from firstdose.analysis.metabolism.class_normalisation import what_normalisation_changes
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.metabolites import Abundances
from firstdose.protocol.problems import printable
from firstdose.records import Problems
from firstdose.records.wording import counted

RULES_SHOWN, PEOPLE_SHOWN, REASONS_SHOWN, CALLED = 8, 8, 3, 0.05


def tell_reading(read: Abundances, prepared: Sequence[Prepared], problems: Problems, unmapped: pl.DataFrame) -> None:
    """Notes, the most frequent problems, the names without a class."""
    for note in (*read.notes, *(note for each in prepared for note in each.notes)):
        _say(f"note: {note}")
    if len(problems):
        them = "it" if len(problems) == 1 else "them"
        _say(f"{counted(len(problems), 'problem')} in the data; problems.csv lists {them}:")
        rules = problems.by_rule()
        for rule, count in list(rules.items())[:RULES_SHOWN]:
            _say(f"  {count:,} x {rule}")
        if len(rules) > RULES_SHOWN:
            _say(f"  and {counted(len(rules) - RULES_SHOWN, 'further rule')}")
    _tell_people(read, prepared)
    for each in prepared:
        for warning in filter(None, (each.visits_missing, each.names_warning, each.normalisation_warning)):
            _say(f"warning: {each.fluid}: {warning}")
    if unmapped.height:
        _say(f"{unmapped.height} of {read.features.height} names have no class; unmapped.csv lists them")


def tell(each: FluidAnalysis) -> None:
    """What was analysed, what could not be told, and what was found."""
    fitted, prepared = each.fitted, each.fitted.prepared
    order = ", ".join(prepared.visit_order)
    doses = ", ".join(f"{dose:g}" for dose in np.unique(prepared.doses).tolist())
    people = counted(len(prepared.people), "person", "people")
    given = f"{'dose' if len(np.unique(prepared.doses)) == 1 else 'doses'} {doses}"
    _say(f"{prepared.fluid}: {people}, {counted(len(prepared.samples), 'sample')}, {given}")
    _tell_seen_once(prepared)
    reference = f" (changes from {prepared.visit_order[0]})" if len(prepared.visit_order) > 1 else ""
    _say(f"  visits in order: {order}{reference}")
    if prepared.visit_warning:
        _say(f"  warning: {prepared.visit_warning}; say it with --visits")
    left = prepared.quality["left_out"].is_not_null().sum()
    untestable = sum(1 for problem in fitted.model.problem if problem)
    _say(
        f"  metabolites: {prepared.quality.height} measured, {left} left out for their quality, {untestable} untestable"
    )
    if prepared.quality["variation"].null_count() == prepared.quality.height:
        _say("  no pooled quality controls: variation of the measurement was not judged")
    for note in fitted.layout.notes:
        _say(f"  {note}")
    correlation = fitted.model.correlation
    if correlation is None and len(prepared.people) == len(prepared.samples):
        _say("  nobody was sampled twice: people are not blocks, and there is no change over visits")
    elif correlation is None:
        _say("  the correlation within people cannot be estimated: no metabolite leaves enough variation for it")
    else:
        _say(f"  correlation within people: {correlation.common:.4f}")
    for term_fit in fitted.terms:
        term = term_fit.term
        if term.problem:
            _say(f"  {term.name} at {term.visit} cannot be estimated: {term.problem}")
            continue
        called = int((term_fit.adjusted_p < CALLED).sum())
        tested = int(np.isfinite(term_fit.found.p).sum())
        _say(f"  {term.name} at {term.visit}: {called} of {tested} with adjusted p below {CALLED:g}")
    if each.basis.note and any(found.permutation for found in each.classes):
        _say(f"  {each.basis.note}")
    for number, found in enumerate(each.classes):
        changed = what_normalisation_changes(number, found, each.by_normalisation)
        if changed:
            _say(f"  warning: {found.name} at {found.term.visit}: {changed}")
        if found.permutation is not None and found.adjusted_p < CALLED:
            about = (
                f"{found.name} ({counted(len(found.members), 'metabolite')}), {found.term.name} at {found.term.visit}"
            )
            slope = f"{found.slope:.3f} [{found.lower:.3f}, {found.upper:.3f}]"
            p = f"permutation p {found.permutation.p_doubled:.4g}, adjusted {found.adjusted_p:.4g}"
            _say(f"  {about}: {slope}, {p}")
    permuted = [found for found in each.classes if found.permutation is not None]
    if permuted and not any(found.adjusted_p < CALLED for found in permuted):
        _say(f"  no class has an adjusted p below {CALLED:g} at any visit ({len(permuted)} tests)")
    _say(
        "  a slope on the dose is an association; a drug given with the product, or the date, may be behind it as well"
    )


def _tell_seen_once(prepared: Prepared) -> None:
    """Warn of people with one visit where most have more: a subject's name may be misspelt there."""
    visits: dict[str, set[str]] = {}
    for subject, visit in zip(prepared.subjects, prepared.visits, strict=True):
        visits.setdefault(str(subject), set()).add(str(visit))
    once = [subject for subject, seen in visits.items() if len(seen) == 1]
    if 0 < 2 * len(once) < len(visits):
        shown = ", ".join(once[:PEOPLE_SHOWN]) + (" ..." if len(once) > PEOPLE_SHOWN else "")
        _say(f"  warning: of one visit only, unlike most: {shown}; if a subject's name is misspelt, correct the sheet")


def tell_if_nothing_tested(analyses: Sequence[FluidAnalysis]) -> None:
    """Say at the end where not one slope on the dose was tested, and why."""
    for each in analyses:
        fitted = each.fitted
        if any(np.isfinite(term_fit.found.p).any() for term_fit in fitted.slope_terms):
            continue
        reasons = Counter(
            fitted.reason(place, term_fit.term)
            for term_fit in fitted.slope_terms
            for place in range(len(fitted.prepared.names))
        )
        told = "; ".join(reason for reason, _ in reasons.most_common(REASONS_SHOWN))
        _say(f"nothing was tested in {each.fitted.prepared.fluid}: {told}")


def _tell_people(read: Abundances, prepared: Sequence[Prepared]) -> None:
    """Whom an analysis loses, and why."""
    for each in prepared:
        left = {left.sample: left.reason for left in each.left_out}
        lost: dict[str, str] = {}
        for sample, subject in read.samples.select("sample", "subject").iter_rows():
            if subject is not None and sample in left and subject not in each.people:
                lost.setdefault(subject, left[sample])
        for reason in dict.fromkeys(lost.values()):
            who = [subject for subject, why in lost.items() if why == reason]
            shown = ", ".join(who[:PEOPLE_SHOWN]) + (" ..." if len(who) > PEOPLE_SHOWN else "")
            take = "takes" if len(who) == 1 else "take"
            people = counted(len(who), "person", "people")
            _say(f"warning: {people} {take} no part in {each.fluid}: {shown}: {reason}")


def _say(text: str) -> None:
    typer.echo(printable(text), err=True)
