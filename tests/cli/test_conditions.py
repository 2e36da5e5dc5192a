"""`firstdose oc --conditions`: the file is read strictly and says what the calendar rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstdose.protocol import read_protocol
from firstdose.simulation.calendar import Calendar, Manufacturing, Site, calendar_of, read_conditions
from tests.cli.running import DONE, WRONG_INPUT, run
from tests.cli.test_oc import TRUTH, in_time

WHOLE = """\
sites:
  - {candidates_per_30_days: 2}
  - {candidates_per_30_days: 1.5, opens_on_day: 180}
seasons: [1, 0.5, 0, 2]
screening_failures: 0.3
keeps_waiting_list: false
manufacturing: {lead_days: 21, failures: 0.1, shortfall: 0.05}
dlt_times: log_logistic
late_share: 0.7
leaving: 0.1
meeting_interval_days: 30
decision_lag_days: 2
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "conditions.yaml"
    file.write_text(text, "utf-8")
    return file


def test_every_key_reaches_the_calendar(tmp_path: Path) -> None:
    escalation = read_protocol(in_time(tmp_path)).escalation
    assert read_conditions(written(tmp_path, WHOLE)).calendar(escalation) == Calendar(
        window_days=28,
        sites=(Site(2.0), Site(1.5, 180.0)),
        seasons=(1.0, 0.5, 0.0, 2.0),
        screening_failures=0.3,
        keeps_waiting_list=False,
        manufacturing=Manufacturing(21.0, 0.1, 0.05),
        dlt_times="log_logistic",
        late_share=0.7,
        leaving=0.1,
        meeting_interval_days=30.0,
        decision_lag_days=2.0,
        whole_days=True,
    )
    fewest = read_conditions(written(tmp_path, "sites: [{candidates_per_30_days: 3}]"))
    assert fewest.calendar(escalation) == calendar_of(escalation, (Site(3.0),))


def test_a_file_of_conditions_gives_what_the_options_give(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path), "--method", "calendar", "--trials", "200", "--truth", TRUTH)
    text = "sites: [{candidates_per_30_days: 6}]\nscreening_failures: 0.2\nmeeting_interval_days: 30\n"
    by_file = run(*call, "--conditions", written(tmp_path, text))
    by_options = run(*call, "--accrual", "6", "--screening-failures", "0.2", "--meetings", "30")
    assert by_file.status == DONE
    assert by_file.out == by_options.out
    assert "a participant waits" in by_file.out


@pytest.mark.parametrize(
    ("text", "extra", "words"),
    [
        ("sites: []", (), "sites"),
        ("sites: [{candidates_per_30_days: 0}]", (), "at least 0.001"),
        ("sites: [{candidates_per_30_days: 1}]\nseason: [1]", (), "did you mean `seasons`"),
        ("sites: [{candidates_per_30_days: 1}]\nseasons: [0, 0]", (), "one of them is above 0"),
        ("sites: [{candidates_per_30_days: 1}]\nlate_share: 0.8", (), "add `dlt_times: weibull`"),
        ("sites: [{candidates_per_30_days: 1}]", ("--accrual", "3"), "leave --accrual"),
        (WHOLE, ("--meetings", "10"), "leave --accrual"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(tmp_path: Path, text: str, extra: tuple[str, ...], words: str) -> None:
    call = ("oc", in_time(tmp_path), "--method", "calendar", "--trials", "50", "--truth", TRUTH)
    refused = run(*call, "--conditions", written(tmp_path, text), *extra)
    assert refused.status == WRONG_INPUT
    assert words in refused.err
    assert not refused.out


@pytest.mark.parametrize(("name", "begins"), [("calendar.svg", b"<svg"), ("calendar.png", b"\x89PNG")])
def test_single_trials_are_drawn(tmp_path: Path, name: str, begins: bytes) -> None:
    call = ("oc", in_time(tmp_path), "--method", "calendar", "--accrual", "6", "--trials", "50", "--truth", TRUTH)
    drawn = run(*call, "--json", "--picture", tmp_path / "new" / name)
    assert drawn.document()["method"] == "calendar"
    assert (tmp_path / "new" / name).read_bytes()[:400].find(begins) >= 0


def test_pictures_of_other_kinds_are_refused(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path), "--accrual", "6", "--trials", "50", "--truth", TRUTH)
    refused = run(*call, "--method", "calendar", "--picture", tmp_path / "calendar.pdf")
    assert refused.status == WRONG_INPUT
    assert "end the name in .svg or .png" in refused.err
    assert not refused.out


@pytest.mark.parametrize(
    ("accrual", "words"),
    [("100", "more candidates would hardly"), ("0.5", "accrual sets the pace"), ("3", "")],
)
def test_it_is_told_what_sets_the_pace(tmp_path: Path, accrual: str, words: str) -> None:
    call = ("oc", in_time(tmp_path, "boin"), "--method", "calendar", "--trials", "200", "--truth", TRUTH)
    told = run(*call, "--accrual", accrual).out
    (time,) = (each["in_time"] for each in run(*call, "--accrual", accrual, "--json").document()["scenarios"])
    idle = time["mean_idle_days"] / time["mean_duration_days"]
    assert words in told
    assert (idle >= 0.5) == ("more candidates would hardly" in told)
    assert (idle <= 0.1) == ("accrual sets the pace" in told)


def test_a_product_that_is_made_slowly_is_not_called_slow_accrual(tmp_path: Path) -> None:
    call = ("oc", in_time(tmp_path, "boin"), "--method", "calendar", "--trials", "200", "--truth", TRUTH)
    text = "sites: [{candidates_per_30_days: 1}]\nmanufacturing: {lead_days: 60, failures: 0.95}\n"
    assert "accrual and manufacturing set the pace" in run(*call, "--conditions", written(tmp_path, text)).out
