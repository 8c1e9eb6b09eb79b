"""Known vulnerabilities in the locked packages: fails on one, and says in a line what could not be looked up."""

import json
import subprocess
import sys
from typing import Any

OPTIONS = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "10"]


def main(lock: str) -> int:
    command = [sys.executable, "-m", "pip_audit", *OPTIONS, "--format", "json", "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["it gave no answer"])[-1]
        say(f"skipped: the vulnerability service cannot be reached ({reason.split(':')[0]})")
        return 0
    return judge(packages)


def judge(packages: list[dict[str, Any]]) -> int:
    unknown = sum("skip_reason" in package for package in packages)
    found = [(package, one) for package in packages for one in package.get("vulns", [])]
    for package, one in found:
        mended = ", ".join(one["fix_versions"]) or "nothing yet"
        say(f"{package['name']} {package['version']}: {one['id']}, mended in {mended}")
    if unknown:
        say(f"skipped: the vulnerability service knows nothing of {unknown} of {len(packages)} packages")
    if unknown < len(packages):
        say(f"{len(found)} found in {len(packages) - unknown} packages")
    return 1 if found else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
