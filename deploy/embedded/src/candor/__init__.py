"""Candor in one process: all five services, and the `candor` command."""
