from django.urls import path

from senders import views

app_name = "senders"
# This address stands in mails that were sent: it never changes.
urlpatterns = [path("logo.png", views.logo, name="logo")]
