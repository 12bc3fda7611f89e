"""Messages of the real press, for readers who mean no good. Without a database."""

from datetime import UTC, datetime

from mailings.editions import Press
from mailings.models import Bulletin, Delivery, Edition

FROM = "nieuws@lageland.example"
# Names that somebody may have, or may say to have.
NAMES = (
    "Noor de Vries",
    "{{ params.q1 }} {{contact.EMAIL}}",
    "{% for a in b %}{{{x}}}{# #}",
    "%recipient.name% %unsubscribe_url%",
    "*|NAME|* *|IF:X|*",
    '[[var:name]] {{var:name:"x"}} [[data:email]]',
    "-name- -q- <%asm_global_unsubscribe_url%> [unsubscribe]",
    'O\'Brien & "Zoon" <b>\\ \\1 \\g<0>',
    "<script>alert(1)</script>",
    "Zoë 🦆 Müller-Lüdenscheidt",
    "نور الهدى",
    "${jndi} #set($x=1) $x #{x}",
    "{",
    "}} }",
    "100%",
)
# As an edition keeps them: `{{ braces }}` stands for two that open no place.
TEXT = (
    "Dag {{ name }},\n\nLees {{ braces }} dit }} en {% dat %} en %recipient.dat%"
    " en *|ZO|*.\nWie weg wil: {{ unsubscribe_url }}\n%unsubscribe_url%\n.\n"
    "{{{ name }}} 50%{{ name }}% {{ braces }}{{ name }}}} {{ braces }}{{ braces }}\n"
)
HTML = (
    "<style>@media print{#a{color:red}}</style><p>Dag {{ name }},</p>"
    "<p>{{ braces }} dit }} {%dat%} {#zo#} %recipient.dat% *|ZO|* [[var:a]] -name-</p>"
    '<a href="{{ unsubscribe_url }}&amp;a=1">weg</a> <i>{ {{ name }} }</i>'
    '<a href="https://lageland.example/?wie={{ url:email }}">'
    "50%{{ name }}% {{ braces }}{{ name }}}} é 🦆</a>\n"
)


def a_press(*, subject="Nieuws {{ braces }} uit }} %recipient.x% {%nu%}", html=HTML):
    edition = Edition(
        bulletin_id=1,
        language="nl",
        subject=subject,
        from_name="Gemeente {{ Lageland }}",
        from_address=FROM,
        reply_to="antwoord@lageland.example",
        headers=[
            ["List-Id", "=?utf-8?q?Nie=C3=BAws?= <nieuws.bode.example.org>"],
            ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"],
            ["List-Help", "<mailto:antwoord@lageland.example?subject=help>"],
            ["List-Owner", "<mailto:antwoord@lageland.example>"],
            ["List-Post", "NO"],
            ["Precedence", "bulk"],
        ],
        list_ids=[1],
        html=html,
        text=TEXT,
        fingerprint="f" * 64,
    )
    bulletin = Bulletin(pk=1, started_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    return Press(edition, bulletin)


def messages_to(*names, press=None):
    """One for each name; addresses vary in case, and some domain is an A-label."""
    press = press or a_press()
    return [
        press.message_for(
            Delivery(
                pk=number + 100,
                email=address_of(number),
                address_key=f"{number:064x}",
                subscriber_id=number + 1,
                values={"name": name, "first_name": name},
            )
        )
        for number, name in enumerate(names)
    ]


def address_of(number):
    if number % 3 == 0:
        return f"Reader.{number}@Lezer.EXAMPLE"
    if number % 3 == 1:
        return f"reader+{number}@müller.example"
    return f"reader{number}@lezer.example"
