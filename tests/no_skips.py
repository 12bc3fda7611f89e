"""In CI a test that was skipped, or expected to fail, is a failure of the run."""

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or reporter is None:
        return
    left_out = [
        report.nodeid
        for kind in ("skipped", "xfailed", "xpassed", "deselected")
        for report in reporter.stats.get(kind, [])
    ]
    if left_out:
        reporter.write_line(f"\nNot run, and CI runs everything: {', '.join(left_out)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
