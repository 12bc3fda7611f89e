"""The faults again and again, each round with a seed of its own, on both databases.

python -m tests.faults ROUNDS
"""

import os
import random
import subprocess
import sys

PYTEST = (sys.executable, "-m", "pytest", "-q", "tests/faults", "-n", "2")
DATABASES = {
    "SQLite": PYTEST,
    # What needs Redis has a PostgreSQL of its own, whatever we say.
    "PostgreSQL": (
        *(sys.executable, "-m", "tests.servers", *PYTEST),
        "--ignore-glob=*/test_queue_*.py",
    ),
}


def main() -> int:
    """The exit code: 0 where every round held, else 1 with the seeds that did not."""
    rounds = int(sys.argv[1])
    fallen = []
    for number in range(1, rounds + 1):
        seed = str(random.SystemRandom().randrange(1_000_000))
        for name, command in DATABASES.items():
            print(f"Round {number} of {rounds}, {name}, FAULT_SEED={seed}", flush=True)
            done = subprocess.run(command, env=os.environ | {"FAULT_SEED": seed})
            if done.returncode:
                fallen.append(f"{name} FAULT_SEED={seed}")
    print(f"{rounds} rounds: {', '.join(fallen) or 'every one held'}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
