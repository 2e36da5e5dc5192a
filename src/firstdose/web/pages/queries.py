"""Queries: listed with their age, answered, closed and asked again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.automatic_queries import check_all
from firstdose.conduct.catalogue import Query
from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import as_object
from firstdose.conduct.queries import answer, close, reopen, said_about
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.queries_shown import ShownQuery, shown, shown_queries
from firstdose.web.sent_once import written_once
from firstdose.web.sight import is_of_site, sight_of

ON_A_PAGE = 200
STATES = {
    "waiting": "not closed",
    "open": "to be answered",
    "answered": "answered, to be judged",
    "closed": "closed",
    "all": "all",
}


@dataclass(frozen=True)
class Filter:
    """Which queries are listed: in a state, about a participant, of a site, asked by rules or by people."""

    state: str
    subject: str
    site: str
    asked_by: str

    @classmethod
    def of(cls, sent: QueryDict) -> Filter:
        """What the address asks for."""
        state = sent.get("state", "waiting")
        texts = [sent.get(name, "").strip() for name in ("subject", "site", "asked_by")]
        return cls(state if state in STATES else "waiting", *texts)

    def holds(self, each: ShownQuery, sites: dict[str, str]) -> bool:
        """Whether a query is listed."""
        state = each.query.state
        return (
            (self.state == "all" or state == self.state or (self.state == "waiting" and each.waits))
            and (not self.subject or each.subject == self.subject)
            and (not self.site or sites.get(each.subject or "") == self.site)
            and (not self.asked_by or (self.asked_by == "rules") == (each.query.rule is not None))
        )


def listing(request: TrialRequest) -> HttpResponseBase:
    """The queries that the role sees, the oldest first; several are closed here together."""
    if request.method == "POST":
        return _several(request)
    chosen, sight = Filter.of(request.GET), sight_of(request)
    people = [each for each in request.trial.ledger.records("subjects") if each.fields["subject"] in sight.visible]
    sites = {each.fields["subject"]: each.fields.get("centre", "") for each in people}
    every = list(shown_queries(request, sight))
    found = [each for each in every if chosen.holds(each, sites)]
    context = {
        "filter": chosen,
        "states": [(name, words, _count(every, name)) for name, words in STATES.items()],
        "subjects": sorted(sites),
        "sites": sorted(set(filter(None, sites.values()))),
        "queries": found[:ON_A_PAGE],
        "more": len(found) - ON_A_PAGE,
        "request_key": str(uuid.uuid4()),
        "sees_all": not is_of_site(request),
    }
    return render(request, "firstdose/queries.html", context)


def one(request: TrialRequest, query: int) -> HttpResponseBase:
    """One query with all that was said in it; it is answered, closed and asked again here."""
    stored, sight = request.trial.ledger.record("queries", str(query)), sight_of(request)
    about = stored.fields.get("about_type", ""), stored.fields.get("about_record", "")
    if not stored.exists or not sight.shows(*about):
        raise Http404
    if request.method == "POST":
        return _step(request, query)
    each = shown(request, sight, as_object(Query, stored))
    said = [(step, sight.words(step.words)) for step in said_about(request.trial.ledger, query)]
    context = {"each": each, "said": said, "request_key": str(uuid.uuid4())}
    return render(request, "firstdose/query.html", context)


def _count(queries: list[ShownQuery], state: str) -> int:
    return sum(Filter(state, "", "", "").holds(each, {}) for each in queries)


def _step(request: TrialRequest, query: int) -> HttpResponseBase:
    """Answer, close or ask again."""
    step, words = request.POST.get("step", ""), request.POST.get("words", "")
    with written_once(request) as work:
        done = "done already" if work.is_repeated else _carry_out(work, query, step, words)
    told(request, f"query {query} is {done}" if done != "done already" else done)
    return redirect("query", query=query)


def _carry_out(work: Work, query: int, step: str, words: str) -> str:
    """One step of a query; what it is now."""
    if step == "answer":
        answer(work, query, words)
        return "answered"
    if step == "close":
        close(work, query, words=words)
        return "closed"
    if step == "reopen":
        reopen(work, query, words)
        return "asked again"
    raise Refused("choose what is to be done with the query")


def _several(request: TrialRequest) -> HttpResponseBase:
    """Close several queries, or let the rules look at every record."""
    if request.POST.get("step") == "check":
        return _checked(request)
    numbers = [each for each in map(whole_number, request.POST.getlist("query")) if each is not None]
    if not numbers or request.POST.get("step") != "close":
        raise Refused("choose the queries that are to be closed")
    sight = sight_of(request)
    for number in numbers:
        fields = request.trial.ledger.record("queries", str(number)).fields
        if not sight.shows(fields.get("about_type", ""), fields.get("about_record", "")):
            raise Refused(f"there is no query {number}")
    with written_once(request) as work:
        if not work.is_repeated:
            close(work, *dict.fromkeys(numbers), words=request.POST.get("words", ""))
    told(request, f"closed: {len(numbers)}")
    return redirect("queries")


def _checked(request: TrialRequest) -> HttpResponseBase:
    """Let every rule look at every record, those between records too."""
    if is_of_site(request):
        raise Refused("the rules between records look at all sites; somebody of no site in particular starts them")
    with written_once(request) as work:
        count = 0 if work.is_repeated else len(check_all(work))
    told(request, f"every record was checked; queries opened, asked again or closed: {count}")
    return redirect("queries")
