"""A server of one's own, whatever it is: it can be stopped, killed, held still, and started again with its data."""

import signal
from abc import ABC, abstractmethod
from pathlib import Path

from tests.servers.process import Child, ServerFailed


class OwnServer(ABC):
    """Keeps its data and its log in `directory`."""

    ends_by = signal.SIGTERM
    """What lets it end in order."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        return self._running().pid

    @abstractmethod
    def start(self) -> None: ...

    def stop(self) -> None:
        self._running().stop(self.ends_by)

    def kill(self) -> None:
        self._running().kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        self._running().pause()

    def resume(self) -> None:
        self._running().resume()

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    def _running(self) -> Child:
        if self._child is None:
            raise ServerFailed(f"{type(self).__name__} was not started here")
        return self._child
