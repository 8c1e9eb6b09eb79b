"""Whole Candors for tests to live in: one process with a clock moved by hand, and five real processes."""
