"""The figures of an operating-characteristics table: one set a scenario, whatever engine made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.protocol.meaning import Meaning
from firstdose.simulation.ending_sums import Distributions, EndingSums
from firstdose.simulation.scenarios import TRUE_MTD_WORDS, Scenarios, true_mtds

SMALLEST_SHOWN = 1e-15
STOP_NAMES = [reason.name.lower() for reason in Stop]


@dataclass(frozen=True)
class ScenarioFigures:
    """The figures of one truth. Lists are by level; probabilities are fractions; None where no target is given.

    Means of participants, DLTs and dosed participants include an expansion at the selected level, whose own means are
    in ``expansion_*``; distributions are those of the escalation alone. Dosed participants include those who were not
    evaluable and were replaced.
    """

    name: Annotated[str, Meaning("The name of the scenario: its rates, or what it stands for in its family.")]
    truth: Annotated[list[float], Meaning("True DLT rate: P(DLT | evaluable).")]
    true_mtd: Annotated[
        int | None,
        Meaning("The true MTD: the level closest to the target; null where none is, or where there is no target."),
    ]
    selected: Annotated[list[float], Meaning("Probability that the level is selected at the end.")]
    none_selected: Annotated[float, Meaning("Probability that no level is selected.")]
    mtd_not_reached: Annotated[
        float,
        Meaning("Probability that the top level is selected and the MTD may lie above it; a part of `selected`."),
    ]
    correct_selection: Annotated[
        float | None, Meaning("Probability that the true MTD is selected; that none is, where no level is the MTD.")
    ]
    mean_participants: Annotated[list[float], Meaning("Mean number of evaluable participants, the expansion included.")]
    mean_dlts: Annotated[list[float], Meaning("Mean number of DLTs, the expansion included.")]
    mean_dosed: Annotated[
        list[float], Meaning("Mean number of participants dosed, the expansion and those not evaluable included.")
    ]
    mean_total_participants: Annotated[
        float, Meaning("Mean number of evaluable participants at all levels, the expansion included.")
    ]
    mean_total_dlts: Annotated[float, Meaning("Mean number of DLTs at all levels, the expansion included.")]
    mean_total_dosed: Annotated[
        float, Meaning("Mean number of participants dosed at all levels, the expansion included.")
    ]
    expansion_participants: Annotated[
        list[float],
        Meaning("Mean number of evaluable participants of the expansion; a part of `mean_participants`."),
    ]
    expansion_dlts: Annotated[list[float], Meaning("Mean number of DLTs in the expansion; a part of `mean_dlts`.")]
    share_above_mtd: Annotated[
        float | None,
        Meaning("Mean participants above the true MTD as a share of mean participants; 1 where no level is the MTD."),
    ]
    observed_rate_above_target: Annotated[
        float | None,
        Meaning("Probability that DLTs divided by participants, over the whole escalation, exceeds the target."),
    ]
    stop_reasons: Annotated[
        dict[str, float],
        Meaning("Probability of each reason to end the trial; reasons that cannot occur are left out."),
    ]
    size_distribution: Annotated[
        dict[int, float],
        Meaning("Distribution of the number of evaluable participants at all levels, in the escalation alone."),
    ] = field(default_factory=dict)
    dlt_distribution: Annotated[
        dict[int, float], Meaning("Distribution of the number of DLTs at all levels, in the escalation alone.")
    ] = field(default_factory=dict)
    participants_distribution: Annotated[
        list[dict[int, float]],
        Meaning("Distribution of the number of evaluable participants, in the escalation alone."),
    ] = field(default_factory=list)
    dlts_distribution: Annotated[
        list[dict[int, float]], Meaning("Distribution of the number of DLTs, in the escalation alone.")
    ] = field(default_factory=list)
    standard_errors: Annotated[
        dict[str, Any],
        Meaning("Monte Carlo standard errors of the figures above under the same names; empty when exact."),
    ] = field(default_factory=dict)


@dataclass(frozen=True)
class OperatingCharacteristics:
    """A design's figures over scenarios, and how they were computed."""

    design: Annotated[str, Meaning("Name of the design, a key of the protocol file.")]
    method: Annotated[Literal["exact", "monte-carlo", "calendar"], Meaning("`exact`, `monte-carlo` or `calendar`.")]
    dose_levels: Annotated[list[float], Meaning("The doses, lowest first.")]
    unit: Annotated[str, Meaning("Unit of the doses.")]
    target: Annotated[float | None, Meaning("Target DLT rate; null where the protocol states none.")]
    family: Annotated[str, Meaning("Where the scenarios come from: `listed`, `steps` or `random`.")]
    not_evaluable: Annotated[float, Meaning("Share of dosed participants who are not evaluable and are replaced.")]
    scenarios: Annotated[list[ScenarioFigures], Meaning("The figures of each scenario.")]
    distributions: Annotated[
        bool,
        Meaning("Whether the scenarios' distributions are filled in; `oc` and `compare` leave them out beyond 20."),
    ] = True
    states: Annotated[int | None, Meaning("States that the exact engine visited; null for Monte Carlo.")] = None
    endings: Annotated[int | None, Meaning("Distinguishable endings of the exact engine; null for Monte Carlo.")] = None
    trials: Annotated[int | None, Meaning("Simulated trials a scenario; null when exact.")] = None
    seed: Annotated[int | None, Meaning("Seed of the simulated trials; null when exact.")] = None
    conventions: Annotated[str, Meaning("What a truth, the true MTD and a correct selection mean.")] = (
        f"A truth is P(DLT | evaluable). {TRUE_MTD_WORDS}; selecting none is then correct."
    )

    def as_json(self) -> dict[str, Any]:
        """The document that ``firstdose oc --json`` prints."""
        document = {key: value for key, value in vars(self).items() if key != "scenarios"}
        return document | {"scenarios": [vars(figures) for figures in self.scenarios]}


