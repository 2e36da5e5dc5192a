"""Items of the reporting checklists for dose-finding trials, in our own words, as far as their text could be read.

Sources. CONSORT-DEFINE: Yap C et al., BMJ 2023;383:e076387, table 1, of which the items 1a to 3a.2 were read (the last
in part); the paper says that it has 21 new and 19 changed items. CONSORT 2010: Schulz KF et al., BMJ 2010;340:c332; of
its items those are listed whose dose-finding wording could not be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Extent = Literal["answered", "in part", "not here"]
NEW_OR_CHANGED = 40
"""New and changed items of CONSORT-DEFINE, by its abstract."""

IN_CONSORT = 37
"""Items of CONSORT 2010, parts counted as items of their own."""


@dataclass(frozen=True)
class Item:
    """One item: its number, what it asks, the chapters that answer it, how far, and what they leave to the authors."""

    number: str
    asks: str
    chapters: tuple[str, ...] = ()
    extent: Extent = "not here"
    remark: str = ""
    is_new_or_changed: bool = False


AUTHORS = "for the authors to write; nothing in the records tells it"
VERSIONS = "compare the versions of the protocol file"
CHANCE = "only where people are assigned by chance; assignment here follows the escalation rule"

DEFINE_ITEMS = (
    Item(
        "1a", "Title or abstract says that it is an early trial to find a dose", ("at-a-glance",), "in part",
        "the title is the protocol's; whether it says so is for the authors", is_new_or_changed=True,
    ),
    Item(
        "1b", "A structured summary of design, methods, results and conclusions", ("at-a-glance",), "in part",
        "the results for one; not the summary",
    ),
    Item(
        "2a.1", "The question, why it was asked, and earlier clinical studies of benefit and harm", remark=AUTHORS,
        is_new_or_changed=True,
    ),
    Item("2a.2", "Main findings before the first use in people", remark=AUTHORS, is_new_or_changed=True),
    Item(
        "2a.3", "Findings from the laboratory that support substudies of biomarkers", remark=AUTHORS,
        is_new_or_changed=True,
    ),
    Item(
        "2b", "Objectives, such as safety, activity and the dose to recommend", ("methods",), "in part",
        "sets and estimands; the objectives stand in the protocol file under “endpoints”", is_new_or_changed=True,
    ),
    Item(
        "3a.1", "How the dose moves, number of groups, ratio of allocation, adaptations planned", ("escalation", "dlt"),
        "in part", "what was done; the rule itself is explained in the design report", is_new_or_changed=True,
    ),
    Item(
        "3a.2", "A scheme of the main transitions, such as from escalation to expansion", (), "not here",
        "the design report shows what each outcome leads to; only the beginning of this item could be read",
        is_new_or_changed=True,
    ),
)  # fmt: skip

CONSORT_ITEMS = (
    Item("3b", "Changes to the methods after the start, with reasons", remark=VERSIONS),
    Item("4a", "Who could take part", ("populations",), "in part", "who failed which criterion"),
    Item("4b", "Where the data were gathered", ("baseline",), "in part", "centres and countries of the people"),
    Item("5", "What was given, how and when, so that it can be repeated", ("exposure",), "in part",
         "doses, batches and administration; not how the product is made"),
    Item("6a", "The outcomes that were planned, how and when assessed", ("methods",), "in part",
         "definitions of the measures used; the list stands in the protocol file under “endpoints”"),
    Item("6b", "Changes to the outcomes after the start, with reasons", remark=VERSIONS),
    Item("7a", "Why so many people", ("limits",), "in part", "what so few can show; the design report has the rest"),
    Item("7b", "Looks at the data during the trial, and rules to stop", ("escalation", "stopping"), "answered",
         "the chapter on stopping rules says where the protocol names none"),
    Item("8a", "How the random order was made", remark=CHANCE),
    Item("8b", "Kind of randomisation and its restrictions", remark=CHANCE),
    Item("9", "How the order was concealed", remark=CHANCE),
    Item("10", "Who made the order, enrolled and assigned", ("escalation",), "in part", "who decided on each dose"),
    Item("11a", "Who was blinded, and how", ("mri",), "in part",
         "whether the readers of scans knew the dose; for other assessments it is in the records"),
    Item("11b", "How alike the interventions were", remark=AUTHORS),
    Item("12a", "Statistical methods for the outcomes", ("methods",), "answered"),
    Item("12b", "Methods of further analyses", ("methods",), "answered"),
    Item("13a", "Numbers assigned, treated and analysed, by group", ("populations",), "answered"),
    Item("13b", "Who was lost or left out, by group, with reasons", ("populations", "dlt"), "answered"),
    Item("14a", "Dates of recruitment and follow-up", ("escalation", "exposure"), "in part",
         "dates of dosing and the length of follow-up"),
    Item("14b", "Why the trial ended", ("escalation",), "in part", "the last decision and its reason"),
    Item("15", "Baseline characteristics by group", ("baseline",), "answered"),
    Item("16", "Denominators of each analysis", ("populations",), "answered", "and beside every count"),
    Item("17a", "Results of each outcome by group, with precision", ("dlt", "disability", "scores", "mri"), "answered"),
    Item("17b", "Absolute and relative sizes of effects", ("adverse-events",), "in part",
         "counts and shares by dose; without a control there is no relative effect"),
    Item("18", "Further analyses, told apart from those planned", ("event-rates", "disability"), "answered",
         "exploratory tables say so"),
    Item("19", "All harms by group", ("adverse-events", "dlt", "laboratory"), "answered"),
    Item("20", "Limits: bias, imprecision, many comparisons", ("limits",), "in part", "imprecision, not bias"),
    Item("21", "To whom the findings apply", remark=AUTHORS),
    Item("22", "Interpretation that balances benefit and harm", remark=AUTHORS),
    Item("23", "Registration number and registry",
         remark="in the protocol file under “trial.registrations”; the title has the trial's identifier"),
    Item("24", "Where the full protocol can be seen", ("at-a-glance",), "in part", "the hash of its file, on top"),
    Item("25", "Funding, and the role of funders", remark=AUTHORS),
)  # fmt: skip
