"""Addresses of retention."""

from django.urls import path

from keepwell.retention import downloads, lists, views

app_name = "retention"
urlpatterns = [
    path("", views.statement, name="statement"),
    path("accounts", lists.accounts, name="accounts"),
    path("chart/<slug:name>.<slug:form>", downloads.chart, name="chart"),
    path("again/<int:pk>", views.again, name="again"),
]
