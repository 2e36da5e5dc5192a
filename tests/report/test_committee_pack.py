"""The committee's pack: two pages at any date, each number that of the rule or of the raw rows."""

import re
import shutil
import subprocess
from datetime import date
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import beta

from firstdose.analysis import derive
from firstdose.designs.building import build_design
from firstdose.designs.history import Cohort, History
from firstdose.protocol import read_protocol
from firstdose.records import AdverseEvent, Death, PartialDate, PartialDateTime, TrialData
from firstdose.report.committee.next_step_chapter import outlook_table, with_places
from firstdose.report.committee.pack import APPENDIX, Decision, NoDecision, committee_document
from firstdose.report.committee.pdf import MOST_PAGES, body_pages, fitting_pack
from firstdose.report.documents.blocks import Facts, Table
from firstdose.report.trial.files import write_pack
from tests.report.committee_decisions import DATES, MONTHS, decision_at, decision_of, table_of, tables
from tests.report.reference_trial import DAY, EXAMPLES, analysis, protocol, raw, records


@pytest.mark.parametrize("day", DATES.values(), ids=list(DATES))
def test_the_pack_has_at_most_two_pages_at_any_date(day: date) -> None:
    document, pdf = fitting_pack(decision_at(day), DAY, ("These data are simulated.",))
    assert pdf.startswith(b"%PDF")
    assert body_pages(document) <= MOST_PAGES
    assert APPENDIX not in {chapter.identifier for chapter in document.chapters}
    assert ("Data up to", f"{day.day} {MONTHS[day.month - 1]} {day.year}") in document.facts


def test_the_tables_say_dates_in_words() -> None:
    """The days of the first and the last dosing of a cohort, read from the file of the records."""
    document = committee_document(decision_at(DATES["after the last"]), DAY)
    cohorts, people = table_of(document, "Cohorts in order"), table_of(document, "Of those dosed")
    of_first = cohorts.rows[0].cells[2].text.split(", ")
    starts = sorted(each["procedure_start"][:10] for each in raw("dosings") if each["subject"] in of_first)
    first, last = (f"{int(day[8:])} {MONTHS[int(day[5:7]) - 1]} {day[:4]}" for day in (starts[0], starts[-1]))
    assert cohorts.rows[0].cells[5].text == f"{first} to {last}"
    said = [cell.text for table in (cohorts, people) for row in table.rows for cell in row.cells]
    said += [text for pair in document.facts if "SHA" not in pair[0] for text in pair]
    assert not [text for text in said if re.search("[0-9]{4}-[0-9]{2}", text)]
    assert all(re.fullmatch("[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2}", row.cells[1].text) for row in people.rows)


def test_nobody_dosed_is_said() -> None:
    document = committee_document(decision_at(DATES["before anybody"]), DAY)
    text = str(document)
    assert "Nobody has been dosed yet." in text
    assert "Nobody has been treated" in text
    assert len(table_of(document, "What each outcome of the next cohort, at level 1").rows) == 4


def test_an_open_window_is_named_with_its_day() -> None:
    """The day of the window is counted here from the raw rows."""
    day = DATES["a DLT and an open window"]
    decision = decision_at(day)
    starts = {
        row["subject"]: row["procedure_start"] for row in raw("dosings") if row["procedure_start"][:10] <= str(day)
    }
    within = [subject for subject, start in starts.items() if (day - date.fromisoformat(start[:10])).days <= 28]
    settled = {course.subject for course in decision.courses if course.has_dlt}
    quality = str(
        next(chapter for chapter in committee_document(decision, DAY).chapters if chapter.identifier == "quality")
    )
    for subject in set(within) - settled:
        passed = (day - date.fromisoformat(starts[subject][:10])).days
        assert re.search(rf"{subject} \(day {passed + 1} of 28|{subject} \(day {passed} of 28", quality), quality


def test_events_by_worst_grade_are_those_of_the_raw_rows() -> None:
    """Counted here from the CSV text: the worst grade of each person dosed among events that began after dosing."""
    shown = table_of(committee_document(decision_at(DATES["after the last"]), DAY), "Adverse events by worst grade")
    column = {row.cells[0].text: row.cells[-1].text for row in shown.rows}
    start = {row["subject"]: row["procedure_start"][:10] for row in raw("dosings")}
    data, _ = analysis()
    counted = {(row["subject"], str(row["number"])) for row in data.frames["events"].filter("counts").to_dicts()}
    worst: dict[str, int] = {}
    events = [
        row for row in raw("adverse_events") if (row["subject"], row["number"]) in counted and row["subject"] in start
    ]
    for event in events:
        worst[event["subject"]] = max(worst.get(event["subject"], 0), int(event["grade"]))
    dosed = len(start)
    for grade in range(1, 6):
        assert column[f"worst: grade {grade}"] == f"{list(worst.values()).count(grade)} of {dosed}"
    assert column["number of events"] == str(len(events))
    assert column["people who died"] == f"{len(raw('deaths'))} of {dosed}"
    serious = {row["subject"] for row in events if row["serious"] == "true"}
    assert column["people with a serious event"] == f"{len(serious)} of {dosed}"


