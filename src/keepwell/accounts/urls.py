"""Addresses of accounts."""

from django.urls import path

from keepwell.accounts import people, views

app_name = "accounts"
urlpatterns = [
    path("", views.listing, name="list"),
    path("give", views.give, name="give"),
    path("give/undo", views.undo, name="undo"),
    path("contacts/<str:contact_id>", people.contact, name="contact"),
    path("contacts/<str:contact_id>/export", people.contact_export, name="contact_export"),
    path("contacts/<str:contact_id>/erase", people.contact_erase, name="contact_erase"),
    path("nights/<path:account_id>", views.nights, name="nights"),
    path("<path:account_id>", views.account, name="account"),
]
