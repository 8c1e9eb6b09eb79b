"""A PostgreSQL as a provider has it: whoever comes without TLS or without a password is sent away."""

import asyncio
import os
import shutil
from pathlib import Path
from urllib.parse import quote, urlencode

import asyncpg

from tests.servers.certificates import NAME, Certificates
from tests.servers.postgres import OWNER, PostgresAddress, PostgresServer
from tests.servers.process import ServerFailed

PASSWORD = "not secret"
RULES = "hostssl all all 127.0.0.1/32 scram-sha-256\n"


class SecurePostgres(PostgresServer):
    """`secure` is the URL for those who check its certificate."""

    def __init__(self, directory: Path, certificates: Certificates) -> None:
        super().__init__(directory, durable=False)
        self.certificates = certificates
        self._elsewhere = None  # one that is given from outside is as it is

    @property
    def address(self) -> PostgresAddress:
        return PostgresAddress(self.secure())

    def secure(self, database: str = "postgres", **given: str) -> str:
        """The URL of its owner; `given` are parts of it that are to be otherwise."""
        wanted = {"password": PASSWORD, "host": NAME, "sslmode": "verify-full"}
        wanted |= {"sslrootcert": str(self.certificates.authority), **given}
        login = f"{OWNER}:{quote(wanted.pop('password'))}@{wanted.pop('host')}:{self.port}"
        return f"postgresql://{login}/{database}?{urlencode(wanted)}"

    def start(self) -> None:
        super().start()
        asyncio.run(self._close())

    async def _close(self) -> None:
        """Let nobody in any more who does not say a password over TLS."""
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(f"ALTER ROLE {OWNER} PASSWORD '{PASSWORD}'")
            self._write_rules()
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()
        async with asyncio.timeout(30):
            while await self._lets_strangers_in():
                await asyncio.sleep(0.05)

    async def _lets_strangers_in(self) -> bool:
        try:
            await (await asyncpg.connect(self.secure(sslmode="disable"))).close()
        except asyncpg.InvalidAuthorizationSpecificationError:
            return False
        return True

    def _write_rules(self) -> None:
        if self._data is None:
            raise ServerFailed("PostgreSQL was not started here")
        (self._data / "pg_hba.conf").write_text(RULES)

    def _options(self) -> list[str]:
        if self._data is None:
            raise ServerFailed("PostgreSQL has no data directory yet")
        settings = {"ssl": "on"}
        for setting, source in (
            ("ssl_cert_file", self.certificates.certificate),
            ("ssl_key_file", self.certificates.key),
        ):
            settings[setting] = str(_handed_over(source, self._data))
        return [*super()._options(), *(part for one in settings.items() for part in ("-c", "=".join(one)))]


def _handed_over(source: Path, folder: Path) -> Path:
    """A copy that belongs to whom the folder belongs to, and that nobody else may read."""
    copy = folder / source.name
    shutil.copy(source, copy)
    owner = folder.stat()
    os.chown(copy, owner.st_uid, owner.st_gid)
    copy.chmod(0o600)
    return copy
