"""What the design report says: decision tables, pathways, comparison, detection and the engine it falls back to."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from firstdose.designs.interval import IntervalDesign
from firstdose.designs.states import Seen, Stop
from firstdose.report.design.content import DesignReport
from firstdose.report.design.decisions import CountsTable, counts_table
from firstdose.report.design.decisions_chapter import decisions_chapter
from firstdose.report.design.detection import detection
from firstdose.report.design.evaluation import Engine
from firstdose.report.design.model_steps import ModelTable
from firstdose.report.design.pathway_picture import grouped, ways
from firstdose.report.design.report import render_design_report
from firstdose.report.design.situations import SituationsTable
from firstdose.report.documents.blocks import Table
from firstdose.report.documents.figure_style import spread
from firstdose.report.documents.wording import between, listed, number, percent, percent_figure, quantile, run_together
from tests.contracts.examples import EXACT_EXAMPLES, make_rule

BOIN = """
trial: {{id: EXAMPLE-1, title: A title}}
dose_levels: {{unit: cells, values: [1, 2, 3]}}
escalation: {{design: boin, target_dlt_rate: {target}, cohort_size: 3, max_participants: {most}}}
"""


def test_boin_deescalates_on_one_of_three_at_a_quarter(text_content: Callable[[str], DesignReport]) -> None:
    table = text_content(BOIN.format(target=0.25, most=12)).decisions
    assert isinstance(table, CountsTable)
    assert [table.move(3, dlts) for dlts in range(4)] == ["escalate", "deescalate", "deescalate", "eliminate"]


def test_boin_eliminates_on_two_of_three_at_a_fifth(text_content: Callable[[str], DesignReport]) -> None:
    table = text_content(BOIN.format(target=0.20, most=12)).decisions
    assert isinstance(table, CountsTable)
    assert table.move(3, 2) == "eliminate"


def test_counts_that_only_eliminate_are_drawn_together(text_content: Callable[[str], DesignReport]) -> None:
    table = text_content(BOIN.format(target=0.25, most=24)).decisions
    assert isinstance(table, CountsTable)
    assert table.is_open
    assert set(table.moves[-1]) == {"eliminate", None}
    assert set(table.moves[-2]) != {"eliminate", None}
    assert table.move(24, 24) == "eliminate"


def test_many_participants_have_a_line_each_that_says_what_the_grids_would(
    text_content: Callable[[str], DesignReport],
) -> None:
    content = text_content(BOIN.format(target=0.25, most=150))
    table = content.decisions
    assert isinstance(table, CountsTable)
    *grids, lines = [block for block in decisions_chapter(content).blocks if isinstance(block, Table)]
    assert [grid.columns[-1] for grid in grids] == ["24", "48", "72", "96", "120"]
    assert lines.columns == ("participants", "E", "S", "D", "X")
    moves = ("escalate", "stay", "deescalate", "eliminate")
    assert [row.cells[0].text for row in lines.rows] == [str(count) for count in range(121, 151)]
    for count, line in enumerate(lines.rows, start=121):
        led = [[dlts for dlts in range(count + 1) if table.move(count, dlts) == move] for move in moves]
        assert [cell.text for cell in line.cells[1:]] == [run_together(dlts) or "–" for dlts in led]


def naive_moves(design: IntervalDesign, level: int, most: int) -> dict[tuple[int, int], str]:
    """The design's move after each (participants, DLTs) at one of three levels, asked one by one."""
    found = {}
    for participants in range(1, most + 1):
        for dlts in range(participants + 1):
            one = np.ones(1, dtype=np.int16)
            of_level = one[:, None] * (np.arange(1, 4) == level)
            step = design.next_step(
                Seen(
                    participants * of_level, dlts * of_level, level * one, participants * one, dlts * one, 3 * one,
                    np.zeros((1, len(design.remembers)), dtype=np.int16),
                )
            )  # fmt: skip
            following, highest, stop = int(step.level[0]), int(step.highest[0]), int(step.stop[0])
            if stop not in (Stop.GOES_ON, Stop.TOO_TOXIC):
                move = "stop_eliminate" if highest < level else "stop"
            elif highest < level or stop == Stop.TOO_TOXIC:
                move = "eliminate"
            else:
                move = "escalate" if following > level else "deescalate" if following < level else "stay"
            found[participants, dlts] = move
    return found


def naive_last(moves: dict[tuple[int, int], str], most: int) -> int:
    """The fewest DLTs beyond which more change nothing."""
    return next(
        dlts
        for dlts in range(most + 1)
        if all(moves[n, more] == moves[n, dlts] for n in range(max(dlts, 1), most + 1) for more in range(dlts, n + 1))
    )


INTERVAL_DESIGNS = [name for name in EXACT_EXAMPLES if isinstance(make_rule(name).design, IntervalDesign)]


