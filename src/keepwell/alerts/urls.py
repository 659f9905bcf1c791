"""Addresses of alerts."""

from django.urls import path

from keepwell.alerts import views, views_settings

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:pk>", views.alert, name="alert"),
    path("answer", views.answer, name="answer"),
    path("undo/<uuid:batch>", views.undo, name="undo"),
    path("scores", views.scores, name="scores"),
    path("thresholds", views_settings.thresholds, name="thresholds"),
    path("thresholds/<int:pk>/drop", views_settings.drop, name="drop"),
    path("thresholds/<slug:name>", views_settings.threshold, name="threshold"),
    path("previews/<int:pk>", views_settings.preview, name="preview"),
    path("telling", views_settings.telling, name="telling"),
    path("telling/all", views_settings.telling_all, name="telling_all"),
    path("channels/add", views_settings.add_channel, name="add_channel"),
    path("channels/<int:pk>/remove", views_settings.remove_channel, name="remove_channel"),
    path("channels/<int:pk>/try", views_settings.try_channel, name="try_channel"),
]
