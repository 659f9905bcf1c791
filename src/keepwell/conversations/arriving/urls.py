"""Addresses of what comes in: files, the queue, sources, recording policies."""

from django.urls import path

from keepwell.conversations.views import incoming, queue, sources

ARRIVAL = [
    path("add", incoming.add, name="add"),
    path("incoming", incoming.incoming, name="incoming"),
    path("incoming/<int:pk>/again", incoming.again, name="incoming_again"),
    path("queue", queue.queue, name="queue"),
    path("<int:pk>/match", queue.match, name="match"),
    path("<int:pk>/aside", queue.aside, name="aside"),
    path("<int:pk>/match/undo", queue.undo, name="undo_match"),
    path("<int:pk>/delete", queue.delete, name="delete"),
    path("sources", sources.sources, name="sources"),
    path("sources/look", sources.look, name="look"),
    path("sources/mailboxes/add", sources.mailbox, name="add_mailbox"),
    path("sources/mailboxes/<int:pk>", sources.mailbox, name="mailbox"),
    path("sources/mailboxes/<int:pk>/drop", sources.drop_mailbox, name="drop_mailbox"),
    path("sources/folders/add", sources.folder, name="add_folder"),
    path("sources/folders/<int:pk>", sources.folder, name="folder"),
    path("sources/folders/<int:pk>/drop", sources.drop_folder, name="drop_folder"),
    path("policies", sources.policies, name="policies"),
    path("policies/add", sources.policy, name="add_policy"),
    path("policies/<int:pk>", sources.policy, name="policy"),
    path("policies/<int:pk>/drop", sources.drop_policy, name="drop_policy"),
]
