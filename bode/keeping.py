"""What a browser, and whatever stands before us, may keep of an answer."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[[HttpRequest], HttpResponseBase]


def keep_nothing(get_response: View) -> View:
    """An answer that says nothing of it is kept by nobody: most of them name people.

    So the browser's Back shows nothing of them after the log-out.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return answer
