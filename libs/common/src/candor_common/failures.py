"""What an error from below, most often of the database, says about what was asked."""

from sqlite3 import SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED

from sqlalchemy import exc

_PASSING_CODES = {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN}
# PostgreSQL: connection lost, a standby that takes no writes, deadlock or serialisation, out of resources, lock or
# statement timeout, shutting down.
_PASSING_STATES = ("08", "25006", "40", "53", "55P03", "57")
# PostgreSQL: a character that its encoding does not have, as it comes and as an escape within JSON.
_NO_TEXT_STATES = ("22021", "22P05")


def is_unavailable(error: BaseException) -> bool:
    """True when a database or another server can't be reached or is overloaded, so that trying later may help."""
    if isinstance(error, OSError | exc.TimeoutError):
        # ConnectionError, TimeoutError and a failed look-up of a name are OSErrors, like those about files.
        return getattr(error, "filename", None) is None
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_unavailable(error.orig))
    if _is_cut_off(error) or (error.__cause__ is not None and _is_cut_off(error.__cause__)):
        return True
    state, code = getattr(error, "sqlstate", None), getattr(error, "sqlite_errorcode", None)
    return str(state).startswith(_PASSING_STATES) or (isinstance(code, int) and code & 0xFF in _PASSING_CODES)


def _is_cut_off(error: BaseException) -> bool:
    """Whether asyncpg says that its connection has gone in one of the ways that carry no SQLSTATE. It is told by name:
    the embedded mode does without it."""
    names = {kind.__name__ for kind in type(error).__mro__ if kind.__module__.startswith("asyncpg.")}
    lost = "InterfaceError" in names and not isinstance(error, ValueError) and "closed" in str(error)
    return lost or "InternalClientError" in names


def is_unstorable(error: BaseException) -> bool:
    """True when a database was given text that it can't hold: NUL (SQLite holds that), or half a surrogate pair."""
    if isinstance(error, exc.DBAPIError):
        return error.orig is not None and is_unstorable(error.orig)
    if isinstance(error, UnicodeEncodeError):
        return error.reason == "surrogates not allowed"
    if getattr(error, "sqlstate", None) in _NO_TEXT_STATES:
        return True
    return error.__cause__ is not None and is_unstorable(error.__cause__)
