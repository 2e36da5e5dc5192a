"""Coding: for the words that were entered, terms of a dictionary are proposed and a person chooses."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import get_args

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.coding import CODED, CodingStanding, ToCode, code, to_code
from firstdose.conduct.dictionaries import LARGEST_BYTES, Proposal, Term, folded
from firstdose.conduct.ledger import Refused
from firstdose.web.acting import TrialRequest
from firstdose.web.dictionary_files import (
    KIND_WORDS,
    SHIPPED,
    dictionary_of,
    keep_dictionary,
    kept_dictionaries,
    kept_of,
)
from firstdose.web.guarding import told
from firstdose.web.numbers import whole_number
from firstdose.web.sent_once import written_once
from firstdose.web.sight import address_of, check_seen, sight_of, title_of_kind

AT_A_TIME = 50
CHOICE = "term:"
SAME = "same words: "
STANDINGS: dict[str, str] = {
    "not_coded": "not coded",
    "words_changed": "the words were changed since",
    "changed_by_hand": "another term was typed since",
    "without_dictionary": "a term that was typed, not chosen",
    "coded": "coded",
}
assert set(STANDINGS) == set(get_args(CodingStanding))


@dataclass(frozen=True)
class Choice:
    """One term that can be chosen, as it is sent."""

    value: str
    words: str


@dataclass(frozen=True)
class Row:
    """One record to code, with the terms near to its words."""

    record: ToCode
    title: str
    address: str | None
    standing: str
    name: str
    choices: tuple[Choice, ...]
    has_dictionary: bool
    """Whether the dictionary holds terms for records of its kind."""


def coding(request: TrialRequest) -> HttpResponseBase:
    """The records that are to be coded, with proposals; those for which a term is chosen are coded together."""
    if request.method == "POST":
        return _brought(request) if request.POST.get("step") == "bring" else _coded(request)
    sent, sight = request.GET, sight_of(request)
    key, record, words = sent.get("dictionary", SHIPPED), sent.get("record", ""), sent.get("words", "").strip()
    dictionary, kept = dictionary_of(request.trial, key), kept_of(request.trial, key)
    every = [each for each in to_code(request.trial.ledger) if sight.shows(each.record_type, each.record)]
    standing = sent.get("standing", "not_coded")
    shown = [
        each
        for each in every
        if (record == f"{each.record_type}/{each.record}" if record else each.standing == standing)
    ]
    rows = [
        Row(
            each,
            title_of_kind(each.record_type),
            address_of(each.record_type, each.record),
            STANDINGS[each.standing],
            f"{CHOICE}{each.record_type}:{each.head}:{each.record}",
            _choices(dictionary.propose(words or each.words), each.words) if each.record_type in kept.kinds else (),
            each.record_type in kept.kinds,
        )
        for each in shown[:AT_A_TIME]
    ]
    counts = [(name, said, sum(each.standing == name for each in every)) for name, said in STANDINGS.items()]
    context = {
        "rows": rows,
        "more": len(shown) - AT_A_TIME,
        "standing": standing,
        "standings": counts,
        "dictionaries": kept_dictionaries(request.trial),
        "key": key,
        "dictionary": dictionary,
        "record": record,
        "words": words,
        "others": {row.title: KIND_WORDS[row.record.record_type] for row in rows if not row.has_dictionary},
        "kinds": [(name, title_of_kind(name)) for name in CODED],
        "largest": LARGEST_BYTES // 1_000_000,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/coding.html", context)


def _choices(proposals: tuple[Proposal, ...], entered: str) -> tuple[Choice, ...]:
    """Proposals as they can be chosen, none of them beforehand: who only goes on has coded nothing.

    Those that are the words that were entered, but for writing, say so; they come first where these were looked for.
    """
    same = [folded(each.term.term) == folded(entered) for each in proposals]
    return tuple(
        Choice(_sent(each.term), f"{SAME}{_in_words(each.term)}" if is_same else _in_words(each.term))
        for each, is_same in zip(proposals, same, strict=True)
    )


def _in_words(term: Term) -> str:
    preferred = "" if term.preferred_term == term.term else f" → {term.preferred_term}"
    return f"{term.term}{preferred}{f' ({term.organ_class})' if term.organ_class else ''}"


def _sent(term: Term) -> str:
    return json.dumps([term.term, term.preferred_term, term.organ_class, term.code], ensure_ascii=False)


def _term(text: str) -> Term:
    """The term that was sent; whether the dictionary holds it is judged where it is written.

    Raises Refused for what is none.
    """
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or len(parts) != 4 or not all(isinstance(each, str | None) for each in parts):
        raise Refused("choose one of the terms that are proposed")
    return Term(*parts)


def _coded(request: TrialRequest) -> HttpResponseBase:
    """Code every record for which a term was chosen, or none."""
    dictionary = dictionary_of(request.trial, request.POST.get("dictionary", ""))
    chosen = []
    for name, text in request.POST.items():
        if name.startswith(CHOICE) and isinstance(text, str) and text:
            record_type, head, record = (*name.removeprefix(CHOICE).split(":", 2), "", "")[:3]
            chosen.append((record_type, record, whole_number(head) or 0, _term(text)))
    if not chosen:
        raise Refused("choose a term for at least one of the records")
    check_seen(sight_of(request), [(record_type, record) for record_type, record, _, _ in chosen])
    kept = kept_of(request.trial, request.POST.get("dictionary", ""))
    for record_type, _, _, _ in chosen:
        kept.check_for(record_type)
    with written_once(request) as work:
        for kind, name, seen, term in () if work.is_repeated else chosen:
            code(work, kind, name, seen, term, dictionary)
    told(request, f"{len(chosen)} record{'s' if len(chosen) != 1 else ''} coded")
    return redirect("coding")


def _brought(request: TrialRequest) -> HttpResponseBase:
    """Keep a dictionary that was sent."""
    file = request.FILES.get("file")
    if file is None:
        raise Refused("choose the file of the dictionary")
    if (file.size or 0) > LARGEST_BYTES:
        raise Refused(f"a dictionary has at most {LARGEST_BYTES:,} bytes")
    name, version = request.POST.get("name", ""), request.POST.get("version", "")
    content = bytes(file.read())
    with request.trial.desk.work(request.acting.author) as work:
        found = keep_dictionary(request.trial, work, content, name, version, request.POST.getlist("kind"))
    told(request, f"{found.name} {found.version}: {len(found.terms)} terms")
    return redirect("coding")
