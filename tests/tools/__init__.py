"""Programs that `make check` runs besides the linters."""
