"""Addresses of rules, their words and their hits."""

from django.urls import path

from keepwell.conversations.views import hits, rules, words, writing

RULING = [
    path("rules/", rules.rules, name="rules"),
    path("rules/new", writing.new, name="new_rule"),
    path("rules/heard", writing.heard, name="rule_heard"),
    path("rules/past/<int:pk>", writing.past, name="past"),
    path("rules/export", rules.export, name="export_rules"),
    path("rules/bring", rules.bring, name="bring_rules"),
    path("rules/start", rules.start, name="start_rules"),
    path("rules/words/<slug:language>", words.words, name="words"),
    path("rules/<int:pk>", rules.rule, name="rule"),
    path("rules/<int:pk>/edit", writing.edit, name="edit_rule"),
    path("rules/<int:pk>/turn", rules.turn, name="turn_rule"),
    path("rules/<int:pk>/restore/<int:version>", rules.restore, name="restore_rule"),
    path("hits/", hits.hits, name="hits"),
    path("hits/<int:pk>", hits.judge, name="judge"),
    path("hits/<int:pk>/sound", hits.sound, name="hit_sound"),
]
