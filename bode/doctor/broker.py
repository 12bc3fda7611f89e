"""Redis, which wakes Celery's workers. Without it mail leaves a little later."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from redis import AuthenticationError, Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from bode.doctor.clock import check_clock
from senders.findings import Finding, error, ok, warning

SECONDS = 2.0
FULL = 0.9  # of maxmemory


def check_broker() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield ok(
            "broker", "There is no broker: manage.py run_sender does all the work."
        )
        return
    broker = Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        broker.ping()
        yield ok("broker", "Redis answers.")
        seconds, micro = broker.time()
        now = datetime.fromtimestamp(seconds + micro / 1e6, UTC)
        yield from check_clock("Redis", now=now)
        yield from _memory(broker.info("memory"))
    except (RedisError, OSError) as failure:
        yield error("broker", _trouble(failure))
    finally:
        broker.close()


def _memory(facts: Any) -> Iterator[Finding]:
    most, used = int(facts.get("maxmemory", 0)), int(facts.get("used_memory", 0))
    if most and used > FULL * most:
        yield warning("broker", "Redis is nearly full: give it more memory.")
    policy = str(facts.get("maxmemory_policy", "noeviction"))
    if most and policy != "noeviction":
        yield warning(
            "broker",
            f"Redis throws messages away when it is full ({policy}): set its "
            "maxmemory-policy to noeviction.",
        )


def _trouble(failure: Exception) -> str:
    said = " ".join(str(failure).split()).rstrip(".") or type(failure).__name__
    if isinstance(failure, AuthenticationError) or "AUTH" in said:
        return "Redis wants a password, or another one: mend REDIS_URL."
    return f"Redis does not answer: {said}."
