"""The fixed order in which a small trial tries covariance structures, and what it ends in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods.covariance import STRUCTURES
from firstdose.methods.mixed_model import fit_repeated_measures
from firstdose.methods.mixed_model_data import NotEstimable, observe, visit_slots
from firstdose.methods.mixed_model_fit import MixedModelFit
from firstdose.methods.mixed_model_inference import Method, SmallSample, kenward_roger, satterthwaite

NOT_ESTIMABLE = "not estimable"
PRIMARY_ORDER = ("toeplitz, heterogeneous", "toeplitz", "autoregressive", "compound symmetry")
"""The level holds where people drift apart; compound symmetry first, or one variance for all visits, would not hold."""

SENSITIVITY_ORDER = (
    "unstructured",
    "toeplitz, heterogeneous",
    "autoregressive, heterogeneous",
    "compound symmetry, heterogeneous",
    "toeplitz",
    "autoregressive",
    "compound symmetry",
)


@dataclass(frozen=True)
class ChainStep:
    """One structure that was tried. reason: why it was given up, "" where it was accepted."""

    structure: str
    reason: str
    log_likelihood: float | None = None

    @property
    def accepted(self) -> bool:
        return not self.reason


@dataclass(frozen=True, eq=False)
class ChainResult:
    """Where a chain ended: a named structure with its fit ready for tests, or "not estimable" without one."""

    structure: str
    steps: tuple[ChainStep, ...]
    small_sample: SmallSample | None = None

    @property
    def fit(self) -> MixedModelFit | None:
        return self.small_sample.fit if self.small_sample else None

    @property
    def reason(self) -> str:
        """What each structure that was given up lacked, in order; reasons they share once."""
        reasons: dict[str, list[str]] = {}
        for step in self.steps:
            if step.reason:
                reasons.setdefault(step.reason, []).append(step.structure)
        return "; ".join(f"{' / '.join(names)}: {reason}" for reason, names in reasons.items())


def fit_chain(
    response: ArrayLike,
    design: ArrayLike,
    subject: ArrayLike,
    visit: ArrayLike,
    *,
    order: Sequence[str] = PRIMARY_ORDER,
    visits: int | None = None,
    method: Method = "kenward-roger",
) -> ChainResult:
    """Fit the structures of `order` by REML, one after another, and end with the first that is estimable.

    Arguments as `fit_repeated_measures`. A structure is given up, with the reason kept, where the people seen at
    least twice do not outnumber its parameters, where the search does not end at a proper maximum inside the
    parameter space, or where a coefficient gets no positive variance and degrees of freedom. The choice looks at
    nothing else: neither at the fixed effects' tests nor at information criteria.

    What no structure can answer (an outcome that never changes, dependent columns, too few people) ends in
    "not estimable". Raises ValueError for malformed input and unknown structures only.
    """
    if not order or any(structure not in STRUCTURES for structure in order):
        raise ValueError(f"order {tuple(order)} must name structures among {', '.join(STRUCTURES)}")
    if method not in ("kenward-roger", "satterthwaite"):
        raise ValueError(f"method {method!r} must be 'kenward-roger' or 'satterthwaite'")
    steps: list[ChainStep] = []
    for structure in order:
        fit = None
        try:
            _refuse_too_few_people(response, design, subject, visit, structure, visits)
            fit = fit_repeated_measures(response, design, subject, visit, structure, visits=visits)
            small_sample = _usable(fit, method)
        except (NotEstimable, np.linalg.LinAlgError) as refusal:
            steps.append(ChainStep(structure, str(refusal), fit.log_likelihood if fit else None))
            continue
        steps.append(ChainStep(structure, "", fit.log_likelihood))
        return ChainResult(structure, tuple(steps), small_sample)
    return ChainResult(NOT_ESTIMABLE, tuple(steps))


def _refuse_too_few_people(
    response: ArrayLike, design: ArrayLike, subject: ArrayLike, visit: ArrayLike, structure: str, visits: int | None
) -> None:
    observed = observe(response, design, subject)
    twice = int((np.bincount(observed.person) > 1).sum())
    parameters = STRUCTURES[structure].parameter_count(visit_slots(visit, observed, visits)[1])
    if twice <= parameters:
        raise NotEstimable(f"{twice} people seen at least twice cannot carry {parameters} covariance parameters")


def _usable(fit: MixedModelFit, method: Method) -> SmallSample:
    small_sample = kenward_roger(fit) if method == "kenward-roger" else satterthwaite(fit)
    freedom = small_sample.degrees_of_freedom(np.eye(len(fit.coefficients)))
    variances = np.diag(small_sample.covariance)
    if not (np.isfinite(freedom).all() and (freedom > 0).all() and (variances > 0).all()):
        raise NotEstimable("a coefficient has no positive variance and degrees of freedom")
    return small_sample
