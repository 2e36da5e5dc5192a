"""The addresses of the site as Django wants them: those of the one table, and those of accounts."""

from __future__ import annotations

from django.urls import include, path

from firstdose.web.guarding import guarded
from firstdose.web.routes import ROUTES

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/factors/", include("allauth.mfa.urls")),
    *(path(route.address, guarded(route), name=route.name) for route in ROUTES),
]
handler404 = "firstdose.web.failures.not_found"
handler500 = "firstdose.web.failures.broken"
