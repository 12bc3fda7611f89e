"""SPF: who may send as a domain (RFC 7208), counted as a receiver counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from senders.domains.asking import Dns
from senders.findings import Finding, error, ok, warning

MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4: more is a permanent error
MOST_VOID = 2  # look-ups that find nothing
MOST_MAIL_SERVERS = 10  # of one mx term
FAR_TOO_MANY = 30  # where counting ends: a record may include itself
_TERM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?P<rest>[:/].*)?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
_PREFIX = re.compile(r"(/\d{1,3}){0,2}$|//\d{1,3}$")  # of a network, after a or mx


@dataclass
class Walk:
    """What a receiver meets at most, when no term matches before the last."""

    dns: Dns
    lookups: int = 0
    void: int = 0
    faults: list[str] = field(default_factory=list)
    has_ptr: bool = False

    def follow(self, domain: str, record: str) -> str:
        """Walk all terms of a record; the qualifier of its `all`, or nothing.

        Raises Silent where DNS gives no answer.
        """
        redirect = everything = ""
        for term in record.split()[1:]:
            if modifier := _MODIFIER.fullmatch(term):
                if modifier["name"].lower() == "redirect":
                    redirect = modifier["value"]
            elif not (found := _TERM.fullmatch(term)):
                self.faults.append(
                    _("“%(term)s” in the record of %(domain)s is no SPF")
                    % {"term": term, "domain": domain}
                )
            elif found["name"].lower() == "all":
                everything = found["qualifier"] or "+"
                break  # what follows is never reached, a redirect neither
            else:
                self._look_up(domain, found["name"].lower(), found["rest"] or "")
        if redirect and not everything:
            return self._go_to(redirect)
        return everything

    def _look_up(self, domain: str, name: str, rest: str) -> None:
        if name in ("ip4", "ip6"):
            return
        target = _PREFIX.sub("", rest.removeprefix(":")) or domain
        if name == "include":
            self._go_to(target)
            return
        self.lookups += 1
        self.has_ptr = self.has_ptr or name == "ptr"
        if name == "ptr" or "%" in target or self.lookups > FAR_TOO_MANY:
            return  # depends on the mail, or is not worth another question
        if name == "mx":
            servers = self.dns.mail_servers(target)
            self.void += not servers
            if len(servers) > MOST_MAIL_SERVERS:
                self.faults.append(
                    _("“mx” of %(domain)s names more than 10 servers")
                    % {"domain": target}
                )
        else:
            self.void += not self.dns.has_address(target)

    def _go_to(self, target: str) -> str:
        self.lookups += 1
        if "%" in target or self.lookups > FAR_TOO_MANY:
            return ""
        records = records_of(self.dns, target)
        if len(records) == 1:
            return self.follow(target, records[0])
        self.void += not records
        said = _("%(domain)s, which it includes, has %(count)s SPF records")
        self.faults.append(said % {"domain": target, "count": len(records)})
        return ""


def records_of(dns: Dns, domain: str) -> list[str]:
    """Raises Silent."""
    texts = (text.strip() for text in dns.texts(domain))
    return [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]


def check_spf(domain: str, *, dns: Dns) -> Iterator[Finding]:
    """Whether receivers can read who may send as this domain. Raises Silent."""
    records = records_of(dns, domain)
    if not records:
        yield error(
            "spf",
            _(
                "%(domain)s has no SPF record, so large providers refuse its mail: "
                "publish a TXT record that begins with v=spf1 and names your mail "
                "server or provider."
            )
            % {"domain": domain},
        )
        return
    if len(records) > 1:
        yield error(
            "spf",
            _(
                "%(domain)s has %(count)s SPF records, so receivers count none: make "
                "them one."
            )
            % {"domain": domain, "count": len(records)},
        )
        return
    walk = Walk(dns)
    policy = walk.follow(domain, records[0])
    yield from _judge(domain, walk, policy)


def _judge(domain: str, walk: Walk, policy: str) -> Iterator[Finding]:
    wrong = [*_broken_limits(domain, walk), *_weak_policy(domain, policy)]
    yield from wrong
    if walk.has_ptr:
        yield warning(
            "spf",
            _("The SPF record of %(domain)s uses ptr, which many ignore: name IPs.")
            % {"domain": domain},
        )
    if not wrong:
        yield ok(
            "spf",
            _(
                "%(domain)s has one SPF record with %(count)s look-ups, and its policy "
                "is sufficiently strict (%(policy)sall)."
            )
            % {"domain": domain, "count": walk.lookups, "policy": policy},
        )


def _broken_limits(domain: str, walk: Walk) -> Iterator[Finding]:
    place = {"domain": domain, "count": walk.lookups, "void": walk.void}
    for fault in walk.faults:
        yield error(
            "spf",
            _(
                "The SPF record of %(domain)s is broken, so receivers count none: "
                "%(fault)s."
            )
            % {"domain": domain, "fault": fault},
        )
    if walk.lookups > FAR_TOO_MANY:
        place["count"] = f"{FAR_TOO_MANY}+"
    if walk.lookups > MOST_LOOKUPS:
        yield error(
            "spf",
            _(
                "The SPF record of %(domain)s takes %(count)s look-ups, and receivers "
                "stop at 10: remove includes that you do not need."
            )
            % place,
        )
    if walk.void > MOST_VOID:
        yield error(
            "spf",
            _(
                "The SPF record of %(domain)s names %(void)s hosts that do not exist, "
                "and receivers stop at 2: remove them."
            )
            % place,
        )


def _weak_policy(domain: str, policy: str) -> Iterator[Finding]:
    if policy == "+":
        yield error(
            "spf",
            _(
                "The SPF record of %(domain)s lets the whole world send (+all): end it "
                "in ~all or -all."
            )
            % {"domain": domain},
        )
    elif policy not in ("~", "-"):
        yield warning(
            "spf",
            _(
                "The SPF policy of %(domain)s is not sufficiently strict: end it in "
                "~all or -all."
            )
            % {"domain": domain},
        )
