"""With CANDOR_NO_SKIPS=1 a skipped test is a failed one, so that no build is green by leaving something out."""

import os
from collections.abc import Generator

import pytest


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    expected = hasattr(report, "wasxfail")
    if report.outcome == "skipped" and not expected and os.environ.get("CANDOR_NO_SKIPS") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CANDOR_NO_SKIPS forbids: {report.longreprtext}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse(report)
    return report
