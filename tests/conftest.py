"""What every test may use: one real Kafka and one real PostgreSQL per test run."""

import signal

pytest_plugins = [
    "tests.plugins.no_skips",
    "tests.plugins.real_servers",
    "tests.plugins.databases",
    "tests.plugins.same_worker",
]


def pytest_configure() -> None:
    """What a shell starts behind its back ignores Ctrl-C, and so would all that is started here and ended by it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
