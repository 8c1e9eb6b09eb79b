"""Notifier: who is told what, how and how often."""
