"""Addresses of accounts."""

from django.urls import path

from keepwell.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<path:account_id>", views.account, name="account"),
]
