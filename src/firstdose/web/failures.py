"""The pages that say what went wrong, without saying more than the person may know."""

from __future__ import annotations

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def wrong_origin(request: HttpRequest, **_: str) -> HttpResponse:
    """A form that does not come from this site, or from a session that has ended."""
    words = (
        "the form was not sent from this page, or the session ended meanwhile; go back, open it anew and send it again"
    )
    return render(request, "firstdose/refused.html", {"words": words, "typed": []}, status=403)


def not_found(request: HttpRequest, *_: Exception, **__: Exception) -> HttpResponse:
    """There is no such page, or it is none of this role's business."""
    return render(request, "firstdose/not_found.html", status=404)


def broken(_: HttpRequest) -> HttpResponse:
    """A fault of the program. The page is made without the request: what failed may be what it would ask for."""
    words, status = "the program failed; nothing was written. Tell the administrator when it happened", 500
    if isinstance(sys.exception(), OperationalError):
        words = "the database does not answer; nothing was written. Try again in a minute, or tell the administrator"
        status = 503
    return HttpResponse(render_to_string("firstdose/refused.html", {"words": words, "typed": []}), status=status)
