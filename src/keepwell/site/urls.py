"""Every address of the site."""

from django.urls import include, path

from keepwell.site import views

urlpatterns = [
    path("", views.today, name="today"),
    path("accounts/", include("keepwell.accounts.urls")),
    path("retention/", include("keepwell.retention.urls")),
    path("reach/", include("keepwell.reach.urls")),
    path("members/", include("keepwell.members.urls")),
    path("sign/", include("allauth.urls")),
    path("alive", views.alive, name="alive"),
]
