"""Secrets of second factors: never readable in the database, and worth nothing without the secret of the site."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browsing import CODE_PAGE, add_authenticator, browser, is_in, person, sign_in, user_of


def kept(account: str) -> dict[str, dict[str, Any]]:
    """What the database holds of the factors of an account."""
    from allauth.mfa.models import Authenticator

    return {str(each.type): each.data for each in Authenticator.objects.filter(user_id=user_of(account).pk)}


def raw(account: str) -> str:
    """The column as it lies in the database, read past every layer."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator WHERE user_id = %s", [user_of(account).pk])
        return "\n".join(str(row[0]) for row in cursor.fetchall())


def secrets_of(account: str) -> dict[str, str]:
    from firstdose.web.factor_secrets import OF_FACTORS, EncryptedFactors

    held = kept(account)
    return {str(kind): EncryptedFactors().decrypt(held[str(kind)][field]) for kind, field in OF_FACTORS.items()}


def signed_in_with(account: str, code: str) -> bool:
    where = browser()
    sign_in(where, account)
    where.post(CODE_PAGE, {"code": code})
    return is_in(where)


def keep_plain(account: str) -> dict[str, str]:
    """Let the secrets lie in the database as they did before they were encrypted."""
    from allauth.mfa.models import Authenticator

    from firstdose.web.factor_secrets import OF_FACTORS

    plain = secrets_of(account)
    for each in Authenticator.objects.filter(user_id=user_of(account).pk):
        each.data = {**each.data, OF_FACTORS[each.type]: plain[str(each.type)]}
        each.save()
    return plain


def test_the_database_holds_no_secret(site: Any) -> None:
    account = person(site)
    codes = add_authenticator(account)
    secrets, column = secrets_of(account), raw(account)
    assert all(len(secret) >= 16 for secret in secrets.values())
    for secret in secrets.values():
        assert secret not in column
        assert secret.lower() not in column.lower()
    assert not [code for code in codes.recovery if code in column]
    assert column.count("sealed:") == len(secrets) == 2


def test_people_sign_in_with_codes_of_encrypted_secrets(site: Any) -> None:
    account = person(site)
    codes = add_authenticator(account)
    assert not signed_in_with(account, codes.wrong())
    assert signed_in_with(account, codes.at())
    assert signed_in_with(account, codes.recovery[0])
    assert not signed_in_with(account, codes.recovery[0]), "each counts once"


def test_the_same_secret_is_never_kept_alike(site: Any) -> None:
    from firstdose.web.factor_secrets import EncryptedFactors

    adapter = EncryptedFactors()
    assert adapter.encrypt("JBSWY3DP") != adapter.encrypt("JBSWY3DP")
    assert adapter.decrypt(adapter.encrypt("JBSWY3DP")) == "JBSWY3DP"


def test_secrets_from_before_are_read_and_encrypted_at_the_next_code(site: Any) -> None:
    account = person(site)
    codes = add_authenticator(account)
    plain = keep_plain(account)
    assert plain["totp"] in raw(account)
    assert signed_in_with(account, codes.at())
    assert plain["totp"] not in raw(account)
    assert signed_in_with(account, codes.recovery[0])
    assert plain["recovery_codes"] not in raw(account)
    assert secrets_of(account) == plain
    assert not signed_in_with(account, codes.recovery[0]), "what was used stays used"


def test_with_the_secret_of_another_site_nobody_gets_in_and_the_page_says_why(site: Any, settings_of: Any) -> None:
    account = person(site)
    codes = add_authenticator(account)
    where = browser()
    with settings_of(SECRET_KEY="the secret of another site, which is long enough to be one"):
        sign_in(where, account)
        answer = where.post(CODE_PAGE, {"code": codes.at()})
        assert "cannot be read with the secret of this site" in answer.content.decode()
        assert not is_in(where)
    with settings_of(SECRET_KEY="a new secret of the site", SECRET_KEY_FALLBACKS=[settings_of.secret]):
        assert signed_in_with(account, codes.at(1))


@pytest.fixture
def settings_of(site: Any) -> Any:
    """Other settings for a while, and the secret of the site as it is."""
    from django.conf import settings
    from django.test import override_settings

    class Other(override_settings):
        secret = settings.SECRET_KEY

    return Other


def test_the_icon_is_where_browsers_ask_for_it(site: Any) -> None:
    answer = browser().get("/favicon.ico")
    assert answer.headers["Location"] == "/static/firstdose/icon.svg"
