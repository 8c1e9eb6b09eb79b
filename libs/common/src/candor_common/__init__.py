"""What every Candor service shares: events, transactions, the outbox, feeds and the run time."""
