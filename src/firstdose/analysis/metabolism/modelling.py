"""The moderated model of all metabolites of one fluid: every term with its interval, its tests and adjusted p."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.analysis.metabolism.layout import Layout, NotAnalysable, Term, TermName, lay_out
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.methods.false_discovery import benjamini_hochberg
from firstdose.methods.moderated_model import ModeratedModel, fit_moderated_model
from firstdose.methods.moderated_tests import ModeratedT
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
REASONS_TOLD = 3


@dataclass(frozen=True, eq=False)
class TermFit:
    """One term of every metabolite (G,): the moderated t, p adjusted over the metabolites of the fluid, and p of the
    test that its size exceeds the minimal change. A term that cannot be told has NaN throughout.
    """

    term: Term
    found: ModeratedT
    adjusted_p: Numbers
    p_beyond: Numbers


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fitted model of one fluid. `minimal` is the minimal change in log2 units, `certainty` that of intervals."""

    prepared: Prepared
    layout: Layout
    model: ModeratedModel
    terms: tuple[TermFit, ...]
    minimal: float
    certainty: float

    def term(self, name: TermName, visit: str) -> TermFit:
        """One term at a visit; KeyError if there is none."""
        for each in self.terms:
            if (each.term.name, each.term.visit) == (name, visit):
                return each
        raise KeyError((name, visit))

    @property
    def slope_terms(self) -> tuple[TermFit, ...]:
        """The terms that answer the question: changes of the dose slope, or the slope itself with one visit only."""
        changes = tuple(each for each in self.terms if each.term.name == "dose_slope_change")
        return changes or tuple(each for each in self.terms if each.term.name == "dose_slope")

    def reason(self, place: int, term: Term) -> str:
        """Why a metabolite has no figure for a term, else ""."""
        if term.problem:
            return term.problem
        if self.model.problem[place]:
            return self.model.problem[place]
        found = self.term(term.name, term.visit).found
        return "" if np.isfinite(found.p[place]) else "its missing values leave the term open"


def fit(prepared: Prepared, plan: Metabolism, certainty: float = 0.95) -> Fitted:
    """Fit `~ batch + visit * dose` with people as blocks to all metabolites of a fluid, missing values left missing.

    Source: Smyth, Michaud and Scott, Bioinformatics 2005;21:2067; Smyth, Stat Appl Genet Mol Biol 2004;3:3; Benjamini
    and Hochberg, J R Stat Soc B 1995;57:289; McCarthy and Smyth, Bioinformatics 2009;25:765. Raises NotAnalysable for
    no metabolite that is left and for a dose of 0 on the log2 scale.
    """
    if not prepared.values.shape[1]:
        reasons = Counter(prepared.quality["left_out"].drop_nulls().to_list()).most_common(REASONS_TOLD)
        told = "; ".join(f"{count} x {reason}" for reason, count in reasons)
        raise NotAnalysable(f"no metabolite is left to analyse: {told}")
    layout = lay_out(prepared, plan)
    model = fit_moderated_model(prepared.values, layout.matrix, prepared.subjects, moderation=plan.moderation)
    minimal = float(np.log2(plan.minimal_fold_change))
    terms = tuple(_term_fit(model, each, minimal, certainty) for each in layout.terms)
    return Fitted(prepared, layout, model, terms, minimal, certainty)


def _term_fit(model: ModeratedModel, term: Term, minimal: float, certainty: float) -> TermFit:
    found = model.test(term.contrast, certainty=certainty)
    beyond = model.test_beyond(term.contrast, minimal)
    return TermFit(term, found, benjamini_hochberg(found.p), beyond.p)
