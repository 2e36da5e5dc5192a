"""Each person's timeline: what is drawn and listed are the records' days, uncertain where a date is; text is text."""

import re
import time
from dataclasses import replace as replaced
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.records import AdverseEvent, Dosing, PartialDate, PartialDateTime, Subject, TrialData
from firstdose.records.results import Provenance
from firstdose.report.documents.blocks import Picture, Table
from firstdose.report.timeline.files import write_timelines
from firstdose.report.timeline.marks import Life, lives
from firstdose.report.timeline.pages import MOST_ROWS, PersonPage, file_names, person_page
from firstdose.report.timeline.picture import MOST_EVENTS
from tests.report.reference_trial import DAY, analysis, protocol, raw

ORIGIN = Provenance("X", "0" * 64, "0" * 64, date(2026, 1, 1), 1, "0")
HOSTILE = '<script>alert(1)</script> \u05e9\u05dc\u05d5\u05dd \U0001f600 & "q" \x07'
START = PartialDateTime(PartialDate(2025, 3, 4), 9, 0)


def trial_of(*records: object, subject: str = "P1") -> TrialData:
    """One person dosed on 4 March 2025, and what is given."""
    dosing = Dosing(
        subject=subject, number=1, level_assigned=1, dose_assigned=5.0, dose_given=5.0, given="full",
        dose_unit="million cells", procedure_start=START, product_start=START,
    )  # fmt: skip
    person = Subject(subject=subject, consent=PartialDateTime(PartialDate(2025, 1, 4)))
    return TrialData.of([person, dosing, *records], date(2025, 12, 31))


def event(
    number: int, start: PartialDate, end: PartialDate | None = None, term: str = "Headache", **more: object
) -> AdverseEvent:
    when = None if end is None else PartialDateTime(end)
    return AdverseEvent(subject="P1", number=number, term=term, start=PartialDateTime(start), end=when, **more)  # type: ignore[arg-type]


def page_of(trial_data: TrialData) -> PersonPage:
    life = next(lives(derive(protocol(), trial_data)))
    return person_page(protocol(), life, "P1")


def svg_of(page: PersonPage) -> ElementTree.Element:
    picture = next(block for block in page.blocks if isinstance(block, Picture))
    return ElementTree.fromstring(picture.svg)


def table_of(page: PersonPage) -> Table:
    return next(block for block in page.blocks if isinstance(block, Table))


def test_days_are_counted_from_dosing() -> None:
    """Every event of the reference trial: its day in the list against the difference of the raw dates."""
    start = {row["subject"]: date.fromisoformat(row["procedure_start"][:10]) for row in raw("dosings")}
    shown = 0
    for life in lives(analysis()[0]):
        rows = {row.cells[1].text: row.cells[0].text for row in table_of(person_page(protocol(), life, "x")).rows}
        for each in raw("adverse_events"):
            if each["subject"] != life.subject or len(each["start"]) < 10 or life.subject not in start:
                continue
            days = (date.fromisoformat(each["start"][:10]) - start[life.subject]).days
            assert rows[f"Adverse event {each['number']}"] == str(days).replace("-", "−")
            shown += 1
    assert shown > 50


def test_a_partial_date_is_drawn_as_uncertain_and_listed_as_a_range() -> None:
    page = page_of(trial_of(event(1, PartialDate(2025, 4), PartialDate(2025, 5, 20), grade=2)))
    row = next(row for row in table_of(page).rows if row.cells[1].text == "Adverse event 1")
    assert row.cells[0].text == "28 to 57"
    dashed = [each for each in svg_of(page).iter() if each.get("stroke-dasharray")]
    assert len(dashed) == 1
    whole = page_of(trial_of(event(1, PartialDate(2025, 4, 2), PartialDate(2025, 5, 20), grade=2)))
    assert not [each for each in svg_of(whole).iter() if each.get("stroke-dasharray")]


def test_an_event_of_which_no_end_is_recorded_reaches_the_edge() -> None:
    def arrows(page: PersonPage) -> int:
        return sum(
            each.tag.endswith("path") and (each.get("d") or "").endswith("l-6 4z") for each in svg_of(page).iter()
        )

    over = page_of(trial_of(event(1, PartialDate(2025, 4, 2), PartialDate(2025, 5, 20), grade=2)))
    lasting = page_of(trial_of(event(1, PartialDate(2025, 4, 2), grade=2)))
    assert arrows(lasting) == arrows(over) + 1


def test_many_events_are_bounded_in_the_picture_and_all_in_the_list() -> None:
    many = [event(n, PartialDate(2025, 4, 1 + n % 28), term=f"Event {n}", grade=1 + n % 4) for n in range(1, 101)]
    page = page_of(trial_of(*many))
    words = " ".join(text.text or "" for text in svg_of(page).iter("{http://www.w3.org/2000/svg}text"))
    assert len(re.findall(r"Event \d+", words)) == MOST_EVENTS
    assert f"{100 - MOST_EVENTS} more" in words
    assert sum(row.cells[1].text.startswith("Adverse event") for row in table_of(page).rows) == 100
    assert len(table_of(page).rows) <= MOST_ROWS


