"""A real Postfix: what it stores is what Bode says it hands over, byte for byte."""

import base64
import json
import os
from collections import Counter
from email import message_from_bytes, policy

import pytest

from tests.a_bulletin import add_draft, ledger
from tests.processes import SECONDS
from tests.servers.postfix import Postfix, content_of
from tests.smtp_server import wait_until

PEOPLE = 1000
# Lines that begin with a dot, words outside ASCII, and a line longer than mail allows.
DRAFT = f"""\
Van: Gemeenteverbond Lageland
Onderwerp: Één handreiking voor {{{{ first_name|u }}}}

# Handreiking hoogwater

Beste {{{{ salutation }}}},

.een punt aan het begin, en `..twee`.

.

{"Een lange regel zonder einde, " * 60}
[lees hem hier](https://www.lageland.example/handreiking?plaats=dijk&jaar=2026).
"""
NAMES = ["Noor Wiersma", "José Ångström", "", "Bram “de Lange” O'Hara", ".Punt Voorop"]
RENDER_ALL = """
import base64, io, json, sys
from django.core.management import call_command
from mailings.models import Delivery
printed, said = {}, sys.stdout
for email in Delivery.objects.values_list("email", flat=True):
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    call_command("render_bulletin", "1", "--to", email, "--as", "eml")
    printed[email] = base64.b64encode(sys.stdout.buffer.getvalue()).decode()
sys.stdout = said
print(json.dumps(printed))
"""


@pytest.fixture
def postfix():
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    server = Postfix()
    yield server
    server.close()


@pytest.fixture
def due(product):
    """A product of which a bulletin is due, to `count` people."""

    def make(count: int, *, port: int, trusted: str):
        made = product(
            TRANSPORT="smtp",
            SMTP_URL=f"smtp+starttls://127.0.0.1:{port}",
            SSL_CERT_FILE=str(trusted),
        )
        people = made.folder / "people.csv"
        rows = (
            f"p{n:04}@lezer.example;{NAMES[n % len(NAMES)]}\n" for n in range(count)
        )
        people.write_text("email;name\n" + "".join(rows))
        one_list = ("--list", "nieuwsbrief", "--create-list", "Nieuwsbrief")
        made.ok("import_subscribers", str(people), *one_list)
        made.ok("send_bulletin", add_draft(made, DRAFT), "--yes")
        return made

    return make


def test_a_thousand_mails_arrive_as_a_thousand_files_as_rendered(postfix, due):
    made = due(PEOPLE, port=postfix.port, trusted=postfix.certificate)
    done = made.run("run_sender", "--until-idle")
    assert (done.returncode, done.stderr) == (0, "")
    assert ledger(made, "1")["totals"]["sent"] == PEOPLE
    wait_until(lambda: len(postfix.mails()) == PEOPLE, seconds=SECONDS, what="mail")

    printed = json.loads(made.ok("shell", "--no-imports", "-c", RENDER_ALL))
    # SMTP ends lines with CR LF; Postfix keeps files, whose lines end with LF.
    expected = Counter(
        base64.b64decode(mail).replace(b"\r\n", b"\n") for mail in printed.values()
    )
    arrived = [mail.read_bytes() for mail in postfix.mails()]
    assert len(expected) == PEOPLE  # each has a text of their own
    assert Counter(content_of(mail) for mail in arrived) == expected
    for mail in arrived[:: PEOPLE // 10]:
        parsed = message_from_bytes(mail, policy=policy.default)
        assert parsed["Delivered-To"] == parsed["To"].addresses[0].addr_spec
        assert "ESMTPS" in parsed["Received"]
        assert "\n.een punt aan het begin, en ..twee." in (
            parsed.get_body(["plain"]).get_content()
        )


@pytest.mark.parametrize("wrong", ["nobody vouches for it", "it is another host's"])
def test_a_wrong_certificate_pauses_and_loses_nothing(postfix, due, wrong):
    other = wrong == "it is another host's"
    port = postfix.other_port if other else postfix.port
    made = due(3, port=port, trusted=postfix.wrong)
    done = made.run("run_sender", "--until-idle")
    told = ledger(made, "1")
    assert (done.returncode, told["status"]) == (0, "paused")
    assert "certificate" in told["reason"]
    assert told["reason"] in done.stderr
    assert told["totals"]["queued"] == 3
    assert "from=<" not in postfix.log  # not even an address was told

    made.ok("resume_bulletin", "1")
    mended = {
        "SMTP_URL": f"smtp+starttls://127.0.0.1:{postfix.port}",
        "SSL_CERT_FILE": str(postfix.certificate),
    }
    made.ok("run_sender", "--until-idle", **mended)
    wait_until(lambda: len(postfix.mails()) == 3, seconds=SECONDS, what="mail")
    assert ledger(made, "1")["totals"]["sent"] == 3
