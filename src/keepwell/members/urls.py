"""Addresses of members' pages."""

from django.urls import path

from keepwell.members import views

app_name = "members"
urlpatterns = [
    path("join/<str:secret>", views.join, name="join"),
    path("profile", views.profile, name="profile"),
]
