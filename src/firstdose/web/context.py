"""What every page shows around its content: the trial, who acts, and where one can go."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import Route
from firstdose.web.navigation import Item, shown_menu


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; little of it for somebody who is not signed in."""
    if not hasattr(request, "acting"):
        return {}
    here = cast(TrialRequest, request)
    return {
        "acting": here.acting,
        "trial_id": here.trial.protocol.trial.id,
        "trial_title": here.trial.protocol.trial.short_title or here.trial.protocol.trial.title,
        "navigation": list(shown_menu(here.path, _address, lambda name: _is_open(name, here))),
        "deeds": here.acting.deeds,
        "not_done": getattr(request, "not_done", ""),
        "not_done_typed": getattr(request, "not_done_typed", []),
    }


def _address(item: Item) -> str:
    return reverse(item.name, kwargs=dict(item.parts))


def _is_open(name: str, request: TrialRequest) -> bool:
    from firstdose.web.routes import ROUTES

    route: Route = next(each for each in ROUTES if each.name == name)
    return not route.see or any(request.acting.may(deed) for deed in route.see)