@pytest.mark.parametrize("day", DATES.values(), ids=list(DATES))
def test_no_count_of_people_is_a_bare_zero(day: date) -> None:
    for table in tables(committee_document(decision_at(day), DAY)).values():
        if table.caption.startswith("Adverse events by worst grade"):
            shown = [row for row in table.rows if row.cells[0].text not in ("people treated", "number of events")]
            assert shown
            assert all(re.fullmatch(r"\d+ of \d+", cell.text) for row in shown for cell in row.cells[1:])


@pytest.mark.parametrize("day", DATES.values(), ids=list(DATES))
def test_the_pack_has_words_and_no_codes(day: date) -> None:
    """No word with an underscore, such as the name of a field or of a measure."""
    document = committee_document(decision_at(day), DAY)
    told = [text for chapter in document.chapters for block in chapter.blocks for text in texts_of(block)]
    assert not [text for text in told if re.search(r"(?<![.\w])[a-z]+_[a-z]+", text) or "edss" in text]


def texts_of(block: object) -> list[str]:
    if isinstance(block, Table):
        return [*block.columns, *block.notes, *(cell.text for row in block.rows for cell in row.cells)]
    return [text for pair in block.items for text in pair] if isinstance(block, Facts) else [getattr(block, "text", "")]


def test_an_event_is_called_as_in_every_table() -> None:
    """By its coded term; the words recorded stand beside it where they are others than in capitals or small letters."""
    decision = decision_at(DATES["after the last"])
    coded = {row["preferred_term"] for row in raw("adverse_events")}
    assert all(told.event.partition(";")[0] in coded for told in decision.told)
    frame = records().frames["adverse_events"].with_columns(term=pl.lit("stiff neck, seen by Dr X"))
    told = decision_of(records().replace({"adverse_events": frame})).told
    assert all(" (recorded: stiff neck, seen by Dr X)" in each.event for each in told)


def test_probabilities_are_those_of_the_beta_distribution() -> None:
    """P(rate > target) by scipy's own Beta tail, and the words beside it."""
    decision = decision_at(DATES["the middle"])
    shown = table_of(committee_document(decision, DAY), "What the data say")
    target = protocol().escalation.target_dlt_rate
    assert target is not None
    for level, row in enumerate(shown.rows, start=1):
        cohorts = [each for each in decision.history.history.cohorts if each.level == level]
        people, dlts = sum(each.evaluable for each in cohorts), sum(each.dlts for each in cohorts)
        if not people:
            assert row.cells[4].text == "–"
            continue
        expected = beta.sf(target, 1 + dlts, 1 + people - dlts)
        assert row.cells[4].text == f"{100 * expected:.1f}\u00a0%"
        assert f"about {round(100 * expected)} chance" in row.cells[5].text


@pytest.mark.parametrize("design", ["crm", "blrm"])
def test_a_model_gives_its_own_probability(design: str) -> None:
    read = read_protocol(EXAMPLES / design / "protocol.yaml")
    from firstdose.dosing import TrialHistory
    from firstdose.report.committee.next_step_chapter import evidence_table

    rule = build_design(read)
    history = TrialHistory(History((Cohort(1, "NNN"),)), (), (), (), ())
    shown = evidence_table(read, history, rule)
    assert "by the rule's own model" in shown.notes[0]
    assert all(row.cells[4].text != "–" for row in shown.rows)
    tail = beta.sf(read.escalation.target_dlt_rate, 1, 4)
    assert shown.rows[0].cells[4].text != f"{100 * tail:.1f}\u00a0%"


def test_every_way_in_which_open_windows_can_close_is_told() -> None:
    """Against `decide` on the outcomes written out by hand."""
    rule = build_design(protocol())
    history = with_places(History((Cohort(1, "NNN"), Cohort(2, "?T"))), 1)
    assert str(history) == "1NNN 2?T?"
    from firstdose.dosing import TrialHistory

    shown = outlook_table(rule, TrialHistory(History((Cohort(1, "NNN"), Cohort(2, "?T"))), (), (), (), ()), 1)
    assert shown is not None
    assert len(shown.rows) == 3
    for row, closed in zip(shown.rows, ("NTN", "TTN", "TTT"), strict=True):
        reason = rule.decide(History((Cohort(1, "NNN"), Cohort(2, closed)))).reason
        assert reason[1:] in row.cells[1].text


