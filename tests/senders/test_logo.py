from io import BytesIO

import pytest
from django.utils import translation
from PIL import Image

from senders import logo
from tests.make import make_organisation

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def picture(kind: str = "PNG", size=(300, 100), **options) -> BytesIO:
    file = BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, "#0E5A4F").save(file, kind, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_kept_as_png(kind):
    kept = Image.open(BytesIO(logo.to_png(picture(kind))))

    assert (kept.format, kept.size) == ("PNG", (300, 100))


def test_what_came_along_with_the_file_is_left_behind():
    exif = Image.Exif()
    exif[0x013B] = "Geheime Maker"

    kept = logo.to_png(picture("JPEG", exif=exif))
    plain = logo.to_png(picture("JPEG"))
    profiled = logo.to_png(picture("PNG", icc_profile=b"Geheim profiel" * 20))

    assert profiled == logo.to_png(picture("PNG"))
    assert kept == plain
    assert b"Geheime Maker" in picture("JPEG", exif=exif).getvalue()
    assert b"Geheime Maker" not in kept
    assert dict(Image.open(BytesIO(kept)).getexif()) == {}


def test_a_photo_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees

    kept = Image.open(BytesIO(logo.to_png(picture("JPEG", exif=exif))))

    assert kept.size == (100, 300)


def test_a_large_picture_is_made_smaller_in_proportion():
    kept = Image.open(BytesIO(logo.to_png(picture(size=(3000, 1500)))))

    assert kept.size == (800, 400)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SVG, "SVG"),
        (b"just text", "no picture"),
        (b"", "no picture"),
        (picture().getvalue()[:60], "no picture"),
        (b"\x89PNG" + bytes(6 * 1024 * 1024), "5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(source, words):
    with translation.override("en"), pytest.raises(logo.BadLogo, match=words):
        logo.to_png(BytesIO(source))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded():
    bomb = picture(size=(5_000, 4_001))

    assert len(bomb.getvalue()) < logo.MOST_BYTES
    with pytest.raises(logo.BadLogo):
        logo.to_png(bomb)


def test_the_logo_is_served_at_the_address_that_stands_in_mail(client, settings):
    png = logo.to_png(picture())
    make_organisation(logo=png)

    assert logo.logo_url() == f"{settings.SITE_URL}/logo.png"
    answer = client.get("/logo.png")
    assert answer.content == png
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_logo_is_not_sent_twice_to_who_has_it(client):
    make_organisation(logo=logo.to_png(picture()))

    etag = client.get("/logo.png").headers["ETag"]
    again = client.get("/logo.png", headers={"if-none-match": etag})

    assert again.status_code == 304


def test_without_a_logo_there_is_no_address_for_it(client):
    assert logo.logo_url() == ""
    assert client.get("/logo.png").status_code == 404

    make_organisation()
    assert logo.logo_url() == ""
    assert client.get("/logo.png").status_code == 404
