"""SPF, counted as receivers count."""

import pytest

from tests.senders.a_domain import GOOD, HOST, about, spf

SPF = [
    ({"TXT": ["hello"]}, "error", "has no SPF record"),
    ({"TXT": ["v=spf10 -all"]}, "error", "has no SPF record"),
    ({"TXT": ["v=spf1 -all", "V=SPF1 ~all"]}, "error", "has 2 SPF records"),
    (
        spf("-all"),
        "ok",
        "with 0 look-ups, and its policy is sufficiently strict (-all)",
    ),
    (spf("~all"), "ok", "(~all)"),
    (spf("ip4:192.0.2.0/24", "ip6:2001:db8::/32", "-all"), "ok", "with 0 look-ups"),
    (spf("a", "mx", "a:host.example/24", "-all"), "ok", "with 3 look-ups"),
    (spf("?all"), "warning", "not sufficiently strict"),
    (spf("a:host.example"), "warning", "not sufficiently strict"),
    (spf("+all"), "error", "lets the whole world send"),
    (spf("all"), "error", "lets the whole world send"),
    (
        spf("ipv4:192.0.2.1", "-all"),
        "error",
        "“ipv4:192.0.2.1” in the record of gemeen",
    ),
    (
        spf("include:empty.example", "-all"),
        "error",
        "empty.example, which it includes, ",
    ),
    (spf("include:ten.example", "-all"), "error", "takes 11 look-ups"),
    (spf("include:nine.example", "-all"), "ok", "with 10 look-ups"),
    (spf("redirect=strict.example"), "ok", "with 1 look-ups, and its policy is suff"),
    (spf("redirect=open.example"), "error", "lets the whole world send"),
    (spf("-all", "redirect=open.example"), "ok", "with 0 look-ups"),
    (spf("include:open.example", "-all"), "ok", "with 1 look-ups"),
    (spf("include:round.example", "-all"), "error", "takes 30+ look-ups"),
    (spf("a:gone1.example", "mx:gone2.example", "-all"), "ok", "with 2 look-ups"),
    (
        spf("a:gone1.example", "mx:gone2.example", "exists:gone3.example", "-all"),
        "error",
        "names 3 hosts that do not exist",
    ),
    (spf("exists:%{i}._spf.gemeente.example", "-all"), "ok", "with 1 look-ups"),
    (
        spf("mx:many.example", "-all"),
        "error",
        "“mx” of many.example names more than 10",
    ),
    (spf("ptr", "-all"), "warning", "uses ptr"),
    (spf("exp=why.example", "-all"), "ok", "with 0 look-ups"),
]
AROUND = {
    "host.example": HOST,
    "empty.example": HOST,
    "ten.example": spf(*[f"a:h{number}.example" for number in range(10)]),
    "nine.example": spf(*[f"a:h{number}.example" for number in range(9)]),
    "strict.example": spf("-all"),
    "open.example": spf("+all"),
    "round.example": spf("include:round.example"),
    "many.example": {"MX": [f"10 m{number}.example." for number in range(11)]},
} | {f"h{number}.example": HOST for number in range(10)}


@pytest.mark.parametrize(("record", "how", "said"), SPF, ids=[f"{r}" for r, *_ in SPF])
def test_spf_is_counted_as_receivers_count(names, record, how, said):
    names.zone |= AROUND | {"gemeente.example": GOOD["gemeente.example"] | record}
    lines = about("spf")
    assert lines[0][0] == how
    assert said in lines[0][1]
