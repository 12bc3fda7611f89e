from mailings import causes
from mailings.causes import Cause, commonest
from tests.ledgers import make_delivery, make_gone

UNKNOWN = "550 5.1.1 <{}>: User unknown"


def failing(bulletin, *reasons):
    for reason in reasons:
        make_delivery(bulletin, status="failed", reason=reason)


def test_the_commonest_reason_stands_first_in_the_words_of_the_last():
    bulletin = make_gone("sending")
    failing(bulletin, "554 spam", *map(UNKNOWN.format, ("a@b.nl", "c@d.nl")))
    failing(make_gone("sending"), "554 spam")
    make_delivery(bulletin, status="deferred", reason="450 busy")
    assert causes.causes(bulletin, "failed") == [
        Cause("550 5.1.1 <c@d.nl>: User unknown", 2),
        Cause("554 spam", 1),
    ]


def test_the_codes_of_a_server_tell_reasons_apart():
    said = ["550 5.1.1 no", "550 5.7.1 no", "550 no", "450 no"]
    assert {one.reason for one in commonest([*said[:3]])} == {*said[:3]}
    assert len(commonest(["450 4.2.0 no", "451 4.2.0 no"])) == 2
    assert len(commonest(["450 4.2.0 no x1", "450 4.2.0 no x2"])) == 1


def test_no_more_than_three_are_told():
    assert len(commonest(["a", "b", "c", "d"])) == causes.SHOWN == 3
    assert commonest([]) == []


def test_only_the_last_are_looked_at(monkeypatch):
    monkeypatch.setattr(causes, "LOOKED_AT", 2)
    bulletin = make_gone("sending")
    failing(bulletin, "old", "old", "old", "new", "new")
    assert causes.causes(bulletin, "failed") == [Cause("new", 2)]
