from django.urls import path, re_path

from subscribers import views

app_name = "subscribers"
# These stand in mails that were sent years ago: they never change, have no language
# prefix, and no slash at their end, so that nothing ever redirects (RFC 8058).
urlpatterns = [
    path("u/<token>", views.leave, name="leave"),
    path("undo/<token>", views.undo, name="undo"),
    re_path(r"^house/(?P<colour>[0-9A-F]{6})\.css$", views.house, name="house"),
]
