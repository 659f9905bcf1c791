"""Addresses of touches and the contact budget."""

from django.urls import path

from keepwell.reach import views

app_name = "reach"
urlpatterns = [
    path("", views.budget, name="budget"),
    path("log/<path:account_id>", views.log, name="log"),
    path("reserve/<path:account_id>", views.reserve, name="reserve"),
    path("give-back/<int:pk>", views.give_back, name="give_back"),
    path("rules", views.rules, name="rules"),
    path("rules/<int:pk>", views.rule, name="rule"),
    path("rules/<int:pk>/drop", views.drop_rule, name="drop_rule"),
]
