"""Saving what an editor wrote: over the version that it was based on, or not at all."""

import pytest

from mailings.errors import WrongState
from mailings.models import Bulletin
from mailings.writing import SavedElsewhere, save_draft
from tests.make import make_bulletin


def test_a_draft_is_saved_as_the_next_version():
    bulletin = make_bulletin()
    bulletin.subject = "Nieuw"
    save_draft(bulletin, based_on=1)
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.version) == ("Nieuw", 2)


def test_a_draft_that_was_saved_meanwhile_is_left_alone():
    bulletin = make_bulletin(subject="Begin")
    mine = Bulletin.objects.get()
    bulletin.subject = "Van een ander"
    save_draft(bulletin, based_on=1)
    mine.subject = "Van mij"
    with pytest.raises(SavedElsewhere):
        save_draft(mine, based_on=1)
    assert Bulletin.objects.get().subject == "Van een ander"


@pytest.mark.parametrize(
    "status", ["scheduled", "sending", "paused", "sent", "cancelled"]
)
def test_what_is_no_draft_is_not_saved(status):
    bulletin = make_bulletin(subject="Vast")
    Bulletin.objects.update(status=status)
    bulletin.subject = "Veranderd"
    with pytest.raises(WrongState):
        save_draft(bulletin, based_on=1)
    assert Bulletin.objects.get().subject == "Vast"


def test_saving_a_text_moves_no_status():
    """The text was opened before the bulletin was scheduled and taken back."""
    bulletin = make_bulletin()
    bulletin.status = Bulletin.Status.SENT
    bulletin.reason = "verzonnen"
    save_draft(bulletin, based_on=1)
    found = Bulletin.objects.get()
    assert (found.status, found.reason) == ("draft", "")
