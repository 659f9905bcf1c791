"""Addresses of the API: its description, one's tokens, and every call."""

from django.urls import include, path, re_path

from keepwell.api import views
from keepwell.api.door import door, nowhere
from keepwell.api.gathering import addresses

calls, _application, namespace = addresses()
urlpatterns = [
    path(
        "",
        include(
            (
                [
                    path("", views.reference, name="reference"),
                    path("openapi.json", views.described, name="openapi"),
                    path("tokens", views.tokens, name="tokens"),
                    path("tokens/<int:pk>/revoke", views.revoke, name="revoke"),
                ],
                "api",
            )
        ),
    ),
    path("", include((calls, namespace))),
    re_path(r"^[\s\S]*$", door(nowhere)),  # whatever it holds, line ends too
]
