"""What every answer of the site carries, and what ends an idle session."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600
NOTED_EVERY_SECONDS = 60
LAST_SEEN = "last_seen"
POLLED = "X-Polled"
"""What a page asks for by itself is nothing that somebody did."""
SIGNED_IN = "signed_in"


def strict_content(get_response: Next) -> Next:
    """Nothing inline, nothing from elsewhere, nothing evaluated, and no page kept in a cache that others may open."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return answer


def idle_sessions_end(get_response: Next) -> Next:
    """Somebody who did nothing for half an hour is signed out, and everybody after twelve hours."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            last = request.session.get(LAST_SEEN, now)
            since = request.session.setdefault(SIGNED_IN, now)
            if now - last > IDLE_SECONDS or now - since > LONGEST_SECONDS:
                logout(request)
            elif POLLED not in request.headers and (
                now - last >= NOTED_EVERY_SECONDS or LAST_SEEN not in request.session
            ):
                request.session[LAST_SEEN] = now
        return get_response(request)

    return answer
