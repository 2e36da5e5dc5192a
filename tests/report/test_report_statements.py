"""What the report says of rules that are not plain: own stops, guards left out, sentinels, expansion."""

from collections.abc import Callable
from html import unescape

import pytest

from firstdose.designs.building import build_design
from firstdose.designs.history import History
from firstdose.designs.replaying import replay
from firstdose.designs.rule import EscalationRule
from firstdose.protocol import examine_text
from firstdose.report.design.content import DesignReport
from firstdose.report.design.decisions import CountsTable
from firstdose.report.design.report import render_design_report
from firstdose.report.documents.blocks import Mark
from firstdose.report.documents.wording import number
from firstdose.simulation.scenarios import TRUE_MTD_WORDS

MOST = 24


def boin(settings: str = "{}", *, more: str = "", levels: str = "[1, 2, 3, 4]", most: int = MOST) -> str:
    return f"""
trial: {{id: EXAMPLE-1, title: A title}}
dose_levels: {{unit: cells, values: {levels}}}
escalation:
  design: boin
  target_dlt_rate: 0.25
  cohort_size: 3
  max_participants: {most}
  settings: {settings}
{more}"""


def rule_of(text: str) -> EscalationRule:
    protocol = examine_text(text).protocol
    assert protocol is not None
    return build_design(protocol)


def told(content: DesignReport) -> str:
    return " ".join(unescape(render_design_report(content)).replace("<wbr>", "").replace("\u00a0", " ").split())


def mark_by_advice(rule: EscalationRule, level: int, participants: int, dlts: int) -> Mark:
    """What the rule itself advises after so many at this level, as a mark of the table."""
    before = History().then(1, "NNN") if level == 2 else History()
    history = before.then(level, "T" * dlts + "N" * (participants - dlts))
    advice = rule.decide(history)
    is_eliminated = int(replay(rule, history).states.highest[0]) < level
    if advice.stop_reason == "enough_at_level":
        return "stop_eliminate" if is_eliminated else "stop"
    if is_eliminated or advice.stop_reason == "too_toxic":
        return "eliminate"
    assert advice.next_level is not None
    step = advice.next_level - level
    return "escalate" if step > 0 else "deescalate" if step < 0 else "stay"


SETTINGS = ("{}", "{extra_safe: true}", "{stop_at: 9}", "{extra_safe: true, offset: 0.1, stop_at: 6}")


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_decision_table_is_what_the_rule_advises(
    settings: str, text_content: Callable[[str], DesignReport]
) -> None:
    rule = rule_of(boin(settings))
    table = text_content(boin(settings)).decisions
    assert isinstance(table, CountsTable)
    at_one = table.level_one or table
    for participants in range(1, min(MOST - 3, table.participants[-1] + 1)):
        for dlts in range(participants + 1):
            assert table.move(participants, dlts) == mark_by_advice(rule, 2, participants, dlts)
            shown = at_one.move(participants, dlts)
            if table.level_one is None:
                shown = {"deescalate": "stay", "stop_eliminate": "eliminate"}.get(shown or "", shown)  # type: ignore[assignment]
            assert shown == mark_by_advice(rule, 1, participants, dlts)


@pytest.mark.parametrize(("settings", "differs"), list(zip(SETTINGS, (False, True, False, True), strict=True)))
def test_level_1_has_a_table_of_its_own_only_where_it_differs(
    settings: str, differs: bool, text_content: Callable[[str], DesignReport]
) -> None:
    table = text_content(boin(settings)).decisions
    assert isinstance(table, CountsTable)
    assert (table.level_one is not None) == differs


def test_few_levels_give_the_same_table_as_many(text_content: Callable[[str], DesignReport]) -> None:
    assert text_content(boin(levels="[1]", most=9)).decisions == text_content(boin(most=9)).decisions