@pytest.mark.parametrize("most", [1, 5, 21])
@pytest.mark.parametrize("name", INTERVAL_DESIGNS)
def test_tables_are_those_of_a_design_asked_count_by_count(name: str, most: int) -> None:
    design = make_rule(name, most=24).design
    assert isinstance(design, IntervalDesign)
    table, of_three = counts_table(design, most), replace(design, frame=replace(design.frame, start_level=1))
    for level, shown in ((2, table), (1, table.level_one)):
        moves = naive_moves(of_three, level, most)
        if shown is None:
            below = {"deescalate": "stay", "stop_eliminate": "eliminate"}
            middle = naive_moves(of_three, 2, most)
            assert moves == {at: below.get(move, move) for at, move in middle.items()}
            continue
        last = naive_last(moves, most)
        assert (shown.participants, shown.dlts) == (tuple(range(1, most + 1)), tuple(range(last + 1)))
        assert shown.is_open == (last < most)
        for dlts, line in enumerate(shown.moves):
            assert line == tuple(moves.get((count, dlts)) for count in shown.participants)


def test_three_plus_three_table_is_the_rule_as_people_know_it(
    example_content: Callable[[str], DesignReport],
) -> None:
    table = example_content("nsc-spms").decisions
    assert isinstance(table, SituationsTable)
    lines = dict(table.lines)
    assert lines["0 of 3"][:3] == (
        "escalate: 3 at the next level",
        "escalate: 3 at the next level",
        "3 more at this level",
    )
    assert lines["1 of 3"][:3] == ("3 more at this level",) * 3
    assert lines["2 of 3"][0] == "stop, no level is named"
    assert lines["1 of 6"][3] == "stop: this level is the MTD"
    assert lines["2 of 6"][3] == "go down: 3 more at the level below"


def test_crm_table_begins_with_its_skeleton(example_content: Callable[[str], DesignReport]) -> None:
    table = example_content("crm").decisions
    assert isinstance(table, ModelTable)
    assert table.steps[0].estimates == pytest.approx((0.05, 0.12, 0.25, 0.40))
    assert {len(step.history.split()) for step in table.steps} == {0, 1, 2}


def test_pathways_draw_equal_consequences_together(example_content: Callable[[str], DesignReport]) -> None:
    tree = grouped(example_content("nsc-spms").pathways)
    assert [branch.dlts for branch in tree.branches] == [(0,), (1,), (2, 3)]
    assert tree.leaves == len(list(ways(tree))) == 6
    for way in ways(tree):
        assert all(later.size == 3 for later in way[1:])


def test_comparison_holds_own_design_first_and_every_comparator(
    example_content: Callable[[str], DesignReport],
) -> None:
    compared = example_content("nsc-spms").compared
    assert [each.name for each in compared] == [
        "three_plus_three", "boin", "crm", "mtpi2", "keyboard", "i3plus3", "blrm",
    ]  # fmt: skip
    assert [each.is_own for each in compared] == [True] + [False] * 6


def test_a_comparator_that_cannot_be_built_is_named_with_its_reason(
    text_content: Callable[[str], DesignReport],
) -> None:
    text = BOIN.format(target=0.25, most=9).rstrip().removesuffix("}") + ", comparators: {crm: {}}}"
    content = text_content(text)
    (refused,) = (each for each in content.compared if each.refused)
    assert refused.name == "crm"
    assert "needs a skeleton" in refused.refused
    assert "crm could not be compared" in render_design_report(content)


def test_a_protocol_without_target_says_so(example_content: Callable[[str], DesignReport]) -> None:
    content = example_content("sentinel-3plus3")
    assert content.target is None
    html = render_design_report(content)
    assert "states no target DLT rate" in html
    assert all(scenario.correct_selection is None for scenario in content.figures.scenarios)


def test_past_the_budget_of_states_trials_are_simulated_and_the_report_says_so(
    text_content: Callable[[str], DesignReport],
) -> None:
    from datetime import date

    from firstdose.designs.building import build_design
    from firstdose.protocol import examine_text
    from firstdose.report.design.content import design_content

    protocol = examine_text(BOIN.format(target=0.25, most=9)).protocol
    assert protocol is not None
    content = design_content(
        protocol, build_design(protocol), date(2026, 1, 31), engine=Engine(budget=2, trials=200, seed=7)
    )
    assert content.figures.method == "monte-carlo"
    html = render_design_report(content)
    assert "200 simulated trials" in html
    assert "errors of selection probabilities are at most" in html
    assert "is impossible" not in html
    assert "carry no simulation error" not in html


def test_nothing_seen_leaves_these_rates_possible() -> None:
    found = detection()
    assert found.numbers == (3, 6, 15, 24)
    assert [round(100 * limit, 1) for limit in found.upper_limits] == [63.2, 39.3, 18.1, 11.7]
    assert found.at_least_one[2][1] == pytest.approx(1 - 0.95**15)


def test_numbers_in_words() -> None:
    assert [percent_figure(value) for value in (0.0, 1e-9, 0.3816, 1 - 1e-9, 1.0, None)] == [
        "0", "<0.1", "38.2", ">99.9", "100", "–",
    ]  # fmt: skip
    assert percent(0.5) == "50.0\u00a0%"
    assert number(None) == "–"
    assert run_together([3, 0, 1, 5]) == "0–1, 3, 5"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert between([0.2, 0.2]) == percent(0.2)
    assert quantile({3: 0.5, 6: 0.4, 9: 0.1}, 0.9) == 6


def test_labels_are_moved_apart_and_stay_in_order() -> None:
    placed = spread([10.0, 10.5, 50.0, 11.0], 5.0)
    assert placed[0] < placed[1] < placed[3] < placed[2]
    assert placed[1] - placed[0] == pytest.approx(5.0)
    assert placed[2] == 50.0
