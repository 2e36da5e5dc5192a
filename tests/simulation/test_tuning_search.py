"""The search against brute force, the exact engine called by hand, and figures added up one ending at a time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.exact import walk
from firstdose.simulation.machines import in_this_process, place_to_run
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import Scenarios, TruthError, random_monotone, true_mtds
from firstdose.simulation.tuning import (
    AS_WRITTEN,
    Effort,
    Engines,
    Journal,
    NothingPossible,
    Part,
    Searched,
    Tuned,
    evaluate,
    families,
    search,
    space_of,
    table_rows,
    tune,
    why_no_winner,
)
from firstdose.simulation.tuning.families import kinds_of, unlike_words
from firstdose.simulation.tuning.measures import FIGURES, by_scenario
from firstdose.simulation.tuning.plan import Curves
from firstdose.simulation.tuning.search import draw
from tests.simulation.tunings import plan_with, protocol_of

TARGET = 0.25
PartType = TypeVar("PartType")
ResultType = TypeVar("ResultType")


@pytest.fixture(scope="module")
def found() -> Tuned:
    return tune(protocol_of(), plan_with())


def naive_figures(rule: EscalationRule, truth: Sequence[float]) -> dict[str, float]:
    """Every figure of one curve, added up over the endings of a walk one after the other."""
    mtd = int(true_mtds(np.array([truth]), TARGET)[0])
    endings = walk(rule)
    sums: dict[str, float] = dict.fromkeys(FIGURES, 0.0)
    for place in range(len(endings)):
        treated, dlts = endings.states.participants[place].tolist(), endings.states.dlts[place].tolist()
        chance = float(endings.weights[place])
        for rate, people, events in zip(truth, treated, dlts, strict=True):
            chance *= rate**events * (1 - rate) ** (people - events)
        selected = int(endings.states.selected[place])
        sums["correct_selection"] += chance * (selected == mtd)
        sums["selected_above_mtd"] += chance * (selected > mtd)
        sums["selected_below_mtd"] += chance * (selected < mtd)
        sums["none_selected"] += chance * (selected == 0)
        sums["stopped_too_toxic"] += chance * (endings.states.stop[place] == Stop.TOO_TOXIC)
        sums["participants_at_mtd"] += chance * (treated[mtd - 1] if mtd else 0)
        sums["participants_above_mtd"] += chance * sum(treated[mtd:])
        sums["mean_participants"] += chance * sum(treated)
        sums["mean_dosed"] += chance * sum(treated)
        sums["mean_dlts"] += chance * sum(dlts)
    for share, of in (("share_at_mtd", "participants_at_mtd"), ("share_above_mtd", "participants_above_mtd"), ("share_with_dlt", "mean_dlts")):  # fmt: skip  # noqa: E501
        sums[share] = sums[of] / sums["mean_participants"]
    return sums


KINDS = np.array(["random"] * 12 + ["too toxic"] * 2)


def error_within_kinds(values: np.ndarray[Any, Any], kinds: np.ndarray[Any, Any]) -> float:
    """The error of a mean over curves whose kinds are as many whatever is drawn: only spread within a kind counts."""
    parts = [values[kinds == kind] for kind in sorted(set(kinds.tolist()))]
    return float(np.sqrt(sum((len(part) / len(values)) ** 2 * part.var(ddof=1) / len(part) for part in parts)))


def combinations() -> Iterator[dict[str, Any]]:
    """The settings of the plan, written out."""
    for p_tox, size, most in itertools.product((0.3, 0.4), (2, 3), (6, 9, 12)):
        yield {"design": "boin", "settings": {"p_tox": p_tox}, "cohort_size": size, "max_participants": most}
    for size, most in itertools.product((2, 3), (6, 9, 12)):
        yield {"design": "keyboard", "cohort_size": size, "max_participants": most}


def test_figures_are_those_of_the_exact_engine_and_of_a_sum_over_endings(found: Tuned) -> None:
    truths = found.families.seen.truths
    has_mtd = true_mtds(truths, TARGET) > 0
    for number, keys in enumerate(combinations(), start=1):
        rule = build_design(protocol_of(**keys))
        by_hand = [naive_figures(rule, truth) for truth in truths.tolist()] if number in (1, 8, 18) else None
        rows = operating_characteristics(rule, found.families.seen).scenarios
        figures = found.searched.evaluations[number].figures
        assert found.searched.evaluations[number].method == "exact"
        selection = np.array([row.correct_selection for row in rows])
        assert figures["all"]["correct_selection"].mean == selection.mean()
        assert figures["all"]["mean_participants"].highest == max(row.mean_total_participants for row in rows)
        assert figures["too_toxic"]["none_selected"].lowest == min(
            row.none_selected for row in rows if row.true_mtd is None
        )
        if by_hand is None:
            continue
        for over, chosen in (("all", np.ones(len(truths), dtype=bool)), ("with_mtd", has_mtd), ("too_toxic", ~has_mtd)):
            for name in FIGURES:
                values = np.array([each[name] for each in by_hand])[chosen]
                told = figures[over][name]
                assert told.mean == pytest.approx(values.mean(), abs=1e-12)
                assert told.standard_error == pytest.approx(error_within_kinds(values, KINDS[chosen]), abs=1e-12)
                assert (told.lowest, told.highest) == pytest.approx((values.min(), values.max()), abs=1e-12)


def test_the_winner_is_that_of_brute_force(found: Tuned) -> None:
    """Aims without indifference: the best in the first, and nothing dominates it."""
    best: list[tuple[float, float, int, int]] = []
    for number, keys in enumerate(combinations(), start=1):
        found_here = operating_characteristics(build_design(protocol_of(**keys)), found.families.seen)
        rows = by_scenario(found_here.scenarios).values
        selection, above = rows["correct_selection"].mean(), rows["participants_above_mtd"].mean()
        best.append((-round(selection, 12), round(above, 12), keys["max_participants"], number))
    assert found.winner == min(best)[3]
    assert found.winner in found.front
    for number in found.front:
        one = best[number - 1]
        assert not any(other[0] <= one[0] and other[1] <= one[1] and other[:2] != one[:2] for other in best)
    assert found.searched.is_whole
    assert found.searched.looked_at == 18


def test_the_winner_is_scored_on_curves_that_it_did_not_see(found: Tuned) -> None:
    assert found.winner is not None
    seen, unseen = found.families.seen.truths, found.families.unseen.truths
    assert len(seen) == 14
    assert len(unseen) == 12
    assert not {tuple(row) for row in seen.tolist()} & {tuple(row) for row in unseen.tolist()}
    keys = list(combinations())[found.winner - 1]
    here = operating_characteristics(build_design(protocol_of(**keys)), found.families.unseen)
    values = by_scenario(here.scenarios).values["correct_selection"]
    own = by_scenario(operating_characteristics(build_design(protocol_of()), found.families.unseen).scenarios)
    score, own_score = found.scores[0], found.own_scores[0]
    assert score.unseen.value == values.mean()
    assert score.worse.value == score.seen.value - score.unseen.value
    assert score.worse.standard_error == pytest.approx(
        np.sqrt(score.seen.standard_error**2 + score.unseen.standard_error**2)  # type: ignore[operator]
    )
    assert own_score.unseen.value == own.values["correct_selection"].mean()
    apart = values - own.values["correct_selection"]
    assert found.gains[0].gain.value == pytest.approx(apart.mean())
    kinds = np.array(["random"] * 9 + ["too toxic"] * 3)
    assert found.gains[0].gain.standard_error == pytest.approx(error_within_kinds(apart, kinds))


def test_standard_errors_are_those_of_drawing_the_curves_again() -> None:
    """Brute force: the mean over a family, of 300 families; as many curves of each kind are drawn every time."""
    random, toxic, families_drawn = 24, 8, 300
    rule = build_design(protocol_of())
    drawn = [families(Curves(random=random, too_toxic=toxic, seed=seed), Curves(random=1, seed=10_000), 3, TARGET).seen for seed in range(families_drawn)]  # fmt: skip  # noqa: E501
    truths = np.concatenate([each.truths for each in drawn])
    curves = Scenarios(truths, tuple(map(str, range(len(truths)))), "random")
    rows = operating_characteristics(rule, curves, distributions=False).scenarios
    kinds = kinds_of(Curves(random=random, too_toxic=toxic))
    size = len(kinds)
    each_family = [by_scenario(rows[start : start + size], kinds) for start in range(0, len(rows), size)]
    for name, pooled_is_too_large in (("correct_selection", 1.0), ("participants_above_mtd", 1.1)):
        means = np.array([family.values[name].mean() for family in each_family])  # type: ignore[index]
        told = np.array([family.summaries()["all"][name].standard_error for family in each_family], dtype=float)
        pooled = np.array([family.values[name].std(ddof=1) / np.sqrt(size) for family in each_family])  # type: ignore[index]
        apart = means.std(ddof=1)  # its own relative error is 1 / sqrt(600), 4 %
        assert np.sqrt((told**2).mean()) == pytest.approx(apart, rel=0.12)
        assert np.sqrt((pooled**2).mean()) > pooled_is_too_large * apart


def test_a_kind_of_one_curve_is_no_kind_of_its_own() -> None:
    rows = operating_characteristics(build_design(protocol_of()), random_monotone(3, TARGET, 5, 1)).scenarios
    values = by_scenario(rows).values["mean_dlts"]
    told = by_scenario(rows, (0, 1, 1, 1, 1)).summaries()["all"]["mean_dlts"].standard_error
    assert told == pytest.approx(values.std(ddof=1) / np.sqrt(5))
    assert by_scenario(rows[:1]).summaries()["all"]["mean_dlts"].standard_error is None


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


def test_streams_of_curves_never_overlap() -> None:
    curves = [families(Curves(random=40, too_toxic=5, seed=one), Curves(random=40, too_toxic=5, seed=two), 4, TARGET) for one, two in ((1, 2), (2, 3), (3, 1))]  # fmt: skip  # noqa: E501
    for each in curves:
        assert not {tuple(row) for row in each.seen.truths.tolist()} & {
            tuple(row) for row in each.unseen.truths.tolist()
        }
    first = curves[0].seen
    assert np.array_equal(first.truths[:40], random_monotone(4, TARGET, 40, 1).truths)
    assert (true_mtds(first.truths[40:], TARGET) == 0).all()
    assert len({tuple(row) for row in first.truths.tolist()}) == 45
    again = families(Curves(random=40, too_toxic=3, seed=1), Curves(random=1, seed=9), 4, TARGET).seen
    assert np.array_equal(again.truths, first.truths[:43])


def test_curves_that_cannot_be_drawn_are_refused_in_words() -> None:
    with pytest.raises(TruthError, match=r"above 1\.4 times the target 0\.8"):
        families(Curves(too_toxic=3), Curves(random=2, seed=2), 3, 0.8)


def test_aims_about_curves_that_are_not_there_are_refused_in_words() -> None:
    plan = plan_with(constraints=[{"figure": "none_selected", "over": "too_toxic", "at_least": 0.5}], unseen={"listed": [[0.1, 0.2, 0.3]]})  # fmt: skip  # noqa: E501
    with pytest.raises(ProblemsFound, match="no such curves among `unseen`; add `too_toxic: 20` to `unseen`"):
        tune(protocol_of(), plan)


def test_without_a_setting_that_keeps_to_the_constraints_the_nearest_is_named() -> None:
    constraints = [
        {"figure": "correct_selection", "at_least": 0.9},
        {"figure": "mean_participants", "at_most": 8},
        {"figure": "share_with_dlt", "at_most": 0.1},
    ]
    found = tune(protocol_of(), plan_with(constraints=constraints))
    assert found.winner is None
    assert not found.keeping
    words = why_no_winner(found)
    selections = {n: e.figures["all"]["correct_selection"].mean for n, e in found.searched.evaluations.items() if n}
    best = max(selections, key=lambda number: selections[number])
    assert f"none of 18 settings; setting {best} comes nearest with {100 * selections[best]:.2f} %" in words
    assert f"short by {100 * (0.9 - selections[best]):.2f} percentage points" in words
    people = [e.figures["all"]["mean_participants"].mean for n, e in found.searched.evaluations.items() if n]
    assert f"{sum(each <= 8 for each in people)} of 18 settings keep to it" in words
    assert "fails least" in words


def test_combinations_that_make_no_protocol_are_left_out_and_counted() -> None:
    searched = {
        "designs": {"boin": {"p_tox": {"any_of": [0.26, 0.4]}}},
        "cohort_size": [3, 12],
        "max_participants": [9],
    }
    found = tune(protocol_of(), plan_with(search=searched))
    assert sorted(found.searched.impossible) == [1, 2, 4]
    assert "must lie clearly above the target" in found.searched.impossible[1]
    assert found.winner == 3
    with pytest.raises(NothingPossible, match=r"none of the 2 settings .* must lie clearly above the target"):
        tune(protocol_of(), plan_with(search={"designs": {"boin": {"p_tox": 0.26}}, "max_participants": [9, 12]}))


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


def test_families_of_other_shares_are_told() -> None:
    assert "shares" in unlike_words(plan_with())  # 12 random and 2 too toxic against 9 and 3
    assert not unlike_words(plan_with(unseen={"random": 24, "too_toxic": 4, "seed": 2}))


LARGE: dict[str, Any] = {
    "designs": {
        "boin": {"p_tox": {"from": 0.3, "to": 0.44, "step": 0.02}, "p_saf": {"from": 0.05, "to": 0.2, "step": 0.05}}
    },
    "max_participants": [6, 9],
}  # fmt: skip


def test_a_plan_with_too_many_settings_is_searched_from_a_random_start_by_steps() -> None:
    plan = plan_with(search=LARGE)
    space = space_of(plan.search, protocol_of())
    seen = families(plan.scenarios, plan.unseen, 3, TARGET).seen

    def searched(most: int, seed: int) -> Searched:
        return search(space, plan, seen, effort=Effort(most, seed))

    part = searched(24, seed=3)
    assert part.drawn == 12
    assert not part.is_whole
    assert part.looked_at <= 24
    assert part.steps >= 1
    again, other = searched(24, seed=3), searched(24, seed=4)
    assert again.evaluations == part.evaluations
    assert other.evaluations.keys() != part.evaluations.keys()
    whole = searched(1000, seed=3)
    assert whole.is_whole
    assert whole.looked_at == space.size == 64
    assert all(part.evaluations[number] == whole.evaluations[number] for number in part.evaluations)


def test_every_design_has_its_share_of_the_random_start() -> None:
    designs = {**LARGE["designs"], "keyboard": {}, "mtpi2": {"epsilon1": {"from": 0.01, "to": 0.2, "step": 0.01}}}
    space = space_of(plan_with(search={**LARGE, "designs": designs}).search, protocol_of())
    assert space.ends == (64, 66, 106)
    drawn = draw(space, 30, seed=5)
    assert drawn == sorted(set(drawn))
    shares = [sum(low < each <= high for each in drawn) for low, high in ((0, 64), (64, 66), (66, 106))]
    assert shares == [14, 2, 14]
    assert draw(space, 30, seed=6) != drawn == draw(space, 30, seed=5)


def test_the_order_in_which_parts_come_changes_nothing(found: Tuned) -> None:
    def backwards(
        function: Callable[[PartType], ResultType], parts: Sequence[PartType]
    ) -> Iterator[tuple[int, ResultType]]:
        return iter(list(in_this_process(function, parts))[::-1])

    assert list(table_rows(tune(protocol_of(), plan_with(), run=backwards))) == list(table_rows(found))


def test_processes_give_the_same_figures(found: Tuned) -> None:
    with place_to_run(workers=2, worth_seconds=0) as run:
        assert list(table_rows(tune(protocol_of(), plan_with(), run=run))) == list(table_rows(found))


def test_a_journal_spares_what_is_known_and_survives_a_line_cut_off(found: Tuned, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    tune(protocol_of(), plan_with(), journal=journal)
    journal.close()
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 19
    path.write_bytes(b"".join(lines[:7]) + lines[7][:40])
    journal = Journal(path).read()
    assert len(journal.known) == 7
    again = tune(protocol_of(), plan_with(), journal=journal)
    journal.close()
    assert again.searched.taken == 7
    assert list(table_rows(again)) == list(table_rows(found))
    assert len(Journal(path).read().known) == 19
    assert len([line for line in path.read_text().splitlines() if _is_json(line)]) == 19


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_the_key_of_a_part_covers_what_its_figures_depend_on(found: Tuned) -> None:
    space = space_of(plan_with().search, protocol_of())
    seen = found.families.seen
    rule = space.rule(space.setting(1))
    kinds = found.families.seen_kinds
    part = Part(rule, seen, kinds=kinds)
    others = [
        Part(rule, seen),
        Part(space.rule(space.setting(2)), seen, kinds=kinds),
        Part(rule, found.families.unseen, kinds=kinds),
        Part(rule, seen, Engines(seed=2), kinds=kinds),
        Part(rule, seen, not_evaluable=0.1, kinds=kinds),
        Part(build_design(protocol_of(target_dlt_rate=0.3)), seen, kinds=kinds),
        Part(replace(rule, expansion_participants=3), seen, kinds=kinds),
    ]
    assert len({part.key, *(each.key for each in others)}) == 8
    again = space_of(plan_with().search, protocol_of()).rule(space.setting(1))
    assert part.key == Part(again, seen, kinds=kinds).key
    assert evaluate(part) == found.searched.evaluations[1]


def test_the_table_has_every_setting_and_every_figure(found: Tuned) -> None:
    headings, *rows = table_rows(found)
    assert [row[0] for row in rows] == [AS_WRITTEN, *range(1, 19)]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(headings)}
    assert len(columns) == len(headings)
    assert all(f"all.{name}.mean" in columns for name in FIGURES)
    assert columns["wins"].index(1) == found.winner
    assert sum(filter(None, columns["on_front"])) == len(found.front)
    assert columns["aim_1"] == columns["all.correct_selection.mean"]
    assert json.loads(columns["settings"][1]) == {"p_tox": 0.3}
