"""Organisation and senders in the admin."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from mailings.models import Bulletin
from senders.models import Organisation, Sender
from tests.editors import make_chief, make_editor, read
from tests.make import make_bulletin, make_organisation, make_sender

ADD = "admin:senders_organisation_add"
LIST = "admin:senders_organisation_changelist"
WHO = {"name": "Gemeenteverbond Lageland", "colour": "#0E5A4F"}


@pytest.fixture
def chief():
    return make_chief()


def organisation_page() -> str:
    return reverse("admin:senders_organisation_change", args=[1])


def png() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (300, 100), "#0E5A4F").save(file, "PNG")
    return SimpleUploadedFile("logo.png", file.getvalue(), "image/png")


def test_the_menu_leads_to_a_form_where_there_is_no_organisation_yet(chief):
    assert chief.get(reverse(LIST)).headers["Location"] == reverse(ADD)
    assert "add another" not in read(chief.get(reverse(ADD)))

    chief.post(reverse(ADD), WHO)

    assert Organisation.objects.get().name == "Gemeenteverbond Lageland"


def test_the_menu_leads_straight_to_the_one_organisation(chief):
    make_organisation()

    assert chief.get(reverse(LIST)).headers["Location"] == organisation_page()


def test_there_is_one_organisation_and_it_stays(chief):
    make_organisation()

    assert chief.get(reverse(ADD)).status_code == 403
    delete = reverse("admin:senders_organisation_delete", args=[1])
    assert chief.post(delete, {"post": "yes"}).status_code == 403
    assert Organisation.objects.exists()


def test_a_logo_is_uploaded_shown_and_taken_away(chief):
    make_organisation()
    chief.post(organisation_page(), WHO | {"new_logo": png()})
    assert bytes(Organisation.objects.get().logo).startswith(b"\x89PNG")
    assert 'src="/logo.png?' in chief.get(organisation_page()).content.decode()

    chief.post(organisation_page(), WHO | {"remove_logo": "on"})

    assert bytes(Organisation.objects.get().logo) == b""


def test_saving_the_name_keeps_the_logo(chief):
    make_organisation(logo=png().read())

    chief.post(organisation_page(), WHO | {"name": "Renamed"})

    organisation = Organisation.objects.get()
    assert organisation.name == "Renamed"
    assert organisation.logo


def test_an_svg_is_refused_with_a_sentence_and_nothing_changes(chief):
    make_organisation()
    svg = SimpleUploadedFile("x.svg", b"<svg onload='x()'/>", "image/svg+xml")

    page = chief.post(organisation_page(), WHO | {"name": "Renamed", "new_logo": svg})

    assert "Mail programs do not show SVG" in read(page)
    assert 'href="#id_new_logo"' in page.content.decode()
    assert Organisation.objects.get().name != "Renamed"
    assert not Organisation.objects.get().logo


def test_a_pale_colour_is_refused_with_a_darker_one(chief):
    make_organisation()

    page = chief.post(organisation_page(), WHO | {"colour": "#F2B233"})

    assert "too pale to read on white. Take #" in read(page)
    assert Organisation.objects.get().colour == "#0E5A4F"


def test_who_may_only_look_gets_no_form():
    make_organisation()
    editor = make_editor("view_organisation")

    assert "button primary" not in editor.get(organisation_page()).content.decode()
    assert editor.post(organisation_page(), WHO | {"name": "x"}).status_code == 403


def test_a_sender_is_added(chief):
    chief.post(
        reverse("admin:senders_sender_add"),
        {
            "from_name": "Lageland",
            "from_address": "nieuws@lageland.example",
            "reply_to": "",
            "signature": "Groet,\nNadia",
        },
    )

    assert Sender.objects.get().signature.splitlines() == ["Groet,", "Nadia"]


@pytest.mark.parametrize("address", ["no address", "ñandú@example.org", "a@b"])
def test_an_address_that_mail_cannot_carry_is_refused(chief, address):
    page = chief.post(
        reverse("admin:senders_sender_add"), {"from_name": "x", "from_address": address}
    )

    assert 'href="#id_from_address"' in page.content.decode()
    assert not Sender.objects.exists()


def test_a_sender_in_use_is_not_deleted_and_says_by_what(chief):
    bulletin = make_bulletin()
    url = reverse("admin:senders_sender_delete", args=[bulletin.sender_id])

    page = chief.post(url, {"post": "yes"})

    assert "cannot be deleted" in read(page)
    assert bulletin.subject in read(page)
    assert Sender.objects.exists()

    Bulletin.objects.all().delete()
    chief.post(url, {"post": "yes"})
    assert not Sender.objects.exists()


def test_an_empty_list_says_what_will_stand_there(chief):
    assert "No senders yet" in read(
        chief.get(reverse("admin:senders_sender_changelist"))
    )

    make_sender()

    page = read(chief.get(reverse("admin:senders_sender_changelist")))
    assert "No senders yet" not in page
    assert "nieuws@lageland.example" in page
