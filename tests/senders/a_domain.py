"""A domain in order, on a name server of its own, and what is found about it."""

import base64

from senders.domains import check_domain

# Public keys as `openssl rsa -pubout` writes them: their modulus alone is ours.
HEAD_2048 = bytes.fromhex(
    "30820122300d06092a864886f70d01010105000382010f003082010a0282010100"
)
HEAD_1024 = bytes.fromhex("30819f300d06092a864886f70d010101050003818d0030818902818100")
HEAD_512 = bytes.fromhex("305c300d06092a864886f70d0101010500034b003048024100")


def rsa(head, bits):
    der = head + b"\xc1" * (bits // 8) + bytes.fromhex("0203010001")
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


GOOD_KEY = rsa(HEAD_2048, 2048)
GOOD = {
    "gemeente.example": {
        "TXT": ["google-site-verification=x", "v=spf1 mx ip4:192.0.2.1 -all"],
        "MX": ["10 mail.gemeente.example."],
    },
    "mail.gemeente.example": {"A": ["192.0.2.1"]},
    "bode._domainkey.gemeente.example": {"TXT": [GOOD_KEY]},
    "_dmarc.gemeente.example": {"TXT": ["v=DMARC1; p=reject; rua=mailto:d@x.example"]},
}
HOST = {"A": ["192.0.2.9"]}


def found(domain="gemeente.example"):
    return [(one.check, str(one.severity), one.message) for one in check_domain(domain)]


def about(check, domain="gemeente.example"):
    """The findings of one check, without the check's name."""
    return [(how, said) for name, how, said in found(domain) if name == check]


def spf(*terms):
    return {"TXT": [" ".join(["v=spf1", *terms])]}
