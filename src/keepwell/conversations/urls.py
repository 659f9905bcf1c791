"""Addresses of conversations, a list a subject."""

from django.urls import path

from keepwell.conversations.arriving.urls import ARRIVAL
from keepwell.conversations.rules.urls import RULING
from keepwell.conversations.views import (
    brief,
    clips,
    coaching,
    collections,
    conversations,
    moods,
    search,
    topics,
    transcript,
    unplaced,
)

app_name = "conversations"
_read = [
    path("", conversations.conversations, name="conversations"),
    path("<int:pk>", transcript.conversation, name="conversation"),
    path("<int:pk>/sound", transcript.sound, name="sound"),
    path("<int:pk>/ours", transcript.say_ours, name="say_ours"),
    path("<int:pk>/turns/<int:no>/correct", transcript.correct, name="correct"),
    path("<int:pk>/turns/<int:no>/mood", moods.say, name="say_mood"),
    path("<int:pk>/unplaced/<int:waits>/place", unplaced.place, name="place_correction"),
    path("<int:pk>/unplaced/<int:waits>/drop", unplaced.drop, name="drop_correction"),
    path("<int:pk>/unplaced/<int:waits>/back", unplaced.put_back, name="put_correction_back"),
]
_clips = [
    path("<int:pk>/clips", clips.keep, name="keep_clip"),
    path("clips/", clips.clips, name="clips"),
    path("clips/templates", clips.templates, name="templates"),
    path("clips/<int:pk>", clips.clip, name="clip"),
    path("clips/<int:pk>/sound", clips.sound, name="clip_sound"),
    path("clips/<int:pk>/change", clips.change, name="change_clip"),
    path("clips/<int:pk>/remove", clips.remove, name="remove_clip"),
    path("clips/<int:pk>/back", clips.put_back, name="put_clip_back"),
    path("clips/<int:pk>/into", collections.put, name="put_into"),
    path("clips/<int:pk>/from/<int:collection_pk>", collections.take, name="take_from"),
    path("collections/new", collections.new, name="new_collection"),
    path("collections/<int:pk>", collections.collection, name="collection"),
    path("collections/<int:pk>/change", collections.change, name="change_collection"),
    path("collections/<int:pk>/drop", collections.drop, name="drop_collection"),
    path("collections/<int:pk>/back", collections.restore, name="restore_collection"),
]
_learning = [
    path("topics", topics.over_time, name="topics"),
    path("coaching", coaching.team, name="coaching"),
    path("coaching/<int:pk>", coaching.member, name="coached"),
]
_searching = [
    path("search", search.searched, name="search"),
    path("brief/<path:account_id>", brief.page, name="brief"),
    path("brief-pdf/<path:account_id>", brief.paper, name="brief_pdf"),
    path("brief-mail/<path:account_id>", brief.mail, name="brief_mail"),
]
urlpatterns = [*ARRIVAL, *_read, *_clips, *_learning, *RULING, *_searching]
