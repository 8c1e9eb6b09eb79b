"""`python -m candor` is the same as `candor`."""

from candor.cli import main

main()
