"""Who can write into Redis costs a worker a moment: no mail, no process, no secret."""

import base64
import json
import uuid

from tests.a_bulletin import numbered
from tests.queue.crew import children
from tests.smtp_server import wait_until

TASK = "mailings.tasks.send"
NONE = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
AT_ONCE = {"timelimit": [0.2, 0.1]}


def message(task=TASK, body=None, *, arguments=(), calls=None, kind="json", **headers):
    """As Celery writes one, but for what is given."""
    name = str(uuid.uuid4())
    written = json.dumps([list(arguments), {}, calls or NONE]) if body is None else body
    return json.dumps(
        {
            "body": base64.b64encode(written.encode()).decode(),
            "content-type": f"application/{kind}",
            "content-encoding": "utf-8",
            "headers": {"task": task, "id": name, "root_id": name, **headers},
            "properties": {
                "delivery_info": {"exchange": "", "routing_key": "sending"},
                "delivery_tag": name,
                "body_encoding": "base64",
            },
        }
    )


HOSTILE = {
    "no JSON": "\x1b[31m no message",
    "no object": "[1]",
    "no headers": json.dumps({"body": "x"}),
    "no task": message(task="os.system", arguments=["true"]),
    "a task of Celery": message(task="celery.map", arguments=[{"task": TASK}, [[]]]),
    "no three parts": message(body='"x"'),
    "parts of another kind": message(body="[1, 2, 3]"),
    "a broken time": message(
        body='[[], {"a": {"__type__": "datetime", "__value__": "x"}}, {}]'
    ),
    "pickle": message(kind="x-python-serialize", body="cposix\nsystem\n(S'true'\ntR."),
    "arguments": message(arguments=["n.wiersma@eikerveld.example"]),
    "a call afterwards": message(calls=NONE | {"chain": [{"task": TASK}]}),
    "another day": message(eta="2099-01-01T00:00:00+00:00"),
    "a limit": message(**AT_ONCE),
}


def test_nothing_that_stands_in_redis_ends_a_worker_or_says_more_than_look(
    crew, valkey, mails
):
    ours = crew(OPERATORS="operator@example.org")
    bulletin = ours.prepare(4)
    ours.product.ok("send_bulletin", bulletin, "--yes", REDIS_URL="")
    worker = ours.worker("--concurrency", "1")
    with valkey.client() as client:
        client.lpush("sending", message(task="nothing"))
        wait_until(lambda: "is dropped" in ours.log(), seconds=30)
        (child,) = children(worker)
        for one in HOSTILE.values():
            client.lpush("sending", one)
        wait_until(lambda: not client.llen("sending"), seconds=30)
        assert mails.recipients == []
        client.lpush("sending", message())
    ours.until_sent(bulletin)
    assert mails.recipients == numbered(4)
    assert worker.poll() is None
    assert children(worker) == [child]
    log = ours.log()
    assert "Traceback" not in log
    assert "wiersma" not in log
    assert "\x1b" not in log
    assert ours.product.query("SELECT count(*) FROM senders_letter") == [(0,)]
