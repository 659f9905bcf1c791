"""Addresses of conversations, a list a subject."""

from django.urls import URLPattern

app_name = "conversations"
urlpatterns: list[URLPattern] = []
