"""The reference page of the SDTM export: what goes where, and what SDTM cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.cdisc.domains import DOMAINS
from firstdose.cdisc.nonstandard import UNDER_STUDY, qualifiers_of
from firstdose.cdisc.writing.datasets import held_domains
from firstdose.cdisc.writing.metadata import all_domains
from firstdose.records import NAMES, RECORDS, DltAdjudication, Supplement

ONLY_BESIDE: dict[type, list[str]] = {DltAdjudication: ["SUPPAE"], Supplement: ["SUPP--"]}
"""Kinds of record that stand in supplements alone."""
ELSEWHERE = """\
Cohort and level of each dose stand in SUPPEX, the verdict on a dose-limiting toxicity in SUPPAE. Abundances of
metabolites are no records; they stand in no SDTM dataset, but in ADMB of ADaM.
"""
OPENING = """\
# SDTM: what goes where

`firstdose export PROTOCOL DATA --to sdtm --out DIR` writes these datasets (Implementation Guide 3.4), and reading them
gives the same records again, but for what is listed here. `conformance.csv` beside them lists what the checks found.
"""
LIMITS = {
    "All texts": (
        "Blanks at the end of a text are not kept: no transport file keeps them.",
        "Texts beyond 200 characters go on in SUPP--; identifiers (subject, centre, visit, arm, measure) and the names "
        "of criteria cannot, and are refused. So are two texts of one record, more than nine parts long, whose further "
        "parts would have one name.",
        "Transport files hold printable ASCII only, numbers up to 7.2e75 and whole numbers up to 2^53. What is beyond "
        "is refused by name; CSV and Dataset-JSON hold it.",
        "Routes, frequencies, forms of dose, specimens, positions and places are written as CDISC's terms where they "
        "are one in other letters, or a word that can only mean one (twice daily: BID), and come back as the term.",
    ),
    "subjects": (
        "Countries whose code is known come back by their English name.",
        "What older data have in the place of an arm (Screen Failure, Not Assigned, Not Treated, Unplanned Treatment) "
        "is written as ARMNRS and does not come back.",
        "Without a recorded arm the dose level assigned, and the one given, are written in its place and come back as "
        "the arm.",
    ),
    "dlt_adjudications": (
        "Of several adjudications of one adverse event only the last, in SUPPAE; none of an event that is not there.",
    ),
    "deaths": ("The death of somebody who is not among the subjects has no place.",),
    "dosings": (
        "Without a name of the product that of the protocol is written.",
        "A dosing that is only prepared, of which nothing is said but what is to be given, is a scheduled dose in EC "
        "and does not come back.",
    ),
    "criterion_answers": ("Only answers that keep somebody out: IE may hold no others.",),
    "dispositions": (
        "Without words of the investigator those of the event are written in their place.",
        "An event that says the same as one of CDISC's terms (lost to follow up) is written as the term, and a "
        "category where none is recorded; they come back so.",
    ),
    "visits": ("A visit without a number gets one: that of others, of the schedule, or one after these.",),
    "lab_results, vital_signs, assessments": (
        "That something was done is not said apart from its result. A unit without a result is not written.",
        "Where a test has no standard result at all, and one unit, its results are repeated as standard results.",
        "A number in the field for words comes back as a number; so does standard text that repeats its number.",
        "Without a name of the test its code is its name; without a question that of the known item.",
    ),
    "supplements": (
        "Those of kinds of record that have no domain; those of deaths come back as those of subjects, and those of "
        "assessments all stand in SUPPQS.",
    ),
}


def sdtm_page() -> Iterator[str]:
    """The page, line by line."""
    yield OPENING
    yield "## Where each kind of record goes\n\n| records | datasets |\n|---|---|"
    for name, record_type in RECORDS.items():
        domains = [domain for domain, kinds in DOMAINS.items() if record_type in kinds]
        domains = ONLY_BESIDE.get(record_type, domains)
        yield f"| `{name}` | {', '.join(domains) or 'not written'} |"
    yield "\n## What SDTM does not hold\n"
    held = {*held_domains(), NAMES[Supplement]}
    unheld = ", ".join(f"`{name}`" for name in RECORDS if name not in held)
    yield f"No dataset is written of {unheld}. The command tells how many there are."
    yield ELSEWHERE
    yield "Of the others:\n"
    for about, limits in LIMITS.items():
        yield from (f"- **{about}**: {limit}" for limit in limits)
    yield "\n## Values without a variable\n\nThey stand in SUPP--, and come back if name and label are these.\n"
    yield "| records | field | QNAM | QLABEL |\n|---|---|---|---|"
    for domain, kinds in DOMAINS.items():
        for kind in kinds:
            for field, qualifier in qualifiers_of(kind, domain).items():
                yield f"| `{NAMES[kind]}` | `{field}` | {qualifier.name} | {qualifier.label} |"
    yield f"| `disease_histories` | (marks its row) | {UNDER_STUDY.name} | {UNDER_STUDY.label} |"
    yield "\n## Variables and their origin\n\nPermissible variables without any value are left out.\n"
    yield "| dataset | variable | label | type | core | origin | code list |\n|---|---|---|---|---|---|---|"
    for name, described in all_domains().items():
        for each in described.variables.values():
            row = (name, each.name, each.label, each.kind, each.core, each.origin, each.codelist)
            yield f"| {' | '.join(row)} |"
