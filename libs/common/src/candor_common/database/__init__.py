"""Transactions: the only place that commits.

Work on a database is a plain function over a `Transaction` (or, to read, over a connection). The same function runs
inside one `run_sync` on PostgreSQL and in the writer thread on SQLite, so nothing but the database can be waited for
while a transaction is open.
"""

from candor_common.database.sqlite import SqliteDatabase, Written
from candor_common.database.transaction import OUTBOX, Bells, Database, Transaction

__all__ = ["OUTBOX", "Bells", "Database", "SqliteDatabase", "Transaction", "Written"]
