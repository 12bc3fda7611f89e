"""The demo's outbox: every mail that left, caged, as HTML, text, headers and source."""

from email.message import EmailMessage

import pytest
from django.urls import reverse
from django.utils import timezone

from senders.models import Letter, OutboxMail
from senders.opened_mail import framed, open_mail, read_envelope
from senders.transports.single import as_mail
from tests.editors import make_chief, make_editor, read

LIST = reverse("admin:senders_outboxmail_changelist")
EMPTY = reverse("admin:senders_outboxmail_empty")
HTML = (
    "<!DOCTYPE html><html><head><title>x</title></head><body>"
    '<p>Beste Noor</p><a href="http://127.0.0.1:8000/u/abc">Afmelden</a>'
    "<script>alert(1)</script></body></html>"
)


def make_source(**headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {
        "From": "Gemeenteverbond Lageland <nieuws@lageland.example>",
        "To": "Noor Wiersma <n.wiersma@eikerveld.example>",
        "Subject": "Handreiking hoogwater – zo bereidt u zich voor",
        "Date": "Tue, 24 Nov 2026 10:51:00 +0100",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        message[name] = value
    message.set_content("Beste Noor,\nLees http://www.lageland.example/x\n")
    message.add_alternative(HTML, subtype="html")
    return message.as_bytes()


def make_mail(source: bytes | None = None, **changes) -> OutboxMail:
    fields = {
        "recipient": "Noor Wiersma <n.wiersma@eikerveld.example>",
        "subject": "Handreiking hoogwater",
        "source": make_source() if source is None else source,
    }
    return OutboxMail.objects.create(**fields | changes)


def make_reader(**changes):
    return make_editor("view_outboxmail", "delete_outboxmail", **changes)


def at(name: str, mail: OutboxMail, query: str = "") -> str:
    return reverse(f"admin:senders_outboxmail_{name}", args=[mail.pk]) + query


def test_an_empty_outbox_says_what_will_stand_here():
    text = read(make_reader().get(LIST))
    assert "No mail has left yet" in text
    assert "These mails have not really been sent" in text


def test_the_list_shows_the_newest_mail_beside_it():
    make_mail(make_source(Subject="Eerder"), subject="Eerder")
    mail = make_mail(make_source(List_Id="<nieuwsbrief.lageland.example>"))
    page = make_reader().get(LIST)
    text = read(page)
    assert "Noor Wiersma" in text
    assert "Handreiking hoogwater – zo bereidt u zich voor" in text
    assert "Bulletin" in text
    assert "Automatic mail" in text
    assert f'<iframe src="{at("html", mail)}"' in page.content.decode()


def test_the_html_part_is_caged():
    mail = make_mail()
    page = make_reader().get(at("change", mail)).content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "alert(1)" not in page
    frame = make_reader(name="joris").get(at("html", mail))
    policy = frame["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank"><title>' in frame.content.decode()
    assert 'href="http://127.0.0.1:8000/u/abc"' in frame.content.decode()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("text", "Beste Noor, Lees http://www.lageland.example/x"),
        ("headers", "Noor Wiersma <n.wiersma@eikerveld.example>"),
        ("headers", "Handreiking hoogwater – zo bereidt u zich voor"),
        ("source", "Subject: Handreiking hoogwater =?utf-8?"),
    ],
)
def test_the_other_ways_to_read_it(part, words):
    page = make_reader().get(at("change", make_mail(), f"?part={part}"))
    text = page.content.decode().replace("&lt;", "<").replace("&gt;", ">")
    assert words in " ".join(text.replace("</a>", "").split()) or words in read(page)
    assert "<script>alert" not in page.content.decode()
    assert "<iframe" not in page.content.decode()


def test_an_unknown_way_to_read_it_shows_the_mail():
    page = make_reader().get(at("change", make_mail(), "?part=nonsense"))
    assert "<iframe" in page.content.decode()


def test_the_mail_is_downloaded_byte_for_byte():
    mail = make_mail()
    answer = make_reader().get(at("download", mail))
    assert answer.content == mail.source
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("query", ["wiersma", "HOOGWATER", "eikerveld.example"])
def test_mail_is_found_by_name_and_subject(query):
    mail = make_mail()
    make_mail(recipient="teun@rietmonde.example", subject="Iets anders")
    page = make_reader().get(LIST, {"q": query})
    assert [row.pk for row, _envelope in page.context["rows"]] == [mail.pk]


@pytest.mark.parametrize("query", ["zzz", "%", "\x00zzz", "'; --"])
def test_a_search_that_finds_nothing_says_so(query):
    make_mail()
    assert "No mail has this" in read(make_reader().get(LIST, {"q": query}))


def test_the_list_goes_on_to_older_mail():
    mails = [make_mail(b"Subject: x\r\n\r\n") for _number in range(25)]
    reader = make_reader()
    page = reader.get(LIST)
    assert len(page.context["rows"]) == 20
    older = reader.get(LIST, {"before": page.context["older"]})
    assert [row for row, _envelope in older.context["rows"]] == mails[4::-1]
    assert older.context["older"] is None


@pytest.mark.parametrize("before", ["x", "-1", "²", "9" * 30, ""])
def test_a_forged_place_in_the_list_does_no_harm(before):
    make_mail()
    assert make_reader().get(LIST, {"before": before}).status_code == 200


@pytest.mark.parametrize("name", ["change", "html", "download"])
@pytest.mark.parametrize("pk", [0, 999, 10**30])
def test_a_mail_that_does_not_exist_is_404(name, pk):
    address = reverse(f"admin:senders_outboxmail_{name}", args=[pk])
    assert make_reader().get(address).status_code == 404


@pytest.mark.parametrize("name", ["change", "html", "download"])
def test_who_may_not_see_the_outbox_gets_403(client, name):
    mail = make_mail()
    assert client.get(at(name, mail)).status_code == 302
    assert make_editor("view_bulletin").get(at(name, mail)).status_code == 403
    assert make_editor("view_bulletin", name="j").get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["change", "html", "download"])
