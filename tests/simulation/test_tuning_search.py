"""The search against brute force, the exact engine called by hand, and figures added up one ending at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.simulation.exact import walk
from firstdose.simulation.machines import in_this_process, place_to_run
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import true_mtds
from firstdose.simulation.tuning import (
    AS_WRITTEN,
    Engines,
    Journal,
    NothingPossible,
    Part,
    Tuned,
    evaluate,
    space_of,
    table_rows,
    tune,
    why_no_winner,
)
from firstdose.simulation.tuning.measures import FIGURES, by_scenario
from tests.simulation.tunings import TARGET, PartType, ResultType, combinations, plan_with, protocol_of


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
