"""Published trials replayed: Levy 2006 cohort by cohort, the others from their totals."""

from datetime import date
from pathlib import Path

import pytest

from firstdose.protocol import ProblemsFound
from firstdose.report.documents.html_page import render_html
from firstdose.report.published.replay import (
    PublishedTrial,
    ReplayReport,
    published_trial,
    read_published,
    replay_content,
)
from firstdose.report.published.replay_page import replay_document, write_published_trials
from tests.report.conftest import DAY, ROOT


@pytest.fixture(scope="module")
def trials() -> list[PublishedTrial]:
    return list(read_published(ROOT / "examples" / "published"))


@pytest.fixture(scope="module")
def report(trials: list[PublishedTrial]) -> ReplayReport:
    return replay_content(trials, DAY)


def test_all_published_trials_are_there_paths_first(report: ReplayReport) -> None:
    assert [each.trial for each in report.replays] == ["LEVY-2006", "ANDO-2014", "DOI-2014", "NEUENSCHWANDER-2008"]


def test_levy_is_followed_cohort_by_cohort(report: ReplayReport) -> None:
    levy = report.replays[0]
    assert [step.outcomes for step in levy.steps] == ["1NNN", "3NNT", "4NNT", "4NNN", "4NTN", "4TNT"]
    assert [step.given_next for step in levy.steps] == [3, 4, 4, 4, 4, None]
    assert levy.participants == (3, 0, 3, 12, 0)
    assert levy.dlts == (0, 0, 1, 4, 0)
    own = [step.advice[0].next_level for step in levy.steps]
    assert own[1:5] == [4, 4, 4, 4]
    assert levy.steps[-1].advice[0].recommended_level == 4


def test_totals_give_a_next_step_and_a_level_for_every_design(report: ReplayReport) -> None:
    for replayed in report.replays[1:]:
        assert not replayed.steps
        assert [each.design for each in replayed.verdicts] == list(replayed.designs)
        assert all(0 <= each.selected <= len(replayed.doses) for each in replayed.verdicts)


def test_two_of_two_at_the_top_step_down(report: ReplayReport) -> None:
    (last,) = (each for each in report.replays if each.trial == "NEUENSCHWANDER-2008")
    boin = next(each for each in last.verdicts if each.design == "boin")
    assert boin.advice.next_level == 4
    assert boin.selected == 4


def test_page_is_the_same_each_time_and_holds_each_trial(trials: list[PublishedTrial], tmp_path: Path) -> None:
    page = write_published_trials(trials, tmp_path, DAY)
    html = page.read_text("utf-8")
    assert html == render_html(replay_document(replay_content(trials, DAY)))
    assert "LEVY-2006" in html
    assert "https:" not in html


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"n": [3, 3], "dlt": [0, 0]},
        {"n": [3, 3, 3, 3, 3], "dlt": [0, 0, 0, 0, 4]},
        {"n": [3, 3, 3, 3, True], "dlt": [0, 0, 0, 0, 0]},
    ],
)
def test_wrong_outcomes_are_refused(trials: list[PublishedTrial], values: dict[str, object]) -> None:
    (levy,) = (trial for trial in trials if trial.is_path)
    with pytest.raises(ProblemsFound, match="a path or totals per level"):
        published_trial(levy.protocol, values, "outcomes.yaml")


def test_day_is_an_argument(trials: list[PublishedTrial]) -> None:
    assert replay_content([], date(2030, 5, 1)).date.isoformat() == "2030-05-01"
