"""What every test may use: one real Kafka and one real PostgreSQL per test run."""

pytest_plugins = [
    "tests.plugins.no_skips",
    "tests.plugins.real_servers",
    "tests.plugins.databases",
    "tests.plugins.same_worker",
]
