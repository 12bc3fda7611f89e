from mailings.models import Bulletin
from tests.make import make_bulletin


def test_a_new_bulletin_is_a_draft():
    assert make_bulletin().status == Bulletin.Status.DRAFT
