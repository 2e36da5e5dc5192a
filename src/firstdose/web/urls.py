"""The addresses of the site as Django wants them: those of the one table, and those of accounts."""

from __future__ import annotations

from allauth.account import views as accounts
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from firstdose.web.guarding import guarded
from firstdose.web.routes import ROUTES

OF_ACCOUNTS = [
    path("login/", accounts.login, name="account_login"),
    path("logout/", accounts.logout, name="account_logout"),
    path("inactive/", accounts.account_inactive, name="account_inactive"),
    path("reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("password/change/", accounts.password_change, name="account_change_password"),
]
"""Of what allauth offers, what is used here; nobody signs up, and nothing is sent or mended by mail."""


def icon(_request: HttpRequest) -> HttpResponseBase:
    """The icon of the site, which browsers ask for by themselves where no page has named it; it says nothing."""
    response = redirect(static("firstdose/icon.svg"))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


urlpatterns = [
    path("favicon.ico", icon),
    path("account/", include(OF_ACCOUNTS)),
    path("account/factors/", include("allauth.mfa.urls")),
    *(path(route.address, guarded(route), name=route.name) for route in ROUTES),
]
handler404 = "firstdose.web.failures.not_found"
handler500 = "firstdose.web.failures.broken"