def test_text_of_records_is_text_in_the_picture_and_on_the_page(tmp_path: Path) -> None:
    trial_data = trial_of(event(1, PartialDate(2025, 4, 2), term=HOSTILE, grade=1))
    data = derive(protocol(), trial_data)
    picture = svg_of(page_of(trial_data))
    assert not [each for each in picture.iter() if "script" in each.tag]
    index, appendix = write_timelines(protocol(), data, ORIGIN, tmp_path, DAY)
    page = (tmp_path / "people" / "P1.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \u05e9\u05dc\u05d5\u05dd \U0001f600" in page
    assert index.name == "index.html"
    assert appendix.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    "subject", ["../../etc/passwd", "index", "CON", "a/b", "", "\u05e9", "x" * 200, "<b>", "..", "a.b"]
)
def test_no_identifier_makes_a_file_outside_the_folder(subject: str) -> None:
    name = file_names([subject, "P1", "p1"])[subject]
    assert re.fullmatch(r"person-[0-9a-f]{16}", name)


def test_names_differ_without_regard_to_case() -> None:
    names = file_names(["P1", "p1", "P-1", "P_1"])
    assert names["P1"] == "P1"
    assert len({name.lower() for name in names.values()}) == 4


def test_somebody_without_any_day_has_a_page_without_picture() -> None:
    person = Subject(subject="P1", consent=PartialDateTime(PartialDate(2025, 1, 4)))
    found = list(lives(derive(protocol(), TrialData.of([person]))))
    for life in found:
        assert not [block for block in person_page(protocol(), life, "P1").blocks if isinstance(block, Picture)]


def test_nobody_means_no_files(tmp_path: Path) -> None:
    assert list(write_timelines(protocol(), derive(protocol(), TrialData()), ORIGIN, tmp_path, DAY)) == []


def test_three_hundred_people_are_drawn_in_seconds() -> None:
    """Nothing grows with the square of the people: 300 copies of one life, each a page of bounded size."""
    life = max(lives(analysis()[0]), key=lambda each: len(each.events))
    began = time.process_time()
    pages = [person_page(protocol(), copied(life, f"P{number:03}"), f"P{number:03}") for number in range(300)]
    assert time.process_time() - began < 10
    assert max(len(block.svg) for page in pages for block in page.blocks if isinstance(block, Picture)) < 60_000


def copied(life: Life, subject: str) -> Life:
    return replaced(life, person={**life.person, "subject": subject})


def test_a_relapse_and_the_end_are_drawn() -> None:
    data, _ = analysis()
    left = data.frames["subjects"].filter(pl.col("left_day").is_not_null())["subject"].to_list()
    for life in lives(data):
        words = [
            text.text for text in svg_of(person_page(protocol(), life, "x")).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert ("left" in words) == (life.subject in left)
        assert ("relapses" in words) == any(row["subject"] == life.subject for row in raw("relapses"))


def test_an_event_that_recovered_on_an_unknown_day_is_not_drawn_as_lasting() -> None:
    """Solid from its start to the cut-off with an arrow is what lasts; what is over ends on some day until then."""

    def drawn(**more: object) -> tuple[int, int, str]:
        page = page_of(trial_of(event(1, PartialDate(2025, 4, 2), grade=2, **more)))  # type: ignore[arg-type]
        root = svg_of(page)
        arrows = sum(each.tag.endswith("path") and (each.get("d") or "").endswith("l-6 4z") for each in root.iter())
        dashed = sum(each.get("stroke-dasharray") is not None for each in root.iter())
        return arrows, dashed, table_of(page).rows[-1].cells[2].text

    lasting, over = drawn(outcome="not_recovered"), drawn(outcome="recovered")
    assert (over[0], over[1]) == (lasting[0] - 1, lasting[1] + 1)
    assert "no end recorded" in lasting[2]
    assert "over, end not recorded; recovered" in over[2]


def test_a_page_lists_every_medication_trough_sample_and_relapse_or_says_that_there_is_none() -> None:
    """Counted here from the raw rows; a kind of which a person has nothing is named as not recorded."""
    data, _ = analysis()
    troughs = data.frames["laboratory"].filter(category="trough").drop_nulls(["value", "day"])["subject"].to_list()
    kinds = {"Sample": ("samples", "samples"), "Relapse": ("relapses", "relapses"), "Image": ("images", "images")}
    for life in lives(data):
        page = person_page(protocol(), life, "x")
        listed = [row.cells[1].text for row in table_of(page).rows]
        missing = dict(page.blocks[0].items).get("Nothing recorded of", "")  # type: ignore[arg-type, union-attr]
        drugs = sum(row["subject"] == life.subject for row in raw("medications"))
        assert listed.count("Medication") + listed.count("Background treatment") == drugs
        assert listed.count("Trough") == troughs.count(life.subject)
        for what, (name, words) in kinds.items():
            count = sum(row["subject"] == life.subject for row in raw(name))
            assert listed.count(what) == count
            assert (words in missing) == (count == 0)
        assert ("troughs" in missing) == (life.subject not in troughs)


def test_a_person_without_records_has_a_page_that_names_what_is_not_recorded() -> None:
    told = dict(page_of(trial_of()).blocks[0].items)["Nothing recorded of"]  # type: ignore[arg-type, union-attr]
    assert told == (
        "adverse events, EDSS scores, troughs, relapses, medications, samples, images, deviations and visits"
    )


def test_what_is_known_in_part_does_not_end_before_it_began() -> None:
    """An end in 2025 of what began on 2 April: from that day to the last of the year."""
    page = page_of(trial_of(event(1, PartialDate(2025, 4, 2), PartialDate(2025), grade=1)))
    assert "; ended day 29 to 302;" in table_of(page).rows[-1].cells[2].text
