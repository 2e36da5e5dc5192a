"""Which engine a search asks for a setting: exact, simulated with the same people, or simulated in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from firstdose.designs.building import build_design
from firstdose.simulation.machines import in_this_process, place_to_run
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.tuning import Engines, tune
from firstdose.simulation.tuning.measures import by_scenario
from tests.simulation.tunings import PartType, ResultType, combinations, plan_with, protocol_of


def test_the_winner_is_scored_wherever_the_search_is_run() -> None:
    """Simulated settings in pieces of 20 curves: 24 under the search, 41 unseen, for the winner and as written."""
    plan = plan_with(
        search={"designs": {"boin": {}}, "max_participants": [6, 9]},
        scenarios={"random": 22, "too_toxic": 2, "seed": 1},
        unseen={"random": 38, "too_toxic": 3, "seed": 2},
    )
    asked: list[tuple[str, int]] = []
    told: list[tuple[int, int, str]] = []

    def counting(
        function: Callable[[PartType], ResultType], parts: Sequence[PartType]
    ) -> Iterator[tuple[int, ResultType]]:
        asked.append((function.__name__, len(parts)))
        return iter(list(in_this_process(function, parts))[::-1])

    engines = Engines(states=1, trials=200)
    here = tune(
        protocol_of(), plan, engines=engines, run=counting, progress=lambda *words: told.append(words)
    )  # fmt: skip
    assert asked == [("evaluate", 3), ("rows_of", 2 * (2 + 3)), ("common_people", 4)]
    assert told[-1] == (14, 14, "unseen curves")
    with place_to_run(workers=2, worth_seconds=0) as run:
        assert tune(protocol_of(), plan, engines=engines, run=run).as_json() == here.as_json()
    assert here.winner is not None
    rule = build_design(protocol_of(max_participants=[6, 9][here.winner - 1]))
    rows = monte_carlo(rule, here.families.unseen, trials=200, seed=2).scenarios
    assert here.scores[0].unseen.value == by_scenario(rows).values["correct_selection"].mean()


def test_where_there_are_too_many_states_trials_are_simulated_with_the_same_people() -> None:
    engines = Engines(states=1, trials=300, seed=4)
    found = tune(protocol_of(), plan_with(), engines=engines)
    assert found.methods == {"monte-carlo": 18}
    keys = list(combinations())[6]
    simulated = monte_carlo(build_design(protocol_of(**keys)), found.families.seen, trials=300, seed=4)
    told = found.searched.evaluations[7]
    assert told.trials == 300
    assert told.figures["all"]["mean_dlts"].mean == np.mean([row.mean_total_dlts for row in simulated.scenarios])


def test_participants_who_are_not_evaluable_count_as_the_engine_counts_them() -> None:
    protocol = protocol_of(max_participants_counts="dosed")
    found = tune(protocol, plan_with(protocol, not_evaluable=0.2))
    keys = list(combinations())[4]
    rule = build_design(protocol_of(max_participants_counts="dosed", **keys))
    rows = operating_characteristics(rule, found.families.seen, not_evaluable=0.2).scenarios
    figures = found.searched.evaluations[5].figures["all"]
    assert figures["mean_dosed"].mean == np.mean([row.mean_total_dosed for row in rows])
    assert figures["mean_participants"].mean == np.mean([row.mean_total_participants for row in rows])
    assert figures["mean_dosed"].mean > figures["mean_participants"].mean + 1


def test_a_design_that_decides_in_time_is_simulated_in_time() -> None:
    dlt = {"definition": "any", "attribution": ["product"], "window_days": 28}
    plan = plan_with(
        protocol_of(dlt=dlt),
        search={"designs": {"boin": {}, "tite_boin": {}}},
        scenarios={"random": 2, "too_toxic": 1, "seed": 1},
        unseen={"random": 2, "too_toxic": 1, "seed": 2},
        in_time={"candidates_per_30_days": 4},
    )
    found = tune(protocol_of(dlt=dlt), plan, engines=Engines(trials=200))
    assert found.methods == {"exact": 1, "calendar": 1}
    exact, timed = found.searched.evaluations[1], found.searched.evaluations[2]
    assert timed.trials == 200
    assert abs(exact.figures["all"]["correct_selection"].mean - timed.figures["all"]["correct_selection"].mean) < 0.25


def test_a_setting_that_cannot_be_simulated_in_time_does_not_end_the_search() -> None:
    dlt = {"definition": "any", "attribution": ["product"], "window_days": 28}
    plan = plan_with(
        protocol_of(dlt=dlt),
        search={"designs": {"tite_boin": {}}, "stop_within_cohort": [True, False]},
        scenarios={"random": 2, "too_toxic": 1, "seed": 1},
        unseen={"random": 2, "too_toxic": 1, "seed": 2},
        in_time={"candidates_per_30_days": 4},
    )
    found = tune(protocol_of(dlt=dlt), plan, engines=Engines(trials=100))
    assert found.methods == {"none": 1, "calendar": 1}
    assert "stop_within_cohort" in found.searched.evaluations[1].problem
    assert found.winner == 2


def test_other_people_take_part_under_the_unseen_curves() -> None:
    found = tune(protocol_of(), plan_with(), engines=Engines(states=1, trials=300, seed=4))
    assert found.winner is not None
    rule = build_design(protocol_of(**list(combinations())[found.winner - 1]))
    for scenarios, seed, value in (
        (found.families.seen, 4, found.scores[0].seen.value),
        (found.families.unseen, 5, found.scores[0].unseen.value),
    ):
        rows = monte_carlo(rule, scenarios, trials=300, seed=seed).scenarios
        assert value == by_scenario(rows).values["correct_selection"].mean()
