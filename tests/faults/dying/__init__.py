"""Deaths at a commit: `product.start("run_sender", **dying(before=SENT, count=3))`.

What is sought stands in a statement of the transaction, with its parameters before it.
"""

from pathlib import Path

_MOVED = r'^{} .*UPDATE "mailings_{}"'
SCHEDULED = _MOVED.format("scheduled", "bulletin")
WRITTEN = r'INSERT INTO "mailings_delivery"'
CLAIMED = _MOVED.format("claimed", "delivery")
SUBMITTING = _MOVED.format("submitting", "delivery")
SENT = _MOVED.format("sent", "delivery")


def dying(*, before: str = "", after: str = "", count: int = 1) -> dict[str, str]:
    """The environment of a process that is killed before, or after, such a commit."""
    return {
        "PYTHONPATH": str(Path(__file__).parent),
        "DIE_OF": before or after,
        "DIE_WHEN": "before" if before else "after",
        "DIE_COUNT": str(count),
    }