def characteristics_of(
    rule: EscalationRule,
    scenarios: Scenarios,
    rows: list[ScenarioFigures],
    *,
    method: Literal["exact", "monte-carlo", "calendar"],
    not_evaluable: float,
    distributions: bool,
    states: int | None = None,
    endings: int | None = None,
    trials: int | None = None,
    seed: int | None = None,
) -> OperatingCharacteristics:
    """All scenarios' figures with what they are of, and what the engine has to say of itself."""
    frame = rule.frame
    return OperatingCharacteristics(
        design=rule.design.name,
        method=method,
        dose_levels=list(frame.doses),
        unit=frame.unit,
        target=frame.target,
        family=scenarios.family,
        not_evaluable=not_evaluable,
        scenarios=rows,
        distributions=distributions,
        states=states,
        endings=endings,
        trials=trials,
        seed=seed,
    )


def scenario_figures(
    rule: EscalationRule,
    scenarios: Scenarios,
    sums: EndingSums,
    distributions: Distributions | None,
    not_evaluable: float = 0.0,
    standard_errors: Sequence[dict[str, Any]] | None = None,
) -> list[ScenarioFigures]:
    """The figures of every scenario from the expectations and distributions of its escalation."""
    target = rule.frame.target
    mtds = None if target is None else true_mtds(scenarios.truths, target)
    return [
        _one_scenario(
            rule,
            scenarios,
            index,
            None if mtds is None else int(mtds[index]),
            sums,
            not_evaluable,
            {} if distributions is None else _distributions(distributions, index),
            standard_errors[index] if standard_errors else {},
        )
        for index in range(len(scenarios))
    ]


def _one_scenario(
    rule: EscalationRule,
    scenarios: Scenarios,
    index: int,
    mtd: int | None,
    sums: EndingSums,
    not_evaluable: float,
    counted: dict[str, Any],
    standard_errors: dict[str, Any],
) -> ScenarioFigures:
    none_selected, *selected = sums.selected[index].tolist()
    truth, stops = scenarios.truths[index].tolist(), sums.stops[index].tolist()
    # The expansion's participants are evaluable, at the level selected; those not evaluable are replaced.
    expansion = rule.expansion_participants * sums.selected[index, 1:]
    expansion_dlts = scenarios.truths[index] * expansion
    participants = (sums.participants[index] + expansion).tolist()
    dlts = (sums.dlts[index] + expansion_dlts).tolist()
    dosed = (sums.dosed[index] + expansion / (1.0 - not_evaluable)).tolist()
    return ScenarioFigures(
        name=scenarios.names[index],
        truth=truth,
        true_mtd=mtd or None,
        selected=selected,
        none_selected=none_selected,
        mtd_not_reached=float(sums.mtd_not_reached[index]),
        correct_selection=None if mtd is None else [none_selected, *selected][mtd],
        mean_participants=participants,
        mean_dlts=dlts,
        mean_dosed=dosed,
        mean_total_participants=sum(participants),
        mean_total_dlts=sum(dlts),
        mean_total_dosed=sum(dosed),
        expansion_participants=expansion.tolist(),
        expansion_dlts=expansion_dlts.tolist(),
        share_above_mtd=None if mtd is None else sum(participants[mtd:]) / sum(participants),
        observed_rate_above_target=None if mtd is None else float(sums.rate_above_target[index]),
        stop_reasons={name: chance for name, chance in zip(STOP_NAMES, stops, strict=True) if chance > SMALLEST_SHOWN},
        **counted,
        standard_errors=standard_errors,
    )


def _distributions(distributions: Distributions, index: int) -> dict[str, Any]:
    return {
        "size_distribution": _sparse(distributions.size[index]),
        "dlt_distribution": _sparse(distributions.total_dlts[index]),
        "participants_distribution": [_sparse(row) for row in distributions.participants[index]],
        "dlts_distribution": [_sparse(row) for row in distributions.dlts[index]],
    }


def _sparse(chances: NDArray[np.float64]) -> dict[int, float]:
    return {count: float(chance) for count, chance in enumerate(chances) if chance > SMALLEST_SHOWN}
