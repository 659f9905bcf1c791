"""Addresses of retention."""

from django.urls import path

from keepwell.retention import downloads, lists, more, views

app_name = "retention"
urlpatterns = [
    path("", views.statement, name="statement"),
    path("over-time", more.series, name="series"),
    path("cohorts", more.cohorts, name="cohorts"),
    path("survival", more.survival, name="survival"),
    path("definitions", more.definitions, name="definitions"),
    path("cycles", more.cycles, name="cycles"),
    path("segments", more.segments, name="segments"),
    path("segments/<int:pk>/remove", more.remove_segment, name="remove-segment"),
    path("accounts", lists.accounts, name="accounts"),
    path("chart/<slug:name>.<slug:form>", downloads.chart, name="chart"),
    path("again/<int:pk>", views.again, name="again"),
]
