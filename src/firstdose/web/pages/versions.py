"""Versions of the protocol: loaded from a file, compared in words with the one in force, approved by another person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from firstdose.conduct.amendments import (
    approve,
    differences,
    followers,
    in_force,
    load,
    move,
    protocol_of_text,
)
from firstdose.conduct.catalogue import ProtocolVersion
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import all_of, as_object
from firstdose.protocol import Problem, ProblemsFound
from firstdose.protocol.problems import ABSENT, show_value
from firstdose.protocol.reading import LARGEST_FILE_BYTES, decode
from firstdose.web.acting import TrialRequest
from firstdose.web.guarding import told
from firstdose.web.sent_once import written_once
from firstdose.web.sight import sight_of


@dataclass(frozen=True)
class ShownProblem:
    """One thing that is wrong with a file, as `firstdose check` prints it."""

    line: int | None
    key: str
    value: str
    rule: str
    fix: str

    @classmethod
    def of(cls, problem: Problem) -> ShownProblem:
        """A problem in texts."""
        value = "" if problem.value is ABSENT else show_value(problem.value)
        return cls(problem.place.line, problem.place.key, value, problem.rule, problem.fix)


def versions(request: TrialRequest) -> HttpResponseBase:
    """All versions with who follows them; a new one is loaded here."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        content = _content(request)
        problems = _problems(content)
        if not problems:
            with written_once(request) as work:
                version = None if work.is_repeated else load(work, content)
            told(request, f"version {version} is loaded; another person must approve it" if version else "done already")
            return redirect("versions")
    ledger, sight = request.trial.ledger, sight_of(request)
    following = followers(ledger)
    newest = in_force(ledger)
    if newest:  # who has no version noted follows the one in force
        following[newest.version] = (*following.get(newest.version, ()), *following.get(None, ()))
    rows = [
        (each, sum(name in sight.visible for name in following.get(each.version, ())), newest and each == newest)
        for each in reversed(all_of(ledger, ProtocolVersion))
    ]
    context = {
        "rows": rows,
        "problems": [ShownProblem.of(each) for each in problems],
        "largest": LARGEST_FILE_BYTES // 1000,
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/versions.html", context, status=409 if problems else 200)


def one(request: TrialRequest) -> HttpResponseBase:
    """One version: what it changes against the one in force, and its file; it is approved here."""
    version = (request.POST if request.method == "POST" else request.GET).get("version", "")
    if not version:
        return redirect("versions")
    stored = request.trial.ledger.record("protocol_versions", _name(version))
    if not stored.exists:
        raise Http404
    if request.method == "POST":
        with written_once(request) as work:
            if not work.is_repeated:
                approve(work, version, request.POST.get("reason", ""), request.POST.get("against"))
        told(request, f"version {version} is in force")
        return redirect("versions")
    loaded = as_object(ProtocolVersion, stored)
    newest = in_force(request.trial.ledger)
    is_loaded = loaded.state == "loaded" and newest is not None
    context = {
        "version": loaded,
        "newest": newest,
        "differences": differences(request.trial.ledger, version) if is_loaded else (),
        "is_own": loaded.loaded_by == request.acting.author.account,
        "entries": request.trial.ledger.history("protocol_versions", stored.record),
        "request_key": str(uuid.uuid4()),
    }
    return render(request, "firstdose/version.html", context)


def move_subject(request: TrialRequest, subject: str) -> HttpResponseBase:
    """Let a participant follow another version, with a reason."""
    if request.method == "POST":
        version = request.POST.get("version", "")
        with written_once(request) as work:
            if not work.is_repeated:
                move(work, subject, version, request.POST.get("reason", ""))
        told(request, f"{subject} follows version {version} from now on")
    return redirect("participant", subject=subject)


def approved_versions(request: TrialRequest) -> list[str]:
    """The versions that participants may follow."""
    return [each.version for each in all_of(request.trial.ledger, ProtocolVersion) if each.state == "approved"]


def _name(version: str) -> str:
    try:
        return record_name("protocol_versions", {"version": version})
    except Refused:
        raise Http404 from None


def _content(request: TrialRequest) -> bytes:
    """The file that was sent.

    Raises Refused if there is none, or it is too large; it is not read then.
    """
    file = request.FILES.get("file")
    if file is None:
        raise Refused("choose the file of the protocol")
    if (file.size or 0) > LARGEST_FILE_BYTES:
        raise Refused(f"a protocol file has at most {LARGEST_FILE_BYTES:,} bytes; check that this is the right file")
    return bytes(file.read())


def _problems(content: bytes) -> tuple[Problem, ...]:
    """Every problem of a file."""
    text = decode(content, "protocol")
    if isinstance(text, Problem):
        return (text,)
    try:
        protocol_of_text(text)
    except ProblemsFound as found:
        return found.problems
    return ()
