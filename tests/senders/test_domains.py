"""What DNS says about a sender's domain, asked of a real name server."""

import base64
import time

import pytest

from senders.domains import asking, check_domain
from senders.domains.dkim import read_key
from senders.findings import Severity
from tests.senders.a_domain import (
    GOOD,
    GOOD_KEY,
    HEAD_512,
    HEAD_1024,
    about,
    found,
    rsa,
    spf,
)


def test_a_domain_in_order_is_all_ok(names):
    assert [(check, how) for check, how, _said in found()] == [
        ("spf", "ok"),
        ("dkim", "ok"),
        ("dmarc", "ok"),
        ("alignment", "ok"),
    ]


def test_a_domain_that_does_not_exist_is_one_error(names):
    assert [line[:2] for line in found("nergens.example")] == [("dns", "error")]


def test_dns_that_is_silent_is_one_warning_and_no_error(names, monkeypatch):
    monkeypatch.setattr(asking, "ANSWER", 0.2)
    names.silent.add("gemeente.example")
    assert [line[:2] for line in found()] == [("dns", "warning")]


def test_no_name_server_at_all_is_one_warning(names, settings, monkeypatch):
    monkeypatch.setattr(asking, "ANSWER", 0.5)
    names.stop()
    names.servers.clear()
    for nowhere in (settings.DNS_SERVER, "127.0.0.1:1", "nowhere.invalid"):
        settings.DNS_SERVER = nowhere
        assert [line[:2] for line in found()] == [("dns", "warning")]


def test_a_server_that_fails_for_one_name_leaves_the_others(names):
    names.failing.add("_dmarc.gemeente.example")
    assert about("dmarc")[0][0] == "warning"
    assert "_dmarc.gemeente.example: the name server fails" in about("dmarc")[0][1]
    assert about("spf")[0][0] == "ok"
    assert not [how for _check, how, _said in found() if how == "error"]


def test_an_examination_ends_though_every_answer_is_slow(names, monkeypatch):
    monkeypatch.setattr(asking, "ALL", 0.5)
    includes = [f"include:s{number}.example" for number in range(9)]
    names.zone["gemeente.example"] = spf(*includes, "-all")
    names.zone |= {f"s{number}.example": spf("-all") for number in range(9)}
    names.slowness = 0.15
    begun = time.monotonic()
    assert about("spf")[0][0] == "warning"
    assert time.monotonic() - begun < 1.3


def test_a_long_answer_is_asked_for_over_tcp(names):
    names.zone["gemeente.example"]["TXT"] = [
        "x" * 900,
        *GOOD["gemeente.example"]["TXT"],
    ]
    assert about("spf")[0][0] == "ok"
    assert names.over_tcp


def test_an_answer_is_asked_for_once(names):
    found()
    assert sum(names.asked.values()) - names.over_tcp == len(names.asked) > 3


DKIM = [
    (GOOD_KEY, "ok", "(rsa, 2048 bits)"),
    (GOOD_KEY.replace("v=DKIM1; k=rsa; ", ""), "ok", "(rsa, 2048 bits)"),
    (rsa(HEAD_1024, 1024), "warning", "has 1024 bits: make one of 2048"),
    (rsa(HEAD_512, 512), "error", "has 512 bits, and receivers do not check"),
    (f"v=DKIM1; k=ed25519; p={base64.b64encode(b'e' * 32).decode()}", "ok", "(ed25519"),
    ("v=DKIM1; p=", "error", "it is withdrawn"),
    ("v=DKIM1; k=rsa; p=AAAA", "error", "its p= is damaged"),
    ("v=DKIM1; k=rsa; p=no key!", "error", "its p= is damaged"),
    ("v=DKIM2; p=AAAA", "error", "it is no DKIM key"),
    ("hello", "error", "it is no DKIM key"),
]


@pytest.mark.parametrize(("record", "how", "said"), DKIM)
def test_a_dkim_key_is_read_as_receivers_read_it(names, record, how, said):
    names.zone["bode._domainkey.gemeente.example"] = {"TXT": [record]}
    assert [line[0] for line in about("dkim")] == [how]
    assert said in about("dkim")[0][1]


def test_every_cut_of_a_key_is_a_fault_and_no_crash():
    whole = base64.b64decode(GOOD_KEY.partition("p=")[2])
    for length in range(1, len(whole) - 10, 7):
        cut = base64.b64encode(whole[:length]).decode()
        assert read_key("s", "x.example", f"p={cut}").fault


def test_a_key_that_is_a_test_is_a_warning(names):
    record = GOOD_KEY.replace("k=rsa;", "k=rsa; t=y:s;")
    names.zone["bode._domainkey.gemeente.example"] = {"TXT": [record]}
    assert [line[0] for line in about("dkim")] == ["ok", "warning"]


def test_a_selector_without_a_key_is_an_error_and_an_unknown_one_a_warning(
    names, settings
):
    del names.zone["bode._domainkey.gemeente.example"]
    assert about("dkim")[0][0] == "error"
    assert about("alignment")[0][0] == "warning"
    settings.DKIM_SELECTOR = ""
    assert about("dkim")[0][0] == "warning"
    assert "set DKIM_SELECTOR" in about("dkim")[0][1]


