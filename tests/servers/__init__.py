"""Real servers for tests: Apache Kafka and PostgreSQL as child processes that can be killed and paused."""
