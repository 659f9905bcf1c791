"""Every address of the site."""

from django.urls import include, path, re_path

from keepwell.accounts.people import search
from keepwell.members.company_sign_in import callback
from keepwell.members.signed_in import signed_in_at
from keepwell.members.views import closed
from keepwell.site import administering, views

handler400 = "keepwell.site.views.refused"
urlpatterns = [
    path("", views.today, name="today"),
    path("search", search, name="search"),
    path("accounts/", include("keepwell.accounts.urls")),
    path("retention/", include("keepwell.retention.urls")),
    path("followups/", include("keepwell.followups.urls")),
    path("alerts/", include("keepwell.alerts.urls")),
    path("conversations/", include("keepwell.conversations.urls")),
    path("reach/", include("keepwell.reach.urls")),
    path("members/", include("keepwell.members.urls")),
    path("api/", include("keepwell.api.urls")),
    re_path(r"^sign/(email|confirm-email|signup|3rdparty|phone)/", closed, name="closed"),
    path("sign/sessions/", signed_in_at, name="usersessions_list"),
    path("sign/oidc/<provider_id>/login/callback/", callback, name="openid_connect_callback"),
    path("sign/", include("allauth.urls")),
    path("settings/", administering.settings, name="settings"),
    path("settings/night", administering.night, name="night"),
    path("settings/night/begin", administering.begin, name="night-begin"),
    path("settings/night/progress", administering.progress, name="night-progress"),
    path("settings/health", administering.health, name="health"),
    path("night", administering.now, name="night-now"),
    path("metrics", administering.metrics, name="metrics"),
    path("alive", views.alive, name="alive"),
]
