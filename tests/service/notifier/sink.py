"""A mail server that does as a test says: takes mail, refuses it, stalls, or hangs up at the worst moment."""

import asyncio
import base64
from collections import deque
from dataclasses import dataclass, field

HANG_UP = "hang up"
STALL = "stall"


@dataclass(frozen=True)
class Received:
    """A mail that was taken in whole, whatever was answered to it."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message_id(self) -> str:
        return self._header(b"Message-ID")

    @property
    def subject(self) -> str:
        return self._header(b"Subject")

    def _header(self, name: bytes) -> str:
        return self.raw.split(name + b": ", 1)[1].split(b"\r\n")[0].decode()


@dataclass
class Sink:
    """Answers 250 unless something else stands in line. HANG_UP and STALL stand for no answer."""

    greeting: str = "220 sink ESMTP"
    extensions: tuple[str, ...] = ("8BITMIME",)
    port: int = 0
    received: list[Received] = field(default_factory=list)
    to_sender: deque[str] = field(default_factory=deque)
    to_recipient: deque[str] = field(default_factory=deque)
    to_data: deque[str] = field(default_factory=deque)
    logins: list[str] = field(default_factory=list)
    connections: int = 0
    limit: int = 1000
    """How many connections may be open; further ones are sent away."""
    open: int = 0
    most_open: int = 0
    goodbyes: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first mail."""

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on everybody."""
        self._server.close()
        await self._server.wait_closed()
        await self.hang_up()

    async def hang_up(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = self.greeting if self.open <= self.limit else "421 4.7.0 too many connections"
        going_on = await self._answer(writer, greeting)
        sender = recipient = ""
        while going_on and (line := (await reader.readline()).decode().rstrip("\r\n")):
            verb = line.split()[0].upper()
            if verb == "MAIL":
                sender = _between(line)
            elif verb == "RCPT":
                recipient = _between(line)
            elif verb == "DATA":
                await self._answer(writer, "354 go on")
                raw = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                self.received.append(Received(sender, recipient, raw))
                self.arrived.set()
            going_on = await self._answer(writer, self._reply(verb, line))

    def _reply(self, verb: str, line: str) -> str:
        in_line = {"MAIL": self.to_sender, "RCPT": self.to_recipient, "DATA": self.to_data}
        if answers := in_line.get(verb):
            return answers.popleft()
        if verb == "EHLO":
            return "\r\n".join(["250-sink", *(f"250-{one}" for one in self.extensions), "250 OK"])
        if verb == "AUTH":
            self.logins.append(base64.b64decode(line.split()[2]).decode().replace("\x00", " ").strip())
            return "235 welcome" if self.logins[-1] == "ann secret" else "535 wrong password"
        self.goodbyes += verb == "QUIT"
        return "221 bye" if verb == "QUIT" else "250 OK"

    async def _answer(self, writer: asyncio.StreamWriter, answer: str) -> bool:
        """Whether to go on."""
        if answer == STALL:
            await asyncio.Event().wait()
        if answer != HANG_UP:
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
        return not answer.startswith(("221", "421", HANG_UP))


def _between(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
