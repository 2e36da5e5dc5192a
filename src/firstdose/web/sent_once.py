"""What a form that was sent writes: sent twice it is written once, and something else under its name is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Refused
from firstdose.web.acting import TrialRequest

SENT = "sent"
"""Under this name a session keeps what was in the last forms that were sent, as digests by the names of requests."""
MOST_KEPT = 20
NO_CONTENT = ("csrfmiddlewaretoken", "password", "code")
"""What differs each time that a form is sent, or must be kept nowhere."""
SENT_BEFORE = (
    "this form was sent a moment ago already, and what stood in it then is written. What was typed since is not: look "
    "at what is written, and enter there what has changed"
)


@contextmanager
def written_once(request: TrialRequest) -> Iterator[Work]:
    """The transaction of whoever sent a form. ``is_repeated`` says that the very same form was written before.

    Raises Refused where another one was written under its name, for who stops a slow page, types on and sends it again
    would be told that it is done; and Refused, Conflict or Unavailable as `Desk.work` does.
    """
    name = request.POST.get("request") or None
    digest = _digest_of(request)
    kept = dict(request.session.get(SENT, ()))
    is_other = name is not None and kept.get(name, digest) != digest
    if name is not None and name not in kept:
        _keep(request, kept, name, digest)
    with request.trial.desk.work(request.acting.author, name) as work:
        if work.is_repeated and is_other:
            raise Refused(SENT_BEFORE)
        yield work
    if name is not None and is_other:
        _keep(request, kept, name, digest)


def _keep(request: TrialRequest, kept: dict[str, str], name: str, digest: str) -> None:
    """At once, and not with the answer: the form may be sent again before that."""
    kept.pop(name, None)
    request.session[SENT] = [*kept.items(), (name, digest)][-MOST_KEPT:]
    request.session.save()


def _digest_of(request: TrialRequest) -> str:
    """Of the address and everything that was sent to it."""
    sent = sorted((name, texts) for name, texts in request.POST.lists() if name not in NO_CONTENT)
    files = sorted((name, str(each), getattr(each, "size", None)) for name, each in request.FILES.items())
    return hashlib.sha256(json.dumps([request.path, sent, files]).encode()).hexdigest()
