"""The public error pages: our own, in one coat, and without need of anything."""

import pytest
from django.http import HttpResponse
from django.template import loader
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults
from django.views.csrf import csrf_failure


def test_a_page_that_is_not_there_is_ours(client):
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert "/static/bode/public.css" in response.content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda request: defaults.bad_request(request, ValueError()), 400),
        (lambda request: defaults.permission_denied(request, PermissionError()), 403),
        (lambda request: csrf_failure(request, "no cookie"), 403),
        (defaults.server_error, 500),
    ],
)
def test_every_error_page_is_whole_and_asks_the_database_nothing(
    view, status, django_assert_num_queries
):
    with django_assert_num_queries(0):
        response: HttpResponse = view(RequestFactory().get("/"))
    page = response.content.decode()
    assert response.status_code == status
    assert page.count("<h1>") == 1
    assert page.rstrip().endswith("</html>")
    assert "style=" not in page


def test_a_form_without_its_token_gets_our_page():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert "/static/bode/public.css" in response.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_pages_speak_the_language_of_the_visitor(name):
    for language in ("nl", "en"):
        with translation.override(language):
            page = loader.get_template(f"{name}.html").render()
        assert f'<html lang="{language}">' in page
