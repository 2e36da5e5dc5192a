"""Tables of adverse events, made again from exported ADaM files alone."""

from __future__ import annotations

from collections.abc import Callable

from tests.cdisc.rederived_rows import Data, Figures, Row, Rows, groups_of, people

DAYS_OF_A_YEAR = 365.25


def counted(data: Data) -> Rows:
    """The adverse events that are counted, each with whether the person has died."""
    died = {row["USUBJID"] for row in data["ADSL"] if row["DTHFL"] == "Y"}
    events = data.get("ADAE", [])
    return [Row(row, died=row["USUBJID"] in died) for row in events if row["ANL01FL"] == "Y"]


def _said(row: Row, name: str) -> bool | None:
    return {"Y": True, "N": False, None: None}[row.get(name)]


def _severe(row: Row) -> bool | None:
    return None if row.get("ATOXGRN") is None else row["ATOXGRN"] >= 3


def _fatal(row: Row) -> bool | None:
    if row.get("AOUT") in (None, "UNKNOWN"):
        return None if row["died"] else False
    return bool(row["AOUT"] == "FATAL")


QUESTIONS: dict[str, Callable[[Row], bool | None]] = {
    "any adverse event": lambda row: True,
    "grade 3 or more": _severe,
    "serious": lambda row: _said(row, "AESER"),
    "related to the product": lambda row: _said(row, "ARELPRD"),
    "related to the procedure": lambda row: _said(row, "ARELPRC"),
    "related to the background treatment": lambda row: _said(row, "ARELBGT"),
    "related to the disease": lambda row: _said(row, "ARELDIS"),
    "led to a change of treatment": lambda row: _said(row, "CHGTRTFL"),
    "fatal": _fatal,
}


def adverse_event_overview(data: Data) -> Figures:
    """People and events by what is asked of each; where no answer is known there is no figure."""
    found: Figures = {}
    sizes = {group: len(rows) for group, rows in groups_of(data["ADSL"], "TRT01AN")}
    events = dict(groups_of(counted(data)))
    for what, asked in QUESTIONS.items():
        for group in sizes:
            rows = events.get(group, [])
            answers = [(asked(row), row) for row in rows]
            if answers and all(answer is None for answer, _ in answers):
                found[what, "", "", group, "people"] = None
                continue
            having = [row for answer, row in answers if answer]
            found[what, "", "", group, "people"] = people(having)
            found[what, "", "", group, "events"] = len(having)
    return found


def adverse_events_by_class_and_term(data: Data) -> Figures:
    """People and events of each class, and of each term within it; nobody is a zero."""
    found: Figures = {}
    every = [row for row in counted(data) if row["SAFFL"] == "Y"]
    lines = {(row["ABODSYS"], "") for row in every} | {(row["ADECOD"], row["ABODSYS"]) for row in every}
    events = dict(groups_of(every))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        for what, within in lines:
            name, among = ("ADECOD", ("ABODSYS", within)) if within else ("ABODSYS", ("ABODSYS", what))
            rows = [row for row in events.get(group, []) if row[name] == what and row[among[0]] == among[1]]
            found[what, within, "", group, "people"] = people(rows)
            found[what, within, "", group, "events"] = len(rows)
    return found


def highest_grades(data: Data) -> Figures:
    """People by the grade of the event that is flagged as their worst."""
    found: Figures = {}
    worst = dict(groups_of(row for row in counted(data) if row.get("AOCCIFL") == "Y"))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        for grade in range(1, 6):
            rows = [row for row in worst.get(group, []) if row["ATOXGRN"] == grade]
            found["any adverse event", "", f"grade {grade}", group, "people"] = len(rows)
    return found


PERIODS = {
    "days 0 to 30": "AP01",
    "day 31 to the last immunosuppressant dose": "AP02",
    "after the immunosuppressant was stopped": "AP03",
    "later": "AP04",
}


def event_rates(data: Data) -> Figures:
    """Events per person-year at risk, in all and by period."""
    found: Figures = {}
    events = counted(data)
    for group, members in groups_of(data["ADSL"], "TRT01AN"):
        for when in ("", *PERIODS):
            ends = {row["USUBJID"]: end for row in members if (end := _end(row, when)) is not None}
            years = sum(_days(row, when) for row in members if row["USUBJID"] in ends) / DAYS_OF_A_YEAR
            for what in ("any adverse event", "grade 3 or more", "serious", "related to the product"):
                here = [row for row in events if row["USUBJID"] in ends and _began_in(row, when, ends)]
                answers = [QUESTIONS[what](row) for row in here]
                if years and not (answers and all(answer is None for answer in answers)):
                    rate = sum(bool(answer) for answer in answers) / years
                    found[what, "", when, group, "events_per_person_year"] = rate
    return found


def _end(row: Row, when: str) -> float | None:
    """The study day on which the time at risk ends."""
    end: float | None = row[f"{PERIODS[when]}EDY"] if when else row["ARISKDY"]
    return end


def _days(row: Row, when: str) -> float:
    days: float = row[f"{PERIODS[when]}EDY"] - row[f"{PERIODS[when]}SDY"] + 1 if when else row["ARISKDY"]
    return days


def _began_in(row: Row, when: str, ends: dict[str, float]) -> bool:
    """Whether an event began by the end of the time at risk, on the first day that it can have begun."""
    start = row["ASTDYLO"]
    return (not when or row["APERIODC"] == when) and (start is None or start <= ends[row["USUBJID"]])


def first_event_rates(data: Data) -> Figures:
    """People with an event per person-year until their first."""
    found: Figures = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "FIRST ADVERSE EVENT"]
    answered = {what: any(QUESTIONS[what](row) is not None for row in counted(data)) for what in QUESTIONS}
    for group, members in groups_of(rows):
        for what in {row["PARCAT2"] for row in members}:
            its = [row for row in members if row["PARCAT2"] == what]
            if answered[what]:
                years = sum(row["AVAL"] for row in its) / DAYS_OF_A_YEAR
                rate = sum(row["CNSR"] == 0 for row in its) / years
                found[what, "", "", group, "people_per_person_year"] = rate
    return found


def resolved_events(data: Data) -> Figures:
    """Counted events with a known time, and those that were resolved."""
    found: Figures = {}
    rows = [row for row in data.get("ADTTE", []) if row["PARCAT1"] == "RESOLUTION OF ADVERSE EVENT"]
    by_group = dict(groups_of(rows))
    for group, _ in groups_of(data["ADSL"], "TRT01AN"):
        members = by_group.get(group, [])
        found["any adverse event", "", "", group, "events"] = len(members)
        if members:
            found["any adverse event", "", "", group, "resolved_events"] = sum(row["CNSR"] == 0 for row in members)
    return found
