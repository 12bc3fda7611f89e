"""The whole way, on the real thing: write, schedule, send by SMTP, read, leave."""

import pytest
import requests

from tests.processes import SECONDS, Product
from tests.queue.crew import Crew
from tests.smtp_server import free_port, sink, wait_until
from tests.visitor import Visitor

PEOPLE = """\
E-mail;Aanhef;Voornaam;Achternaam
noor@eikerveld.example;mevrouw Wiersma;Noor;Wiersma
Bram@Zandermeer.example;;Bram;Oudewater
ilse@wolderbeek.example;;;
"""
BODY = """
<p>Beste {{ salutation }},</p>
<p>Er ligt een <strong>nieuwe handreiking</strong> voor u klaar.
<a href="https://www.lageland.example/handreiking">Lees de handreiking</a>.</p>
"""


@pytest.fixture
def relay():
    with sink() as (mails, port):
        yield mails, f"smtp://127.0.0.1:{port}"


@pytest.fixture(
    params=[0, 1, 2], ids=["run_sender", "a Celery worker", "two Celery workers"]
)
def senders(request) -> tuple[int, dict[str, str]]:
    """How many workers of Celery there are, and the settings that they need.

    Without any it is the embedded engine, on SQLite where nobody says otherwise.
    """
    if not request.param:
        return 0, {}
    return request.param, {
        "DATABASE_URL": request.getfixturevalue("postgres").migrated(),
        "REDIS_URL": request.getfixturevalue("valkey").renew().url,
    }


@pytest.fixture
def site(product, relay, senders) -> tuple[Product, str]:
    """A product with three subscribers and an editor, its web server running."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"TRANSPORT": "smtp", "SMTP_URL": relay[1], "SITE_URL": address}
    workers, production = senders
    running = product(UNDO_SECONDS="0", **settings | production)
    _start_celery(running, workers)
    people = running.folder / "people.csv"
    people.write_text(PEOPLE)
    running.ok(
        *("import_subscribers", str(people), "--list", "nieuwsbrief"),
        *("--create-list", "Nieuwsbrief"),
    )
    editor = {"DJANGO_SUPERUSER_PASSWORD": "a-long-password"}
    account = ("--username", "marit", "--email", "marit@lageland.example")
    running.ok("createsuperuser", "--noinput", *account, **editor)
    running.start("runserver", "--noreload", f"127.0.0.1:{port}")
    wait_until(lambda: _answers(address), what="the web server")
    return running, address


def _start_celery(product: Product, workers: int) -> None:
    crew = Crew(product)
    for _each in range(workers):
        crew.worker()
    if workers:
        crew.beat()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/admin/login/", timeout=5).ok
    except requests.ConnectionError:
        return False


def _send_bulletin(product: Product, editor: Visitor, subject: str) -> None:
    """Write a bulletin in the admin, schedule it there, and let the senders send it."""
    editor.open("/admin/mailings/bulletin/add/")
    one_list = editor.page.select_one("input[name=lists]")["value"]
    editor.submit(
        "#bulletin_form",
        press="_plan",
        subject=subject,
        headline=subject,
        body=BODY,
        lists=[one_list],
        sender=editor.page.select_one("select[name=sender] option[value='1']")["value"],
    )
    assert editor.address.endswith("/schedule/"), editor.page.get_text(" ", strip=True)
    editor.submit(".schedule-form", when="now")
    assert editor.address.endswith("/progress/"), editor.page.get_text(" ", strip=True)
    if not product.environment.get("REDIS_URL"):
        product.ok("run_sender", "--until-idle")
    last = "SELECT status FROM mailings_bulletin ORDER BY id DESC LIMIT 1"
    wait_until(lambda: product.query(last) == [("sent",)], seconds=SECONDS)


def _text(mail) -> str:
    return mail.get_body(["plain"]).get_content()


def test_the_whole_way(site, relay):
    product, address = site
    mails, _url = relay
    editor = Visitor(address)
    editor.log_in("marit", "a-long-password")
    editor.open("/admin/senders/sender/add/")
    editor.submit(
        "#sender_form",
        from_name="Gemeenteverbond Lageland",
        from_address="nieuws@lageland.example",
        signature="Met vriendelijke groet,\nNadia el Amrani",
    )

    _send_bulletin(product, editor, "Handreiking hoogwater")

    first = {mail["To"].addresses[0].addr_spec: mail for mail in mails.parsed()}
    assert sorted(first) == [
        "Bram@zandermeer.example",
        "ilse@wolderbeek.example",
        "noor@eikerveld.example",
    ]
    assert len(mails.mails) == 3
    letter = first["noor@eikerveld.example"]
    assert letter["Subject"] == "Handreiking hoogwater"
    assert letter["To"].addresses[0].display_name == "Noor Wiersma"
    text, html = (part.get_content() for part in letter.iter_parts())
    assert "Beste mevrouw Wiersma," in text
    assert "Lees de handreiking (https://www.lageland.example/handreiking)" in text
    assert "Nadia el Amrani" in text
    assert "Beste mevrouw Wiersma," in html
    assert "Beste Bram Oudewater," in _text(first["Bram@zandermeer.example"])
    assert "Beste lezer," in _text(first["ilse@wolderbeek.example"])
    links = {mail["List-Unsubscribe"] for mail in mails.parsed()}
    assert len(links) == 3, "each has a link of their own"

    # As a mailbox provider does it (RFC 8058 section 3.2): no cookie, nothing else.
    leave = letter["List-Unsubscribe"].strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert requests.get(leave, timeout=20).ok
    answer = requests.post(
        leave,
        data={"List-Unsubscribe": "One-Click"},
        allow_redirects=False,
        timeout=20,
    )
    assert answer.status_code == 200
    assert not answer.cookies

    mails.mails.clear()
    _send_bulletin(product, editor, "Vervolg: de werksessie")

    assert mails.recipients == ["Bram@zandermeer.example", "ilse@wolderbeek.example"]
    assert {mail["Subject"] for mail in mails.parsed()} == {"Vervolg: de werksessie"}
