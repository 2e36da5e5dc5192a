"""What a form that was sent writes: sent twice it is written once, and something else under its name is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Refused
from firstdose.web.acting import TrialRequest

MOST_KEPT = 10_000
NO_CONTENT = ("csrfmiddlewaretoken", "password", "code")
"""What differs each time that a form is sent, or must be kept nowhere."""
SENT_BEFORE = (
    "this form was sent a moment ago already, and what stood in it then is written. What was typed since is not: look "
    "at what is written, and enter there what has changed"
)


_WRITTEN: dict[str, str] = {}
"""What was in the last forms that were written, as digests by the names of requests. A site is one process, and whoever
writes is alone: nobody else is between the look and the write."""


@contextmanager
def written_once(request: TrialRequest) -> Iterator[Work]:
    """The transaction of whoever sent a form. ``is_repeated`` says that the very same form was written before.

    Raises Refused where another one was written under its name, for who stops a slow page, types on and sends it again
    would be told that it is done; and Refused, Conflict or Unavailable as `Desk.work` does.
    """
    name, digest = request.POST.get("request") or None, _digest_of(request)
    with request.trial.desk.work(request.acting.author, name) as work:
        if name is not None and work.is_repeated and _WRITTEN.get(name, digest) != digest:
            raise Refused(SENT_BEFORE)
        if name is not None and not work.is_repeated:
            _WRITTEN[name] = digest
            while len(_WRITTEN) > MOST_KEPT:
                del _WRITTEN[next(iter(_WRITTEN))]
        yield work


def _digest_of(request: TrialRequest) -> str:
    """Of the address and everything that was sent to it."""
    sent = sorted((name, texts) for name, texts in request.POST.lists() if name not in NO_CONTENT)
    files = sorted(
        (name, each.name or "", _content_of(each)) for name, several in request.FILES.lists() for each in several
    )
    return hashlib.sha256(json.dumps([request.path, sent, files]).encode()).hexdigest()


def _content_of(file: UploadedFile[Any]) -> str:
    """The digest of a file that was sent: one that was mended since may be as long and have the same name."""
    file.seek(0)
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest
