"""What the outside sees of an organisation: its logo."""

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from senders.models import Organisation


def _logo() -> bytes:
    # PostgreSQL answers a memoryview.
    return bytes(Organisation.objects.current().logo)


def _etag(_request: HttpRequest) -> str | None:
    logo = _logo()
    return f'"{sha256(logo).hexdigest()[:16]}"' if logo else None


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_etag)
def logo(request: HttpRequest) -> HttpResponse:
    """The logo as PNG, for mail that was sent and for our own pages."""
    if not (png := _logo()):
        raise Http404
    return HttpResponse(png, content_type="image/png")
