"""Become another program that dies with the process that started it: PARENT SIGNAL UID GID PROGRAM ARGUMENTS…

Run by path as a program of its own, because doing this between fork and exec of a process with threads may hang.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(numbers: list[str], command: list[str]) -> None:
    parent, signal, uid, gid = map(int, numbers)
    if uid != os.getuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which would undo it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() == parent:
        os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:5], sys.argv[5:])
