"""SQLite: one file, one writer thread, and readers beside it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common import outbox
from candor_common.clock import Clock
from candor_common.database.transaction import OUTBOX, Bells, Transaction
from candor_common.events import Envelope, Fact

T = TypeVar("T")
Written = tuple[int, Envelope[Fact]]
"""An event and its position in the embedded log."""


class _Job:
    """Work that waits for the writer thread."""

    def __init__(self, work: Callable[[Transaction], Any], future: asyncio.Future[Any]) -> None:
        self.work = work
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None
        self.bells: set[str] = set()
        self.written: Sequence[Written] = ()

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class SqliteDatabase:
    """One SQLite file with one writer thread, in which all jobs that wait are committed together.

    Every commit is on the disk when it is answered (WAL, `synchronous=FULL`). There is exactly one writing
    connection, which is also what keeps older SQLite versions clear of their WAL-reset bug.
    """

    GROUP = 200

    def __init__(self, path: Path, clock: Clock) -> None:
        self.clock = clock
        self.bells = Bells()
        self.engine = _sqlite_engine(path)
        self.log_readers: list[Callable[[Sequence[Written]], None]] = []
        """Called on the event loop with the events of every commit, in order."""
        self._next_position = 0
        self._closed = False
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="sqlite-reader")
        self._writer = Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        if self._closed:
            raise ConnectionError("the database is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future))
        return await future

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self.engine.dispose()

    def _write(self) -> None:
        with self.engine.connect().execution_options(candor_writes=True) as connection:
            while jobs := self._waiting():
                self._commit(connection, jobs)
                self._answer(jobs)
                if jobs[-1] is None:
                    return

    def _waiting(self) -> list[_Job | None]:
        jobs = [self._queue.get()]
        while jobs[-1] is not None and len(jobs) < self.GROUP and not self._queue.empty():
            jobs.append(self._queue.get())
        return jobs

    def _commit(self, connection: Connection, jobs: Sequence[_Job | None]) -> None:
        work = [job for job in jobs if job is not None]
        if not work:
            return
        try:
            with connection.begin():
                for job in work:
                    self._run(connection, job, alone=len(work) == 1)
        except BaseException as error:  # noqa: BLE001 - every caller must get an answer
            for job in work:
                job.error = job.error or error

    def _run(self, connection: Connection, job: _Job, *, alone: bool) -> None:
        """Run one job behind a savepoint of its own, so that its failure takes nobody else's work along."""
        transaction = Transaction(connection, self.clock.now())
        try:
            if alone:
                self._work(transaction, job)
            else:
                with connection.begin_nested():
                    self._work(transaction, job)
        except BaseException as error:
            job.error = error
            if alone:
                raise

    def _work(self, transaction: Transaction, job: _Job) -> None:
        job.result = job.work(transaction)
        job.bells = transaction.bells
        if not transaction.emitted:
            return
        if not self._next_position:
            self._next_position = outbox.last_position(transaction.connection) + 1
        outbox.append_at(transaction.connection, transaction.emitted, self._next_position)
        job.written = list(enumerate(transaction.emitted, self._next_position))
        self._next_position += len(job.written)
        job.bells.add(OUTBOX)

    def _answer(self, jobs: Sequence[_Job | None]) -> None:
        work = [job for job in jobs if job is not None]
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
        for job in work:
            by_loop[job.future.get_loop()].append(job)
        for loop, its_jobs in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, its_jobs)

    def _settle(self, jobs: Sequence[_Job]) -> None:
        done = [job for job in jobs if job.error is None]
        if written := [one for job in done for one in job.written]:
            for reader in self.log_readers:
                reader(written)
        self.bells.ring(set().union(*(job.bells for job in done)))
        for job in jobs:
            job.settle()


def _sqlite_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite+pysqlite:///{path}", connect_args={"check_same_thread": False}, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "wal_autocheckpoint=4000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("candor_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
