"""Addresses of members' pages."""

from django.urls import path

from keepwell.members import administering, views

app_name = "members"
urlpatterns = [
    path("join/<str:secret>", views.join, name="join"),
    path("profile", views.profile, name="profile"),
    path("", views.people, name="people"),
    path("<int:pk>", views.person, name="person"),
    path("<int:pk>/activity", views.activity, name="activity"),
    path("invite", views.invite, name="invite"),
    path("invitations/<int:pk>/again", views.invite_again, name="invite_again"),
    path("invitations/<int:pk>/withdraw", views.withdraw, name="withdraw"),
    path("teams", administering.teams, name="teams"),
    path("teams/<int:pk>", administering.teams, name="team"),
    path("teams/<int:pk>/drop", administering.drop_team, name="drop_team"),
    path("portfolios", administering.portfolios, name="portfolios"),
    path("portfolios/count", administering.count, name="count"),
    path("portfolios/<int:pk>", administering.portfolios, name="portfolio"),
    path("portfolios/<int:pk>/drop", administering.drop_portfolio, name="drop_portfolio"),
    path("portfolios/<int:pk>/up", administering.move_up, name="move_up"),
    path("trail", administering.trail, name="trail"),
    path("trail.csv", administering.trail_csv, name="trail_csv"),
]
