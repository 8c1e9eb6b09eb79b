"""What operators do: looking, backing up, restoring, turning knobs while it runs."""
