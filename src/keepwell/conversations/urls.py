"""Addresses of conversations, a list a subject."""

from django.urls import path

from keepwell.conversations.views import conversations, transcript

app_name = "conversations"
_read = [
    path("", conversations.conversations, name="conversations"),
    path("<int:pk>", transcript.conversation, name="conversation"),
]
urlpatterns = [*_read]
