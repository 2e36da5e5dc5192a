"""People and browsers for tests of the site: accounts of their own, addresses of their own, pages taken apart."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import count
from typing import Any

from firstdose.web.starting import Person, add_people

Client = Callable[[str], Any]
"""What the fixture ``signed_in`` gives: the browser of an account."""
SubjectOf = Callable[[str], str]
"""What the fixture ``subject_of`` gives: a participant of a site."""
SECRET = "a-good-passphrase-of-its-own"
TRIES = 5
"""So many failures to sign in lock somebody out."""
CODE_PAGE = "/account/factors/authenticate/"
ADDRESSES = count(1)
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+')


def new_address() -> str:
    """An address from which nobody has come yet."""
    number = next(ADDRESSES)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def browser(address: str | None = None, **settings: Any) -> Any:
    """A browser at an address."""
    from django.test import Client

    return Client(REMOTE_ADDR=address or new_address(), **settings)


def person(trial: Any, role: str = "coordinator", site: str = "01", account: str | None = None) -> str:
    """The account of somebody new in a role, with the password ``SECRET``."""
    name = account or f"p-{uuid.uuid4().hex[:10]}"
    add_people(trial.ledger, [Person(name, f"Full name of {name}", role, site, SECRET)])
    return name


def user_of(account: str) -> Any:
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    return users.get(username=account)


def sign_in(where: Any, account: str, password: str = SECRET, **more: str) -> Any:
    """Send the form of the sign-in page."""
    return where.post("/account/login/", {"login": account, "password": password, **more})


def is_in(where: Any) -> bool:
    """Whether somebody is signed in there."""
    return not where.get("/role/").headers.get("Location", "").startswith("/account/login/")


def do_to_account(where: Any, account: str, step: str, password: str = SECRET, **more: str) -> Any:
    """Send the form by which an administrator does something to an account, with a reason; the page that follows."""
    sent = {"account": account, "step": step, "reason": "asked for by the person", "password": password, **more}
    return where.post(f"/people/one/?account={account}&step={step}", sent, follow=True)


def add_authenticator(account: str) -> Any:
    """Give an account an authenticator and recovery codes; what gives its codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

    user, secret = user_of(account), generate_totp_secret()
    TOTP.activate(user, secret)

    class Codes:
        recovery: list[str] = RecoveryCodes.activate(user).get_unused_codes()

        def at(self, periods: int = 0) -> str:
            """The code of now, or of some half minutes later."""
            return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods)))

        def wrong(self) -> str:
            right = {self.at(each) for each in (-2, -1, 0, 1, 2)} | set(self.recovery)
            return next(each for each in map("{:06d}".format, range(1_000_000)) if each not in right)

    return Codes()


def events_of(trial: Any, account: str) -> list[str]:
    """What the ledger says has happened to an account, in order."""
    return [change.new for entry in trial.ledger.history("accounts", account) for change in entry.changes[:1]]


def addresses(trial: Any, subject: str) -> Iterator[tuple[Any, str]]:
    """Each route of the site with an address of it; where it names a participant, that one."""
    from firstdose.web.routes import ROUTES

    batch = next(each.record for each in trial.ledger.records("batches"))
    for route in ROUTES:
        is_trials = route.address.startswith("trial/")
        parts = {
            "subject": subject,
            "record_type": "batches" if is_trials else "adverse_events",
            "record": batch if is_trials else f"{subject}/1",
        }
        pieces = re.split(r"<\w+:(\w+)>", route.address)
        yield route, "/" + "".join(parts.get(each, "1") if at % 2 else each for at, each in enumerate(pieces))


def fresh_preparation(trial: Any) -> str:
    """The number of a preparation that can be decided on: the last one, or a new one where that is stale or taken."""
    from firstdose.conduct.catalogue import PreparedDecision
    from firstdose.conduct.deciding import changed_since, prepare_decision
    from firstdose.conduct.gating import situation_in
    from firstdose.conduct.ledger import Author
    from firstdose.conduct.own_records import all_of
    from firstdose.conduct.recommending import freeze
    from firstdose.web.trial import now

    statistician = Author("statistician", "statistician")
    last = all_of(trial.ledger, PreparedDecision)[-1]
    with trial.desk.work(statistician) as work:
        is_stale = bool(changed_since(work, situation_in(work), last))
        is_over = is_stale or work.record("dose_decisions", str(last.decision)).exists
    if not is_over:
        return str(last.preparation)
    frozen = freeze(trial.ledger, trial.protocol, now())
    with trial.desk.work(statistician) as work:
        return str(prepare_decision(work, frozen))


class Page(HTMLParser):
    """A page as a browser understands it: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def active_parts(self) -> Iterator[str]:
        """Everything that could run, fetch from elsewhere or change how the page looks."""
        for tag, attributes in self.elements:
            address = attributes.get("src") or attributes.get("href") or attributes.get("action") or ""
            if tag == "script" and not (attributes.get("src") or "").startswith("/static/"):
                yield f"script {attributes}"
            if tag in ("iframe", "object", "embed", "base", "svg", "style", "template", "math", "img"):
                yield f"{tag} {attributes}"
            if any(name.startswith("on") or name in ("style", "srcdoc", "formaction") for name in attributes):
                yield f"{tag} {attributes}"
            if ":" in address.split("/")[0] or address.startswith("//"):
                yield f"{tag} {address}"


def without_tokens(answer: Any) -> bytes:
    """What a page says without the tokens of its forms, which are others in every answer."""
    content: bytes = answer.content
    return TOKEN.sub(b"", content)


def text_of(answer: Any) -> str:
    """A page with each run of white space as one blank."""
    return " ".join(answer.content.decode().split())


def value(page: str, name: str) -> str:
    """What stands in the field of a record's form."""
    found = re.search(rf'<input id="field-{name}" name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def with_two_events(nurse: Any, letter: str) -> str:
    """A new participant of the first site, whose name begins with a letter, with two adverse events."""
    name = f"{letter}-{uuid.uuid4().hex[:8]}"
    nurse.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2026-01-02"})
    for number in ("1", "2"):
        nurse.post(f"/participants/{name}/adverse_events/new/", {"number": number, "term": "Fever"})
    return name
