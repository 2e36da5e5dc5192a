"""What an administrator does to the account or the role of somebody else: always with a reason, kept in the ledger.

The ledger is written first, in a transaction that looks whether the administrator may still do it; then the account is
changed. Who is closed out a moment earlier closes nobody: of two administrators who close each other, one remains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.naming import record_words
from firstdose.conduct.own_records import Recorded
from firstdose.conduct.reasons import is_reason
from firstdose.web.acting import TrialRequest
from firstdose.web.passwords import give_password
from firstdose.web.proving import prove_identity
from firstdose.web.sign_ins import ACCOUNTS, event_of_account

NOT_DONE = "nothing was done"
CLOSED, OPENED = "account closed", "account opened again"
NEW_PASSWORD, FACTORS_DROPPED = "password set anew", "second factors dropped"


@dataclass(frozen=True)
class Step:
    """One thing that is done to an account: what the button says, what follows from it, and how it is done.

    ``carry_out`` gets the account and the reason, and gives what was done in words.
    """

    words: str
    follows: str
    carry_out: Callable[[TrialRequest, str, str], str]


def carry_out(request: TrialRequest, step: Step, account: str) -> str:
    """Take a step with the reason that was sent, once who is signed in proved again to be so; what was done in words.

    Raises Refused for the own account, one that is not there, without a reason, and for a wrong password or code.
    """
    if account == request.acting.author.account:
        raise Refused("nobody does this to the own account; ask another administrator")
    reason = request.POST.get("reason", "")
    if not is_reason(reason):
        raise Refused("say in words why; it stands in the ledger beside what was done")
    prove_identity(request, NOT_DONE)
    return step.carry_out(request, account, reason)


def _close(request: TrialRequest, account: str, reason: str) -> str:
    """Close an account; who is signed in with it is out at once."""
    return _set_open(request, account, reason, is_open=False)


def _open(request: TrialRequest, account: str, reason: str) -> str:
    """Open a closed account again."""
    return _set_open(request, account, reason, is_open=True)


def _set_open(request: TrialRequest, account: str, reason: str, *, is_open: bool) -> str:
    user, words = _user(account), OPENED if is_open else CLOSED
    if user.is_active == is_open:
        raise Refused(f"{account} is {'open' if is_open else 'closed'} already")
    _note(request, account, words, reason)
    user.is_active = is_open
    user.save(update_fields=["is_active"])
    return f"{account}: {words}"


def _new_password(request: TrialRequest, account: str, reason: str) -> str:
    """A first password again, for who has lost the own one; who is signed in with the account is out at once."""
    user = _user(account)
    _note(request, account, NEW_PASSWORD, reason)
    return f"the new first password of {account}, shown once: {give_password(user)}"


def _drop_factors(request: TrialRequest, account: str, reason: str) -> str:
    """Drop the second factors of who has lost them."""
    user = _user(account)
    _note(request, account, FACTORS_DROPPED, reason)
    Authenticator.objects.filter(user=user).delete()
    return f"{account}: the second factors are dropped"


def _take_back(request: TrialRequest, account: str, reason: str) -> str:
    """Take a role back."""
    name = request.POST.get("grant", "")
    with request.trial.desk.work(request.acting.author) as work:
        _check_still_administrator(work, request.acting.author.account)
        if work.record("role_grants", name).fields.get("account") != account:
            raise Refused(f"choose a role of {account}")
        work.append(Draft("remove", "role_grants", name, reason=reason))
    return f"{record_words('role_grants', name)} is taken back"


STEPS: Mapping[str, Step] = {
    "take": Step("Take back the role", "Who acts in it can do so no longer, from the next page on.", _take_back),
    "close": Step(
        "Close the account",
        "Who is signed in with it is out at once, and nobody can sign in with it until it is opened again. "
        "Its roles and all that was entered with it stay.",
        _close,
    ),
    "open": Step("Open the account again", "It has the same password, second factors and roles as before.", _open),
    "password": Step(
        "Set a new first password",
        "The old one holds no longer, and who is signed in with it is out at once. The new one is shown to you once; "
        "it serves only to set an own one.",
        _new_password,
    ),
    "factors": Step(
        "Drop the second factors",
        "The password alone lets in until a second factor is set up again. Make sure that it is the person herself who "
        "asks.",
        _drop_factors,
    ),
}


def is_closed(source: Recorded, account: str) -> bool:
    """Whether the ledger says that an account was closed and not opened since."""
    said = [change.new for entry in source.history(ACCOUNTS, account) for change in entry.changes[:1]]
    return next((each == CLOSED for each in reversed(said) if each in (CLOSED, OPENED)), False)


def _user(account: str) -> Any:
    users: Any = get_user_model().objects
    user = users.filter(username=account).first()
    if user is None:
        raise Refused(f"there is no account {account}")
    return user


def _note(request: TrialRequest, account: str, happened: str, reason: str) -> None:
    """Append what is done to an account."""
    by = request.acting.author
    author, draft = event_of_account(request.trial, account, happened, by=by.account, reason=reason)
    with request.trial.ledger.writing(author) as writing:
        _check_still_administrator(writing, by.account)
        writing.append(draft)


def _check_still_administrator(source: Recorded, account: str) -> None:
    """Raise Refused for who was closed out, or is administrator no longer, since the page was opened."""
    holds = any(
        not each.is_removed and (each.fields["account"], each.fields["role"]) == (account, "administrator")
        for each in source.records("role_grants")
    )
    if not holds or is_closed(source, account):
        raise Refused("your own account was closed, or is no administrator's any longer; nothing was done")
