"""What happens to accounts, appended to the ledger: sign-ins, failures, lockouts, passwords and factors."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from firstdose.conduct.ledger import Author, Draft, FieldChange, LedgerError
from firstdose.conduct.roles import SYSTEM
from firstdose.web.passwords import forget_given
from firstdose.web.trial import Trial, the_trial

ACCOUNTS = "accounts"
"""The kind under which the ledger tells what happens to accounts."""
LONGEST_ACCOUNT = 150
UNKNOWN = "(nobody)"


def note(account: str, happened: str, **facts: str) -> None:
    """Append an event about an account; a site without a ledger yet has nothing to note it in."""
    try:
        trial = the_trial()
    except LedgerError:
        return
    author, draft = event_of_account(trial, account, happened, **facts)
    trial.ledger.write(author, [draft])


def event_of_account(
    trial: Trial, account: str, happened: str, *, reason: str = "", **facts: str
) -> tuple[Author, Draft]:
    """What happened to an account, as the ledger is to say it, and the account in whose name."""
    name = account[:LONGEST_ACCOUNT].replace("\x00", "").encode(errors="replace").decode().strip() or UNKNOWN
    changes = tuple(FieldChange(fact, None, text[:500]) for fact, text in facts.items() if text)
    author = Author(name, SYSTEM, zone=trial.configuration.zone)
    return author, Draft("event", ACCOUNTS, name, (FieldChange("event", None, happened), *changes), reason)


def listen() -> None:
    """Connect the signals; each once."""
    pairs = (
        (user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (user_login_failed, _failed),
        (user_locked_out, _locked_out),
        (password_changed, _password_changed),
        (authenticator_added, _factor_added),
        (authenticator_removed, _factor_removed),
        (authenticator_reset, _factor_reset),
    )
    for signal, receiver in pairs:
        signal.connect(receiver, dispatch_uid=f"firstdose {receiver.__name__}")


def _name(user: Any) -> str:
    return str(user.get_username()) if user is not None else UNKNOWN


def _known(name: object) -> str:
    """The account of a name that was typed; the ledger keeps no other, since people type passwords there by mistake."""
    found = get_user_model().objects.filter(username__iexact=str(name or "").replace("\x00", "")).first()
    return _name(found)


def _signed_in(user: Any, **_: Any) -> None:
    note(_name(user), "signed in")


def _signed_out(user: Any, **_: Any) -> None:
    note(_name(user), "signed out")


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    account = _known(credentials.get("username") or credentials.get("login"))
    note(account, "code of the second factor was wrong" if credentials.get("factor") else "sign-in failed")


def _locked_out(username: str | None = None, **_: Any) -> None:
    note(_known(username), "locked out after repeated failures")


def _password_changed(user: Any, **_: Any) -> None:
    forget_given(_name(user))
    note(_name(user), "password changed")


def _factor_added(user: Any, authenticator: Any, **_: Any) -> None:
    note(_name(user), "second factor added", kind=str(authenticator.type))


def _factor_removed(user: Any, authenticator: Any, **_: Any) -> None:
    note(_name(user), "second factor removed", kind=str(authenticator.type))


def _factor_reset(user: Any, authenticator: Any, **_: Any) -> None:
    note(_name(user), "second factor replaced", kind=str(authenticator.type))
