"""What a server says that can be reached and does not let us in, in one line that names the setting to look at.

Such a no does not pass by waiting, so a process that hears it at its start ends with that line.
"""

import ssl
from collections.abc import Iterator

DATABASE = "CANDOR_DATABASE_URL"
_OTHER_HOST = {62, 64}
"""OpenSSL's numbers for a certificate of another name, and of another address."""
_STATES = {
    "28P01": "the server refuses this user and password",
    "28000": "the server does not let this user in from here",
    "3D000": "there is no such database",
}


def untrusted(error: BaseException, server: str, trust: str) -> str | None:
    """What is wrong with a server's certificate, if that is what the error says. `trust` says how to trust its
    authority."""
    found = next((one for one in _behind(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
    if found is None:
        return None
    if found.verify_code in _OTHER_HOST:
        return f"the certificate of {server} is for another host ({found.verify_message}); use a name that is in it"
    return f"the certificate of {server} is not trusted ({found.verify_message}); {trust}"


def of_database(error: BaseException, setting: str = DATABASE) -> str | None:
    """Why PostgreSQL does not let us in; None when the error is about something else, such as a server that is away."""
    trust = "name the file of its authority with sslrootcert=… or PGSSLROOTCERT"
    if wrong := untrusted(error, "the database", trust):
        return f"{setting}: {wrong}"
    for one in _behind(error):
        said, state = " ".join(str(one).split()), str(getattr(one, "sqlstate", None))
        if state in _STATES:
            encrypt = "; encrypt with sslmode=verify-full" if "no encryption" in said else ""
            return f"{setting}: {_STATES[state]} ({said}){encrypt}"
        if isinstance(one, ConnectionError) and "rejected SSL upgrade" in said:
            return f"{setting}: the server has no TLS; switch it on there, or leave sslmode out"
        if (
            type(one).__name__ == "ClientConfigurationError"
        ):  # without importing the driver where there is none
            return f"{setting}: {said}"
    return None


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that it wraps or came from."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is not None and one not in seen:
            seen.append(one)
            waiting += [getattr(one, "orig", None), one.__cause__]
            yield one