def test_own_stops_are_told_among_the_further_rules(text_content: Callable[[str], DesignReport]) -> None:
    page = told(text_content(boin("{extra_safe: true, stop_at: 9}", more="  comparators: {mtpi2: {}}")))
    assert "No further rules are stated" not in page
    assert "exceeds the target with posterior probability above 0.9, from 3 participants" in page
    assert "once 9 participants were treated at the current level" in page
    assert "F: the trial finishes" in page
    assert "Of 3 participants at level 1, 0 DLT: escalate" in page
    assert "What BOIN does by its own settings holds for it alone: Extra safety" in page
    plain = told(text_content(boin()))
    assert "F: the trial finishes" not in plain
    assert "No further rules are stated" in plain


CRM = """
trial: {id: EXAMPLE-1, title: A title}
dose_levels: {unit: cells, values: [1, 2, 3]}
escalation:
  design: crm
  target_dlt_rate: 0.25
  cohort_size: 3
  max_participants: 12
  settings: {skeleton: [0.05, 0.12, 0.25]}
  guards:
    - stop_when_too_toxic: {certainty: 0.95}
    - stop_when_precise: {lower: 0.15, upper: 0.35, certainty: 0.8}
  comparators: {mtpi2: {}, boin: {titration: true}}
"""


def test_guards_left_out_for_a_comparator_are_named(text_content: Callable[[str], DesignReport]) -> None:
    content = text_content(CRM)
    own, mtpi2, other = content.compared
    precise = "the trial stops when the DLT rate of the next level lies between 0.15 and 0.35 with posterior"
    assert not own.left_out
    assert [text.startswith(precise) for text in mtpi2.left_out] == [True]
    assert not mtpi2.added
    assert len(other.added) == 1
    page = told(content)
    assert f"mTPI-2 runs without this further rule: {precise}" in page
    assert "BOIN has by its own settings this further rule: single participants" in page
    assert "further rules, except as stated below, and" in page


def test_nothing_is_said_to_be_left_out_where_nothing_is(example_content: Callable[[str], DesignReport]) -> None:
    page = told(example_content("nsc-spms"))
    assert "maximum and further rules, and under the same scenarios" in page
    assert "without this further rule" not in page
    assert "treats cohorts of 3, whatever" not in page


def test_the_true_mtd_is_defined_in_the_words_of_the_code(example_content: Callable[[str], DesignReport]) -> None:
    page = told(example_content("nsc-spms"))
    assert TRUE_MTD_WORDS in page
    assert "of equally close levels the lower" not in page


@pytest.mark.parametrize(
    ("counts", "replaced", "expected"),
    [
        ("evaluable", True, "more are dosed than the tables say; the figures of those evaluable"),
        ("evaluable", False, "more cohorts may follow before the maximum of evaluable participants"),
        ("dosed", True, "selection and all other figures change."),
        ("dosed", False, "as they are not replaced, cohorts are decided with fewer."),
    ],
)
def test_what_not_evaluable_participants_would_change_is_said_once(
    counts: str, replaced: bool, expected: str, text_content: Callable[[str], DesignReport]
) -> None:
    more = (
        f"  max_participants_counts: {counts}\n"
        f"  evaluable: {{rule: window completed, replaced: {str(replaced).lower()}}}\n"
    )
    page = told(text_content(boin(more=more, most=9)))
    assert page.count("Every dosed participant is taken to be evaluable.") == 1
    assert expected in page
    assert ("more are dosed than the tables say" in page) == (counts == "evaluable" and replaced)


@pytest.mark.parametrize("on_dlt", ["end_cohort", "continue"])
def test_a_sentinel_that_ends_its_cohort_is_told(on_dlt: str, text_content: Callable[[str], DesignReport]) -> None:
    more = f"  sentinel: {{participants: 1, interval_days: 14, on_dlt: {on_dlt}}}\n"
    page = told(text_content(boin(more=more, most=9)))
    ends = on_dlt == "end_cohort"
    assert ("<dd>Every cohort is completed before a decision is taken.</dd>" in page) != ends
    assert (
        "the sentinel, ends a cohort: the rest is not dosed, and the cohort is decided as it stands." in page
    ) == ends
    assert ("A DLT of a sentinel ends its cohort" in page) == ends
    assert ("shown are outcomes of whole cohorts" in page) == ends


