"""Addresses of follow-ups, playbooks and cadence."""

from django.urls import path

from keepwell.followups import views
from keepwell.followups.views import acting, cadence, feeds, playbooks

app_name = "followups"
urlpatterns = [
    path("", views.listing, name="list"),
    path("board", views.board, name="board"),
    path("together", acting.together, name="together"),
    path("undo/<int:pk>", acting.undo, name="undo"),
    path("new/<path:account_id>", acting.new, name="new"),
    path("<int:pk>", views.one, name="one"),
    path("<int:pk>/change", acting.change, name="change"),
    path("<int:pk>/do", acting.do, name="do"),
    path("<int:pk>/drop", acting.drop, name="drop"),
    path("<int:pk>/hand-over", acting.hand_over, name="hand_over"),
    path("<int:pk>/comment", acting.comment, name="comment"),
    path("<int:pk>/take", acting.take, name="take"),
    path("playbooks", playbooks.listing, name="playbooks"),
    path("playbooks/new", playbooks.new, name="new_playbook"),
    path("playbooks/<int:pk>", playbooks.one, name="playbook"),
    path("playbooks/<int:pk>/change", playbooks.change, name="change_playbook"),
    path("playbooks/<int:pk>/start", playbooks.start, name="start"),
    path("playbooks/<int:pk>/use", playbooks.use, name="use_playbook"),
    path("playbooks/<int:pk>/effect", playbooks.effect, name="effect"),
    path("cadence", cadence.cadence, name="cadence"),
    path("standards", cadence.standards, name="standards"),
    path("standards/<int:pk>/drop", cadence.drop_standard, name="drop_standard"),
    path("calendar", feeds.calendar, name="calendar"),
    path("calendar/open", feeds.open_feed, name="open_feed"),
    path("calendar/close", feeds.close_feed, name="close_feed"),
    path("calendar/<str:secret>.ics", feeds.feed, name="feed"),
]
