"""Kills the process that has this folder on its path, at the commit that is wanted.

Python imports a module of this name at every start, so the product is what it is.
Which commit: `tests.faults.dying` says so in the environment.
"""

import os
import re
import signal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

OF = re.compile(os.environ["DIE_OF"], re.DOTALL)
WHEN = os.environ["DIE_WHEN"]
commit = BaseDatabaseWrapper._commit
rollback = BaseDatabaseWrapper._rollback


class Death:
    """Comes with the COUNT-th commit of a transaction in which such a statement is."""

    left = int(os.environ["DIE_COUNT"])
    is_wanted = False

    def strike(self, when: str) -> None:
        if self.is_wanted and when == WHEN and self.left == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def passed(self) -> None:
        self.left -= self.is_wanted
        self.is_wanted = False

    def committing(self, wrapper: BaseDatabaseWrapper) -> None:
        self.strike("before")
        commit(wrapper)
        self.strike("after")
        self.passed()

    def rolling_back(self, wrapper: BaseDatabaseWrapper) -> None:
        self.is_wanted = False
        rollback(wrapper)

    def watch(self, execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        said = " ".join(map(str, [*(parameters or []), sql]))
        self.is_wanted = self.is_wanted or bool(OF.search(said))
        if rest[-1]["connection"].in_atomic_block:
            return execute(sql, parameters, *rest)
        # A statement on its own is a transaction on its own.
        self.strike("before")
        answer = execute(sql, parameters, *rest)
        self.strike("after")
        self.passed()
        return answer


def watch(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if death.watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(death.watch)


death = Death()
connection_created.connect(watch)
BaseDatabaseWrapper._commit = lambda wrapper: death.committing(wrapper)  # type: ignore[method-assign]
BaseDatabaseWrapper._rollback = lambda wrapper: death.rolling_back(wrapper)  # type: ignore[method-assign]
