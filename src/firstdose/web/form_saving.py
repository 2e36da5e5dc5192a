"""What becomes of a form that was sent: what was typed in it, and what is said once that is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from firstdose.conduct.automatic_queries import check_record
from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import Finding, check_fields
from firstdose.conduct.ledger import Draft
from firstdose.conduct.visit_queries import is_not_entered
from firstdose.records import columns_of
from firstdose.records.wording import counted
from firstdose.web.acting import TrialRequest
from firstdose.web.form_fields import sent_as
from firstdose.web.guarding import told
from firstdose.web.offered import not_offered, offered_in
from firstdose.web.sent_once import written_once
from firstdose.web.sight import title_of_kind
from firstdose.web.value_words import field_words

SEEN = "seen:"
DONE = {"create": "saved", "change": "saved", "remove": "removed", "restore": "restored"}
MOST_SAID = 8
"""So many odd things are said one by one; of more it is said how many there are."""


def typed_in(request: TrialRequest, record_type: str) -> dict[str, str]:
    """What was typed in each field of the form that was sent; fields that the form did not show are not in it."""
    names = {name: sent_as(name) for name in columns_of(LEDGER_RECORDS[record_type])}
    return {name: request.POST[sent] for name, sent in names.items() if sent in request.POST}


def seen_in(request: TrialRequest, record_type: str) -> dict[str, str]:
    """What stood in each field when the form was opened."""
    found = {name: request.POST.get(SEEN + name, "") for name in columns_of(LEDGER_RECORDS[record_type])}
    return {name: text for name, text in found.items() if text}


def save_draft(request: TrialRequest, draft: Draft | None, title: str) -> None:
    """Write what a form says of a record, and say on the next page what was done and what is odd.

    ``title`` is what the form is called; without a draft nothing was changed, and that is said.
    Raises Refused, and Conflict if somebody changed the same fields meanwhile.
    """
    if draft is None:
        told(request, "nothing was changed")
        return
    words = f"{title}, {draft.record}: {DONE[draft.action]}"
    carry_out(request, draft.record_type, draft.record, words, lambda work: work.append(draft))


def carry_out(
    request: TrialRequest, record_type: str, record: str, words: str, write: Callable[[Work], object]
) -> None:
    """Write to a record, let the rules ask about it, and say on the next page, in words, what was done and is odd.

    A request that was carried out before is not written again. Raises Refused and Conflict as ``write`` does.
    """
    with written_once(request) as work:
        if not work.is_repeated:
            write(work)
            check_record(work, record_type, record)
        odd, opened = odd_in(work, record_type, record), opened_in(work)
        stored = work.record(record_type, record)
    if not stored.is_removed:
        odd += tuple(not_offered(offered_in(request.trial, record_type), record_type, stored.fields))
    if is_not_entered(request.trial.ledger, stored):
        words += f"; of visit {stored.fields['visit'].strip()} itself nothing is entered yet"
    told_of(request, words, findings_words(record_type, odd), opened)


@dataclass(frozen=True)
class Opened:
    """A query that a write opened or asked again, and whether it is about something else than what was written."""

    number: str
    about: str
    words: str
    is_elsewhere: bool


def opened_in(work: Work) -> tuple[Opened, ...]:
    """The queries that this write opened or asked again, those about what it wrote in several records included."""
    work.finish()
    written = {(entry.record_type, entry.record) for entry in work.entries}
    numbers = dict.fromkeys(entry.record for entry in work.entries if entry.record_type == "queries")
    found = ((each, work.record("queries", each).fields) for each in numbers)
    return tuple(
        Opened(
            number,
            f"{title_of_kind(fields['about_type'])} {fields['about_record']}",
            fields.get("words", ""),
            (fields["about_type"], fields["about_record"]) not in written,
        )
        for number, fields in found
        if fields.get("state") == "open"
    )


def odd_in(work: Work, record_type: str, record: str) -> tuple[Finding, ...]:
    """What is odd in a record as it stands now; nothing in one that was removed."""
    stored = work.record(record_type, record)
    return () if stored.is_removed else check_fields(record_type, stored.fields)


def told_of(request: TrialRequest, words: str, odd: Sequence[SafeString], opened: Sequence[Opened] = ()) -> None:
    """Say on the next page what was done, what is odd in it, and which queries were opened about that.

    A query about another record, which what was written contradicts, is told with what it asks.
    """
    if not odd and not opened:
        told(request, words)
        return
    said = [*odd, *map(_elsewhere, (each for each in opened if each.is_elsewhere))]
    lines = format_html_join("", "<li>{}</li>", ((line,) for line in said[:MOST_SAID]))
    more = format_html("<li>and {} more</li>", len(said) - MOST_SAID) if len(said) > MOST_SAID else SafeString("")
    count = f", with {counted(len(said), 'thing')} to look at" if said else ""
    own = _opened([each.number for each in opened if not each.is_elsewhere])
    end = format_html(":<ul>{}{}</ul>", lines, more) if said else "."
    messages.warning(request, format_html("{}. It stands as it was typed{}{}{}", words, count, own, end))


def _elsewhere(opened: Opened) -> SafeString:
    """A query about another record, with its page and what it asks."""
    link = format_html('<a href="{}">query {}</a>', reverse("query", args=[opened.number]), opened.number)
    return format_html("<b>{}</b>: {} ({})", opened.about, opened.words, link)


def finding_words(finding: Finding, question: str) -> SafeString:
    """One odd thing in words: the question, what stands there, what is wrong with it and how it is mended."""
    text = format_html(" <q>{}</q>", finding.text) if finding.text else ""
    rule = "is not filled in" if finding.weight == "missing" else finding.words
    return format_html("<b>{}</b>{}: {}; {}", question, text, rule, finding.fix)


def findings_words(record_type: str, findings: Iterable[Finding]) -> list[SafeString]:
    """The odd things of a record in words."""
    return [finding_words(each, field_words(record_type, each.field)) for each in findings]


def _opened(numbers: Sequence[str]) -> SafeString:
    """The queries that were opened, each with its page."""
    if not numbers:
        return SafeString("")
    links = format_html_join(", ", '<a href="{}">{}</a>', ((reverse("query", args=[each]), each) for each in numbers))
    return format_html("; {} opened: {}", "a query was" if len(numbers) == 1 else "queries were", links)
