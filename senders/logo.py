"""The organisation's logo, at an address that stands in mail for years.

Whatever is uploaded is decoded and written again as PNG: what is served is pixels of
our own making, and nothing that came along with the file.
"""

from io import BytesIO
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from senders.models import Organisation

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 20_000_000  # decoded, this is what fits in memory with ease
SHOWN_WITHIN = (1200, 400)  # larger makes every mail heavier and none sharper

UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class BadLogo(ValidationError):
    """The file is no logo that mail can show; its message says why."""


def logo_url() -> str:
    """The absolute URL of the logo; empty where there is none."""
    return (
        f"{settings.SITE_URL}/logo.png" if Organisation.objects.current().logo else ""
    )


def to_png(file: IO[bytes]) -> bytes:
    """The picture as PNG, upright and of a size for mail. Raises BadLogo."""
    source = file.read(MOST_BYTES + 1)
    if len(source) > MOST_BYTES:
        raise BadLogo(_("This file is larger than 5 MB. Make it smaller."))
    if b"<svg" in source[:1000].lower():
        raise BadLogo(
            _("Mail programs do not show SVG. Save the logo as PNG and try again.")
        )
    try:
        picture = Image.open(BytesIO(source), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise BadLogo(
                _("This picture has too many pixels. Make it at most 4,000 wide.")
            )
        return _redrawn(picture)
    except UNREADABLE:
        raise BadLogo(
            _("This is no picture that we can read. Take a PNG, JPEG, WebP or GIF.")
        ) from None


def _redrawn(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(SHOWN_WITHIN)
    png = BytesIO()
    # Without the profile that came along: Pillow would write it into ours.
    upright.save(png, "PNG", optimize=True, icc_profile=None)
    return png.getvalue()
