"""What people read calls fields, records and answers as the forms do, never by their names in the program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.roles import ROLES
from firstdose.measures import MEASURES
from firstdose.records import columns_of
from tests.web.browsing import Client

NAME = re.compile(r"(?<![A-Za-z0-9_./-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_])")
PAGES_OF_A_KIND = 2
MOST_PAGES = 150
AS_IT_IS = ("script", "style", "code", "pre")
"""Parts of a page that say what something is called in a file."""


NAMES_OF_PEOPLE = {*ROLES, "data_manager_2"}
"""The accounts of the demonstration."""


class Read(HTMLParser):
    """What somebody reads on a page, hears of it, and the addresses that it leads to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._inside = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._inside += tag in AS_IT_IS
        self.said += filter(None, (attributes.get(name) for name in ("title", "aria-label", "placeholder", "alt")))
        address = attributes.get("href") or ""
        if tag == "a" and address.startswith(("/", "?")):
            self.links.append(address.split("#")[0])

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in AS_IT_IS

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.said.append(data)


LEFT_OUT = re.compile(r"/account/")
"""The account's own pages."""


def names_in(page: str) -> Iterator[str]:
    """The names of the program that a page says, with what stands around them; names of people are their own."""
    for text in Read(page).said:
        for found in NAME.finditer(text):
            if found[0] not in NAMES_OF_PEOPLE:
                yield f"{found[0]} in {text.strip()[max(0, found.start() - 60) : found.end() + 60]!r}"


def names_known() -> set[str]:
    """Every name with an underscore of a kind of record, a field, an answer, an item or a role."""
    names = {*LEDGER_RECORDS, *ROLES}
    for kind in LEDGER_RECORDS.values():
        for column in columns_of(kind).values():
            names |= {column.name, *column.codes}
    for measure in MEASURES.values():
        for item in measure.items:
            names |= {item.name, *map(str, item.choices)}
    return {name for name in names if "_" in name}


def shape(address: str) -> str:
    """An address without what differs from one participant or record to the next."""
    return re.sub(r"[0-9]+", "N", address.partition("?")[0]) + ("?" if "?" in address else "")


def read_everything(browser: Any) -> Iterator[tuple[str, str]]:
    """The pages that lead from the first one to each other, a few of each kind."""
    seen: Counter[str] = Counter()
    done: set[str] = set()
    waiting = ["/"]
    while waiting and len(done) < MOST_PAGES:
        address = waiting.pop(0)
        if address in done or seen[shape(address)] >= PAGES_OF_A_KIND or LEFT_OUT.match(address):
            continue
        done.add(address)
        seen[shape(address)] += 1
        answer = browser.get(address)
        if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", ""):
            page = answer.content.decode()
            yield address, page
            here = address.partition("?")[0]
            waiting += [here + each if each.startswith("?") else each for each in Read(page).links]


@pytest.mark.parametrize("role", ["coordinator", "data_manager", "committee_member"])
def test_no_page_says_a_name_of_the_program(signed_in: Client, role: str) -> None:
    read = 0
    said = []
    for address, page in read_everything(signed_in(role)):
        read += 1
        said += [f"{address}: {each}" for each in names_in(page)]
    assert read > (5 if role == "committee_member" else 80), "the pages were read"
    assert not said, "\n".join(said[:40])


def test_the_search_finds_such_names() -> None:
    """The test above can fail: it sees names in texts and labels, and none in a file that is quoted."""
    assert list(names_in("<p>dose_given cannot be read</p>"))
    assert list(names_in('<a href="/" aria-label="open adverse_events">x</a>'))
    assert not list(names_in("<p>a column <code>preferred_term</code></p><p>N_2 and NSC_1</p>"))
    assert {"dose_given", "adverse_events", "not_related", "bowel_and_bladder"} <= names_known()


def test_the_ledger_says_in_words_what_rules_ask(signed_in: Client, subject_of: Callable[[str], str]) -> None:
    """The rule of a query is stored with the codes of the answers; people read their words."""
    nurse, subject = signed_in("coordinator"), subject_of("01")
    typed = {"number": "77", "term": "dizziness", "relation_to_product": "perhaps", "grade": "9"}
    assert nurse.post(f"/participants/{subject}/adverse_events/new/", typed).status_code == 302
    manager = signed_in("data_manager")
    page = manager.get("/ledger/").content.decode()
    assert "must be one of: not related, unlikely" in " ".join(page.split())
    assert "Related to the cells?" in page
    assert not list(names_in(page))
    assert manager.post("/queries/", {"step": "check"}).status_code == 302
    assert not list(names_in(manager.get("/ledger/").content.decode())), "nor what rules between records ask"


def refusals(browser: Any, site: Any, subject: str) -> Iterator[tuple[str, Any]]:
    """What the site answers to things that cannot be done, by what was tried."""
    event = f"/participants/{subject}/adverse_events/{subject}/1/"
    stored = site.ledger.record("adverse_events", f"{subject}/1").fields
    yield "an event twice", browser.post(f"/participants/{subject}/adverse_events/new/", {"number": "1", "term": "x"})
    yield "another value meanwhile", browser.post(event, {"term": "y", "seen:term": "something else", "reason": "r"})
    yield "no reason", browser.post(event, {"term": "y", "seen:term": stored["term"]})
    yield "what names it", browser.post(event, {"number": "9", "seen:number": "1", "reason": "r"})
    yield "no number", browser.post(f"/participants/{subject}/adverse_events/new/", {"term": "x"})
    yield "no number that can be read", browser.post(f"/participants/{subject}/lab_results/new/", {"number": "one"})
    yield "restored though there", browser.post(event, {"restore": "1", "reason": "r"})
    wrong = {"step": "record", "dose_given": "ten", "procedure_start": "yesterday", "given": "some_of_it"}
    yield "an unreadable dosing", browser.post(f"/doses/{subject}/", wrong)


def test_no_refusal_says_a_name_of_the_program(site: Any, signed_in: Client, subject_of: Callable[[str], str]) -> None:
    tried = list(refusals(signed_in("coordinator"), site, subject_of("01")))
    refused = [what for what, answer in tried if answer.status_code in (409, 403)]
    assert len(refused) == len(tried), [what for what, _ in tried if what not in refused]
    for what, answer in tried:
        names = [each for each in names_in(answer.content.decode()) if "some_of_it" not in each]
        assert not names, (what, names)
