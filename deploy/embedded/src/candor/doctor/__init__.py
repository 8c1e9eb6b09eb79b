"""`candor doctor`: everything that an installation needs, looked at from outside and in a few seconds."""