def test_without_a_selector_the_usual_ones_of_the_provider_are_tried(names, settings):
    settings.DKIM_SELECTOR = ""
    settings.TRANSPORT = "sendgrid"
    names.zone["s1._domainkey.gemeente.example"] = {"TXT": [GOOD_KEY]}
    names.zone["s2._domainkey.gemeente.example"] = {"TXT": ["v=DKIM1; p="]}
    names.zone["m1._domainkey.gemeente.example"] = {"TXT": ["v=spf1 -all"]}
    assert [line[0] for line in about("dkim")] == ["ok"]
    settings.TRANSPORT = "postmark"
    assert [line[0] for line in about("dkim")] == ["warning"]


DMARC = [
    ({"TXT": ["v=DMARC1; p=quarantine"]}, ["ok"], "sufficiently strict (quarantine"),
    ({"TXT": ["v=DMARC1;p=reject;sp=reject"]}, ["ok"], "(reject"),
    ({"TXT": ["v=DMARC1; p=none"]}, ["warning"], "not sufficiently strict (none"),
    ({"TXT": ["v=DMARC1; p=strict"]}, ["error"], "holds no policy that counts"),
    ({"TXT": ["v=DMARC1; rua=mailto:a@b.example"]}, ["error"], "no policy that count"),
    ({"TXT": ["v=DMARC1; p=reject; sp=none"]}, ["ok", "warning"], "sufficiently"),
    ({"TXT": ["v=DMARC1; p=reject; pct=20"]}, ["ok", "warning"], "sufficiently"),
    ({"TXT": ["v=DMARC1; p=reject; t=y"]}, ["ok", "warning"], "sufficiently"),
    ({"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, ["error"], "more than one"),
    ({"TXT": ["v=DMARC10; p=reject"]}, ["error"], "has no DMARC record"),
    ({"TXT": []}, ["error"], "has no DMARC record"),
]


@pytest.mark.parametrize(("record", "how", "said"), DMARC)
def test_dmarc_is_read_as_receivers_read_it(names, record, how, said):
    names.zone["_dmarc.gemeente.example"] = record
    assert [line[0] for line in about("dmarc")] == how
    assert said in about("dmarc")[0][1]


def under(names, dmarc, *, own_key=False):
    """news.gemeente.example, which has SPF, and its organisation's DMARC record."""
    names.zone["news.gemeente.example"] = spf("-all")
    names.zone["_dmarc.gemeente.example"] = {"TXT": [dmarc]}
    if own_key:
        key = {"TXT": [GOOD_KEY]}
        names.zone["bode._domainkey.news.gemeente.example"] = key
    return "news.gemeente.example"


def test_a_subdomain_has_the_policy_of_its_organisation(names):
    below = under(names, "v=DMARC1; p=reject")
    assert about("dmarc", below)[0][0] == "ok"
    below = under(names, "v=DMARC1; p=reject; sp=none")
    assert about("dmarc", below)[0][0] == "warning"
    below = under(names, "v=DMARC1; p=none; sp=reject")
    assert about("dmarc", below)[0][0] == "ok"


def test_a_registry_that_publishes_a_record_is_no_organisation(names):
    del names.zone["_dmarc.gemeente.example"]
    names.zone["_dmarc.example"] = {"TXT": ["v=DMARC1; p=reject; psd=y"]}
    names.zone["news.gemeente.example"] = spf("-all")
    assert about("dmarc", "news.gemeente.example")[0][0] == "ok"
    assert about("alignment", "news.gemeente.example")[0][0] == "ok"
    assert names.asked["bode._domainkey.example", "TXT"] == 0


def test_the_organisations_key_aligns_unless_strict_alignment_is_asked(names):
    below = under(names, "v=DMARC1; p=reject")
    assert about("alignment", below)[0][0] == "ok"
    below = under(names, "v=DMARC1; p=reject; adkim=s")
    assert about("alignment", below)[0][0] == "error"
    below = under(names, "v=DMARC1; p=reject; adkim=s", own_key=True)
    assert about("alignment", below)[0][0] == "ok"


def test_without_dkim_a_relay_aligns_by_spf_and_a_provider_by_nothing(names, settings):
    del names.zone["bode._domainkey.gemeente.example"]
    assert "SPF aligns" in about("alignment")[0][1]
    settings.TRANSPORT = "mailgun"
    assert "Nothing shows" in about("alignment")[0][1]


def test_findings_speak_the_language_that_is_asked_for(names):
    assert {one.severity for one in check_domain("gemeente.example")} == {Severity.OK}
    assert all(one.message.endswith(".") for one in check_domain("gemeente.example"))


def test_what_dns_holds_tells_a_terminal_nothing(names):
    names.zone["gemeente.example"] = spf("\\027[2Jevil\\007", "-all")
    (finding,) = about("spf")
    assert "evil" in finding[1]
    assert finding[1].isprintable()