def test_windows_of_two_cohorts_close_in_every_combination() -> None:
    from firstdose.dosing import TrialHistory

    history = TrialHistory(History((Cohort(1, "N?N"), Cohort(1, "N??"))), (), (), (), ())
    shown = outlook_table(build_design(protocol()), history)
    assert shown is not None
    assert len(shown.rows) == len(list(product(range(2), range(3))))


def many_events(count: int) -> TrialData:
    """The trial with so many further serious events of one person, told at length."""
    frame = records()[AdverseEvent]
    subject = raw("dosings")[0]["subject"]
    start = raw("dosings")[0]["procedure_start"][:10]
    added = [
        AdverseEvent(
            subject=subject, number=900 + number, term=f"Event {number} " + "at length " * 60, serious=True, grade=3,
            start=PartialDateTime(PartialDate.of(date.fromisoformat(start))), other_action="watched " * 40,
        )
        for number in range(count)
    ]  # fmt: skip
    more = TrialData.of(added)[AdverseEvent]
    return records().replace({"adverse_events": pl.concat([frame, more])})


def test_what_two_pages_cannot_hold_stands_in_the_appendix() -> None:
    decision = decision_of(many_events(60))
    document, _ = fitting_pack(decision, DAY)
    assert body_pages(document) <= MOST_PAGES
    assert document.chapters[-1].identifier == APPENDIX
    told = table_of(document, "Events told")
    more = table_of(document, "Deaths, serious and dose-limiting events, continued")
    assert len(told.rows) + len(more.rows) == len(decision.told)
    assert told.notes == (f"{len(more.rows)} more in the appendix.",)
    assert "DLT" in told.rows[0].cells[2].text


def test_an_event_that_waits_for_its_verdict_is_told() -> None:
    frame = records().frames["dlt_adjudications"].with_columns(verdict=pl.lit("undecided"))
    decision = decision_of(records().replace({"dlt_adjudications": frame}))
    document = committee_document(decision, DAY)
    assert "Waits for adjudication" in str(table_of(document, "Events told"))
    assert "('Events awaiting adjudication', 'none')" not in str(document)


def test_a_death_without_a_fatal_event_is_told() -> None:
    subject = raw("dosings")[0]["subject"]
    death = Death(subject=subject, died=PartialDateTime(PartialDate(2018, 9)), cause="found dead")
    decision = decision_of(records().replace({"deaths": TrialData.of([death])[Death]}))
    told = table_of(committee_document(decision, DAY), "Events told")
    assert any("Death, September 2018" in row.cells[1].text and "found dead" in row.cells[2].text for row in told.rows)


def test_there_is_a_line_to_sign_for_each_member() -> None:
    document = committee_document(decision_at(DATES["the middle"]), DAY)
    review = protocol().escalation.committee_review
    assert review is not None
    assert [row.cells[0].text.lower() for row in table_of(document, "Signatures").rows] == list(review.members)


def test_without_escalation_there_is_no_pack() -> None:
    read = read_protocol(EXAMPLES / "cdisc-pilot" / "protocol.yaml")
    data = derive(read, TrialData())
    with pytest.raises(NoDecision):
        Decision.of(read, data, analysis()[1])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_hostile_text_is_text_in_the_pack(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script> \u05e9\u05dc\u05d5\u05dd #panic() & "q"'
    frame = records()[AdverseEvent].with_columns(term=pl.lit(hostile), other_action=pl.lit(hostile))
    decision = decision_of(records().replace({"adverse_events": frame}))
    page, file = write_pack(protocol(), decision.data, decision.results, tmp_path, DAY)
    assert "<script" not in page.read_text("utf-8")
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "alert(1)" in text
    assert "#panic()" in text


def test_the_same_pack_is_written_twice(tmp_path: Path) -> None:
    decision = decision_at(DATES["the middle"])
    once = [path.read_bytes() for path in write_pack(protocol(), decision.data, decision.results, tmp_path / "a", DAY)]
    again = [path.read_bytes() for path in write_pack(protocol(), decision.data, decision.results, tmp_path / "b", DAY)]
    assert once == again


def test_a_serious_event_after_the_days_of_the_analysis_is_told() -> None:
    subject, start = raw("dosings")[0]["subject"], raw("dosings")[0]["procedure_start"][:10]
    late = date.fromisoformat(start).toordinal() + 500
    event = AdverseEvent(
        subject=subject, number=990, term="Late sepsis", serious=True, grade=4,
        start=PartialDateTime(PartialDate.of(date.fromordinal(late))),
    )  # fmt: skip
    more = pl.concat([records()[AdverseEvent], TrialData.of([event])[AdverseEvent]])
    document = committee_document(decision_of(records().replace({"adverse_events": more})), DAY)
    assert "Late sepsis" in str(table_of(document, "Events told"))
