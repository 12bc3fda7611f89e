"""SQLite answers the engine's questions by their partial indexes.

What PostgreSQL does is asked in tests/postgres/test_plans.py: a small table it reads.
"""

import pytest
from django.db import connection

from mailings.models import Delivery
from tests.make import make_bulletin

QUESTIONS = {
    "due": (
        lambda found: found.due().order_by("due_at", "pk"),
        "delivery_waiting (bulletin_id=? AND due_at<?)",
    ),
    "waiting": (
        lambda found: found.waiting().order_by("due_at", "pk"),
        "delivery_waiting (bulletin_id=?)",
    ),
    "lease over": (
        lambda _found: Delivery.objects.lease_over().order_by(),
        "delivery_leased (lease_until<?)",
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_question_of_the_engine_has_its_index(asked):
    question, index = QUESTIONS[asked]
    plan = question(Delivery.objects.filter(bulletin=make_bulletin())).explain()
    if connection.vendor == "sqlite":
        assert index in plan
        assert "TEMP B-TREE" not in plan
    else:
        assert "delivery" in plan