def test_where_mail_really_leaves_there_is_no_outbox(settings, name):
    settings.TRANSPORT = "smtp"
    assert make_reader().get(at(name, make_mail())).status_code == 403
    page = make_reader(name="joris").get(reverse("admin:index"))
    assert LIST not in page.content.decode()


def test_emptying_asks_first():
    make_mail()
    reader = make_reader()
    assert "1 mail is removed" in read(reader.get(EMPTY))
    assert OutboxMail.objects.count() == 1
    page = reader.post(EMPTY, follow=True)
    assert "The outbox is empty" in read(page)
    assert OutboxMail.objects.count() == 0


def test_who_may_not_delete_empties_nothing():
    make_mail()
    reader = make_editor("view_outboxmail")
    assert EMPTY not in reader.get(LIST).content.decode()
    assert reader.post(EMPTY).status_code == 403
    assert OutboxMail.objects.count() == 1


BROKEN = [
    b"",
    b"\x00\xff\xfe\x80",
    b"no headers at all",
    b"Subject: =?utf-8?q?=ZZ?= =?x?y?z?=\r\nTo: <<<>>>,,;;\r\nDate: never\r\n\r\nx",
    b"From: @\r\nTo: :;\r\nSubject:\r\n\r\n",
    b"Content-Type: text/html; charset=nonsense\r\n\r\n<p>caf\xe9</p>",
    b"Content-Type: text/html; charset*=''\r\n\r\n<p>x</p>",
    b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nrubbish",
    b"Content-Type: multipart/mixed\r\n\r\nno boundary",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=",
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello",
    b"Content-Type: ;;;\r\nContent-Disposition: =;\r\n\r\nx",
    b"Date: Tue, 24 Nov 2026 10:51:00\r\nSubject: no zone\r\n\r\nx",
    b"Date: Tue, 99 Nov 99999 99:99:99 +9999\r\n\r\nx",
]


@pytest.mark.parametrize("source", BROKEN)
def test_broken_mail_opens_as_far_as_it_goes(source):
    mail = make_mail(source)
    reader = make_reader()
    for part in ("", "html", "text", "headers", "source"):
        assert reader.get(at("change", mail, f"?part={part}")).status_code == 200
    assert reader.get(at("html", mail)).status_code == 200
    assert reader.get(LIST).status_code == 200


def test_an_unknown_charset_is_read_as_well_as_can_be():
    assert "caf" in open_mail(BROKEN[5]).html


def test_hostile_words_stay_words():
    source = make_source(
        Subject="<script>alert(1)</script>", To='"<b>x</b>" <a@lezer.example>'
    )
    mail = make_mail(source, subject="<script>alert(1)</script>")
    page = make_reader().get(at("change", mail, "?part=headers")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_an_attached_text_is_not_the_mail():
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("<p>echt</p>", subtype="html")
    message.add_attachment("<p>bijlage</p>", subtype="html", filename="a.html")
    assert "echt" in open_mail(message.as_bytes()).html


@pytest.mark.parametrize(
    ("html", "starts"),
    [
        ("<p>x</p>", '<base target="_blank"><p>'),
        ("<html><HEAD lang=nl><p>", '<html><HEAD lang=nl><base target="_blank"><p>'),
        ("<header>x</header>", '<base target="_blank"><header>'),
    ],
)
def test_links_open_beside_the_frame(html, starts):
    assert framed(html).startswith(starts)


def test_a_test_mail_is_called_one():
    assert read_envelope(make_source(Subject="[Test] Handreiking")).is_test
    assert not read_envelope(make_source()).is_test


KEY = "http://127.0.0.1:8000/admin/password/MQ/a-key/"
WAYS = ("", "?part=text", "?part=html", "?part=headers", "?part=source")


def make_password_letter() -> OutboxMail:
    """As it is kept when it leaves through the demo's backend."""
    letter = Letter(pk=1, kind=Letter.PASSWORD, subject="Kies", text=f"Hier: {KEY}")
    letter.recipient, letter.created_at = "chief@example.org", timezone.now()
    return make_mail(as_mail(letter).message().as_bytes(), subject="Kies")


def test_a_letter_with_a_key_is_sealed_for_who_may_not_do_everything():
    mail = make_password_letter()
    reader = make_reader()
    for page in (LIST, *(at("change", mail, way) for way in WAYS)):
        answer = reader.get(page)
        assert "opens somebody’s account" in read(answer)
        assert "a-key" not in answer.content.decode()
    assert reader.get(at("html", mail)).status_code == 403
    assert reader.get(at("download", mail)).status_code == 403


def test_a_letter_with_a_key_is_open_for_who_may_do_everything():
    mail = make_password_letter()
    chief = make_chief()
    assert KEY in read(chief.get(at("change", mail)))
    assert b"a-key" in chief.get(at("download", mail)).content


def test_an_envelope_without_a_name_shows_the_address():
    assert read_envelope(b"To: a@lezer.example\r\n\r\n").name == "a@lezer.example"
