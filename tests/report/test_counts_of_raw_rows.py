"""Numbers of the report against counts of the raw rows, made here with no part of the analysis."""

from __future__ import annotations

import csv
import random
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from firstdose.cdisc import read_sdtm
from firstdose.protocol import read_protocol
from tests.report.reference_trial import EXAMPLES, analysed, analysis, protocol, raw
from tests.report.test_tracing import shown

PILOT = EXAMPLES / "cdisc-pilot"
ROWS = dict[str, str]
NUMBERS_FOLLOWED = 52
EVERYONE = "all"


@cache
def indexed(kind: str) -> dict[str, ROWS]:
    """Raw rows by identity: the person, and the number where rows have one."""
    rows = raw(kind)
    return {"/".join(filter(None, (row["subject"], row.get("number")))): row for row in rows}


def levels() -> dict[str, str]:
    """The level of everybody who was dosed, as text; dosed as assigned, so that this is the level that counts."""
    return {row["subject"]: row["level_assigned"] for row in raw("dosings")}


def first_and_last(text: str) -> tuple[date, date]:
    """The days that a date can mean that is written in full, or to the month or year."""
    parts = [int(part) for part in text[:10].split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    year, month = parts[0], parts[1] if len(parts) == 2 else None
    last = date(year + ((month or 12) == 12), (month or 12) % 12 + 1, 1) - timedelta(days=1)
    return date(year, month or 1, 1), last


@cache
def anchors() -> dict[str, datetime]:
    return {row["subject"]: datetime.fromisoformat(row["procedure_start"][:16]) for row in raw("dosings")}


def is_before(text: str, moment: datetime) -> bool:
    """Whether a date, in whatever way it could be complete, is before a moment."""
    if len(text) > 10:
        return datetime.fromisoformat(text[:16]) < moment
    return first_and_last(text)[1] < moment.date()


@dataclass(frozen=True)
class Event:
    """One counted event in the words of its raw row, with the greatest of its grades."""

    subject: str
    number: str
    group: str
    row: ROWS
    grade: int | None

    @property
    def organ_class(self) -> str:
        return self.row["organ_class"] or "not coded"

    @property
    def term(self) -> str:
        return self.row["preferred_term"] or self.row["term"]


def grade_steps(event: ROWS) -> list[ROWS]:
    steps = [
        row for row in raw("grade_changes") if (row["subject"], row["event"]) == (event["subject"], event["number"])
    ]
    return sorted(steps, key=lambda row: int(row["change"]))


def is_counted(event: ROWS) -> bool:
    """Not certainly before treatment, or worse after it: the rule in words, for a treatment given once."""
    began = anchors().get(event["subject"])
    if began is None:
        return False
    if event["start"] and event["end"] and is_before(event["end"], began):
        return first_and_last(event["end"])[1] < first_and_last(event["start"])[0]
    if not event["start"] or not is_before(event["start"], began):
        return True
    steps = grade_steps(event)
    before = [int(step["grade"]) for step in steps if is_before(step["changed"], began)]
    after = [int(step["grade"]) for step in steps if not is_before(step["changed"], began)]
    return bool(before) and any(grade > before[-1] for grade in after)


def is_later(event: ROWS) -> bool:
    """Whether it certainly began after the last day that the protocol's analyses look at, day 0 that of treatment."""
    last_day = protocol().conventions.analysis_until_day
    assert last_day is not None
    began = first_and_last(event["start"])[0] if event["start"] else date.min
    return (began - anchors()[event["subject"]].date()).days > last_day


@cache
def counted() -> tuple[Event, ...]:
    found = []
    for row in raw("adverse_events"):
        if is_counted(row) and not is_later(row):
            grades = [int(each) for each in (row["grade"], *(step["grade"] for step in grade_steps(row))) if each]
            found.append(Event(row["subject"], row["number"], levels()[row["subject"]], row, max(grades, default=None)))
    return tuple(found)


def related_to(cause: str) -> Callable[[Event], bool]:
    return lambda event: event.row[f"relation_to_{cause}"] in ("possible", "probable", "definite", "related")


def is_serious(event: Event) -> bool:
    return event.row["serious"] == "true"


def is_severe(event: Event) -> bool:
    return event.grade is not None and event.grade >= 3


CHOSEN: dict[str, Callable[[Event], bool]] = {
    "by_class_and_term": lambda _: True,
    "serious_by_class_and_term": is_serious,
    "grade_3_or_more_by_class_and_term": is_severe,
    "related_to_product_by_class_and_term": related_to("product"),
    "related_to_procedure_by_class_and_term": related_to("procedure"),
    "related_to_background_treatment_by_class_and_term": related_to("background_treatment"),
    "related_to_disease_by_class_and_term": related_to("disease"),
}
ASKED: dict[str, Callable[[Event], bool]] = {
    "any adverse event": lambda _: True,
    "grade 3 or more": is_severe,
    "serious": is_serious,
    "related to the product": related_to("product"),
    "related to the procedure": related_to("procedure"),
    "related to the background treatment": related_to("background_treatment"),
    "related to the disease": related_to("disease"),
    "serious and related to the product or the procedure": lambda event: (
        is_serious(event) and (related_to("product")(event) or related_to("procedure")(event))
    ),
    "of special interest": lambda event: bool(event.row["special_interest"]),
    "fatal": lambda event: event.row["outcome"] == "fatal",
}

Counts = dict[tuple[str, ...], tuple[int, int]]
"""People and events, by what, within and group."""


def counts_of(table: str, frame: Any) -> Counts:
    """The counts of a table of results, without those of nobody."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for row in frame.filter(chapter="adverse_events", table=table).iter_rows(named=True):
        key = (row["within"], row["what"], row["group"])
        found.setdefault(key, {})[row["statistic"]] = row["value"]
    return {key: (int(each["people"]), int(each["events"])) for key, each in found.items() if each["people"]}


def tallied(keys: Iterable[tuple[tuple[str, ...], str, str]]) -> Counts:
    """People and events of each key, from the key, person and group of each event; everyone is a group."""
    people: dict[tuple[str, ...], list[str]] = {}
    for key, subject, group in keys:
        for each in (group, EVERYONE):
            people.setdefault((*key, each), []).append(subject)
    return {key: (len(set(found)), len(found)) for key, found in people.items()}


@pytest.mark.parametrize("table", CHOSEN)
def test_events_by_class_and_term_are_those_of_the_raw_rows(table: str) -> None:
    chosen = [event for event in counted() if CHOSEN[table](event)]
    keys = [(("", event.organ_class), event.subject, event.group) for event in chosen]
    keys += [((event.organ_class, event.term), event.subject, event.group) for event in chosen]
    assert tallied(keys) == counts_of(table, analysis()[1].frame)
    assert keys


def test_the_overview_is_that_of_the_raw_rows() -> None:
    keys = [
        (("", what), event.subject, event.group)
        for what, is_asked in ASKED.items()
        for event in counted()
        if is_asked(event)
    ]
    found = counts_of("overview", analysis()[1].frame)
    assert tallied(keys) == {key: each for key, each in found.items() if key[1] in ASKED}
    sizes = {row["group"]: row["of"] for row in analysis()[1].frame.filter(table="overview").to_dicts() if row["of"]}
    groups = list(levels().values())
    assert sizes == {EVERYONE: len(groups), **{group: groups.count(group) for group in groups}}


def test_maximum_grades_are_those_of_the_raw_rows() -> None:
    highest: dict[tuple[str, ...], int] = {}
    for event in counted():
        for about in (("", "any adverse event"), ("", event.organ_class), (event.organ_class, event.term)):
            for group in (event.group, EVERYONE):
                place = (*about, group, event.subject)
                highest[place] = max(highest.get(place, 0), event.grade or 0)
    expected: dict[tuple[str, ...], int] = {}
    for (*key, _), grade in highest.items():
        counted_at = (*key, f"grade {grade}")
        expected[counted_at] = expected.get(counted_at, 0) + 1
    found = {
        (row["within"], row["what"], row["group"], row["when"]): int(row["value"])
        for row in analysis()[1].frame.filter(table="by_maximum_grade", statistic="people").to_dicts()
        if row["value"]
    }
    assert found == expected


def pilot_rows(name: str) -> list[ROWS]:
    with (PILOT / "sdtm" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pilot_events() -> Iterator[tuple[ROWS, str]]:
    """Events from the first day of treatment to 30 days after the last, or not certainly outside, with the arm."""
    arms = {"Placebo": "0", "Xanomeline Low Dose": "1", "Xanomeline High Dose": "2"}
    arm = {row["USUBJID"]: arms.get(row["ACTARM"]) for row in pilot_rows("dm.csv")}
    spans: dict[str, list[tuple[date, date]]] = {}
    for row in pilot_rows("ex.csv"):
        last = first_and_last(row["EXENDTC"] or row["EXSTDTC"])[1]
        spans.setdefault(row["USUBJID"], []).append((first_and_last(row["EXSTDTC"])[0], last))
    for row in pilot_rows("ae.csv"):
        subject = row["USUBJID"]
        if subject not in spans:
            continue
        first, last = min(span[0] for span in spans[subject]), max(span[1] for span in spans[subject])
        earliest, latest = first_and_last(row["AESTDTC"]) if row["AESTDTC"] else (first, first)
        if latest >= first and earliest <= last + timedelta(days=30):
            yield row, arm[subject] or ""


@cache
def pilot() -> Any:
    return analysed(read_protocol(PILOT / "protocol.yaml"), read_sdtm(PILOT / "sdtm").trial_data)[1].frame


def test_events_of_the_pilot_are_those_of_its_raw_rows() -> None:
    events = list(pilot_events())
    keys = [(("", row["AEBODSYS"]), row["USUBJID"], arm) for row, arm in events]
    keys += [((row["AEBODSYS"], row["AEDECOD"]), row["USUBJID"], arm) for row, arm in events]
    assert tallied(keys) == counts_of("by_class_and_term", pilot())
    asked = [(("", "any adverse event"), row["USUBJID"], arm) for row, arm in events]
    asked += [(("", "serious"), row["USUBJID"], arm) for row, arm in events if row["AESER"] == "Y"]
    found = counts_of("overview", pilot())
    assert tallied(asked) == {key: each for key, each in found.items() if key[1] in ("any adverse event", "serious")}


def rows_behind(records: list[str]) -> list[ROWS]:
    """The raw rows of records; KeyError where there is none."""
    return [indexed(kind)[identity] for kind, _, identity in (record.partition(":") for record in records)]


def dosing_of(subject: str) -> ROWS:
    return next(row for row in raw("dosings") if row["subject"] == subject)


MEASURED: dict[str, Callable[[ROWS], str]] = {
    "results_by_visit": lambda row: row["result"],
    "vital_signs_by_visit": lambda row: row["result"],
    "volume": lambda row: row["volume_ml"],
    "age": lambda row: row["age_years"],
    "dose assigned": lambda row: dosing_of(row["subject"])["dose_assigned"],
    "dose given": lambda row: dosing_of(row["subject"])["dose_given"],
}
"""What is summarised, by the table or what it is about, as it stands in the raw row."""

SUMMARIES: dict[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "sd": statistics.stdev,
    "median": statistics.median,
    "minimum": min,
    "maximum": max,
}


def fits(result: dict[str, Any], row: ROWS) -> bool:
    """Whether a raw row is of the group, and about the thing, that the figure is of."""
    subject = row["subject"]
    if result["group"] not in (EVERYONE, levels().get(subject)):
        return False
    if result["table"] in CHOSEN and result["within"]:
        return bool(row["preferred_term"] == result["what"] and row["organ_class"] == result["within"])
    if result["table"] in CHOSEN:
        return bool(row["organ_class"] == result["what"])
    if result["table"] in ("sex", "centre", "country"):
        return bool(row[result["table"]] == result["what"])
    if result["table"] == "batches":
        return any(each["subject"] == subject and each["batch"] == result["what"] for each in raw("dosings"))
    if result["table"] in ("results_by_visit", "vital_signs_by_visit"):
        return bool(row["visit"] == result["when"] and row["test"] == result["what"])
    return True


def recount(result: dict[str, Any], records: list[str]) -> float | None:
    """The figure from the raw rows of its records; None for what is more than a count or summary of them."""
    rows = rows_behind(records)
    if result["statistic"] in ("people", "n"):
        return len({row["subject"] for row in rows})
    if result["statistic"] == "events":
        return len({(row["subject"], row["number"]) for row in rows})
    measured = MEASURED.get(result["table"]) or MEASURED.get(result["what"])
    if result["statistic"] in SUMMARIES and measured:
        return SUMMARIES[result["statistic"]]([float(measured(row)) for row in rows])
    if result["statistic"] in ("dose_assigned", "dose_given"):
        return float(dosing_of(rows[0]["subject"])[result["statistic"]])
    return None


def test_numbers_on_the_page_are_followed_to_the_raw_rows() -> None:
    """Numbers drawn from the cells of four chapters, each counted or summarised again from the rows of its records."""
    found = analysis()[1].frame.to_dicts()
    draw = random.Random(20240229)
    for chapter in ("adverse_events", "baseline", "exposure", "laboratory"):
        cells = [each for each in shown() if any(found[row - 1]["chapter"] == chapter for row in each.rows)]
        draw.shuffle(cells)
        followed = 0
        for cell in cells:
            results = [found[row - 1] for row in cell.rows]
            records = [record for one in results if one["statistic"] in ("people", "n") for record in one["records"]]
            one = draw.choice(results)
            behind = one["records"] or records
            again = recount(one, behind) if behind and one["value"] else None
            if again is None:
                continue
            assert again == pytest.approx(one["value"], rel=1e-9), (cell, one)
            assert all(fits(one, row) for row in rows_behind(behind)), one
            followed += 1
            if followed == NUMBERS_FOLLOWED // 4:
                break
        assert followed == NUMBERS_FOLLOWED // 4, chapter