def test_the_expansion_is_in_the_means_and_shown_apart(example_content: Callable[[str], DesignReport]) -> None:
    content = example_content("car-t-boin")
    page = told(content)
    assert "Participants and DLTs, the expansion included." in page
    assert "Of these, in the expansion at the selected level." in page
    assert "participants on average" in page
    assert "DLTs, the expansion included" in page
    for each in content.figures.scenarios:
        escalation = sum(size * chance for size, chance in each.size_distribution.items())
        assert sum(each.expansion_participants) == pytest.approx(12 * (1 - each.none_selected))
        assert each.mean_total_participants == pytest.approx(escalation + sum(each.expansion_participants))
        assert f"<td>{number(sum(each.expansion_dlts))}</td>" in page


def test_without_an_expansion_none_is_mentioned(example_content: Callable[[str], DesignReport]) -> None:
    assert "in the expansion" not in told(example_content("minimal"))


def test_the_table_ends_where_the_rule_treats_no_more(text_content: Callable[[str], DesignReport]) -> None:
    for text, last in (
        (boin("{stop_at: 9}"), 9),
        (boin(more="  guards: [{stop_when_enough: {participants: 12}}]"), 12),
        (boin(more="  guards: [{stop_when_enough: {participants: 12}}, {at_least: {participants: 18}}]"), MOST),
        (boin("{stop_at: 9}", more="  guards: [{cohort_sizes: {by_cohort: [1, 4]}}]"), 12),
        (boin(), MOST),
    ):
        table = text_content(text).decisions
        assert isinstance(table, CountsTable)
        assert table.participants[-1] == last


def test_defaults_that_follow_from_the_target_are_shown(text_content: Callable[[str], DesignReport]) -> None:
    values = {each.key: each.value for each in text_content(boin()).rule.settings}
    assert values["p_saf"] == "0.15 (0.6 of the target)"
    assert values["p_tox"] == "0.35 (1.4 of the target)"
    assert rule_of(boin()).design.bounds == rule_of(boin("{p_saf: 0.15, p_tox: 0.35}")).design.bounds  # type: ignore[attr-defined]


def test_a_stop_for_toxicity_is_told_in_counts(text_content: Callable[[str], DesignReport]) -> None:
    content = text_content(boin(more="  guards: [{stop_when_too_toxic: {certainty: 0.95}}]"))
    (guard,) = content.rule.guards
    assert "by a uniform prior; at level 1, it stops from 3 of 3, 4 of 6" in guard
    rule = rule_of(boin(more="  guards: [{stop_when_too_toxic: {certainty: 0.95}}]"))
    assert rule.decide(History().then(1, "NNTTTT")).stop_reason == "too_toxic"
    assert rule.decide(History().then(1, "NNNTTT")).stop_reason != "too_toxic"


@pytest.mark.parametrize(
    ("conventions", "words", "limit"),
    [
        ("{}", "one-sided 95 % upper limit", 1 - 0.05 ** (1 / 24)),
        ("{zero_interval: two_sided}", "upper end of the two-sided 95 % interval", 1 - 0.025 ** (1 / 24)),
    ],
)
def test_the_interval_beside_a_zero_is_the_protocols(
    conventions: str, words: str, limit: float, text_content: Callable[[str], DesignReport]
) -> None:
    content = text_content(boin() + f"\nconventions: {conventions}\n")
    assert words in told(content)
    assert content.detection.upper_limits[-1] == pytest.approx(limit)


def test_designs_have_the_names_that_people_use(example_content: Callable[[str], DesignReport]) -> None:
    names = [each.short_name for each in example_content("nsc-spms").compared]
    assert names == ["3+3", "BOIN", "CRM", "mTPI-2", "Keyboard", "i3+3", "BLRM"]
