"""Backups: everything that an installation keeps, in one file that is checked when it is written and when it is read."""
