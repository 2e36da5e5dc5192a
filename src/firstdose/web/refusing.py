"""What was refused is said on the page that it was sent from, where what was typed still stands."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve

from firstdose.web.refilling import Sent, refilled, typed_texts

REDIRECT = 302
OK = 200
MOST_TURNS = 2
"""Some addresses only take what is sent, and lead to the page with the form."""
PLACE_OF_LINK = "<!-- to the form -->"
"""Stands in the frame of a page behind what was refused."""
WITHOUT_ADDRESS = re.compile(r"<form (?![^>]*\baction=)")


def told_again(request: HttpRequest, words: str, status: int, *, is_conflict: bool = False) -> HttpResponse:
    """The page with its form again, filled as it was sent, with what was refused above; else these words alone.

    Where somebody else changed the same meanwhile, the form shows what stands now, and what was typed stands above it:
    nobody sends the one over the other without having seen both.
    """
    sent: Sent = dict((request.POST if request.method == "POST" else request.GET).lists())
    typed = typed_texts(sent)
    page = _page_again(request, words, typed if is_conflict else []) if sent else None
    if page is None:
        return render(request, "firstdose/refused.html", {"words": words, "typed": typed}, status=status)
    text = page.content.decode(page.charset)
    text, form = (text, "") if is_conflict else refilled(text, sent)
    link = f' <a href="#{escape(form)}">To what you typed</a>' if form else ""
    page.content = text.replace(PLACE_OF_LINK, link, 1).encode(page.charset)
    page.status_code = status
    return page


def _page_again(request: HttpRequest, words: str, typed: list[tuple[str, str]]) -> HttpResponse | None:
    """The page as it is when it is opened, with what was refused above; None where there is none.

    What was asked for in the address itself is left out if that was refused.
    """
    marked: Any = request
    if hasattr(marked, "not_done"):
        return None
    method, asked = request.method, request.GET
    marked.not_done, marked.not_done_typed = words, typed
    marked.GET, request.method = asked if method == "POST" else QueryDict(), "GET"
    try:
        return _opened(request, request.path_info)
    except Http404:
        return None
    finally:
        marked.GET, request.method = asked, method
        del marked.not_done, marked.not_done_typed


def _opened(request: HttpRequest, path: str) -> HttpResponse | None:
    """The page that is shown to somebody who opens an address, wherever that leads within the site."""
    for _ in range(MOST_TURNS):
        found = resolve(path)
        answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        if answer.status_code != REDIRECT:
            break
        path = answer.headers["Location"].partition("#")[0].partition("?")[0]
    is_page = answer.status_code == OK and answer.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or not isinstance(answer, HttpResponse):
        return None
    if path != request.path_info:
        action = f'<form action="{escape(path)}" '
        answer.content = WITHOUT_ADDRESS.sub(lambda _: action, answer.content.decode(answer.charset)).encode()
    return answer
