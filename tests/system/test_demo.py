"""The demo plays to its end as a process of its own, as a visitor would start it."""

import os
import re
import subprocess
import sys


def test_the_demo_plays_its_day_and_tells_what_came_of_it() -> None:
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-m", "candor", "demo", "--no-wait"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    told = done.stdout
    assert len(set(re.findall(r"INC-\d+", told))) == 5
    # One row each: kept throughout, over by itself, and missed but then made good.
    assert re.search(r"Shop is down +│ P1 +│ kept +│ kept +│ kept", told)
    assert re.search(r"db-2 fills up +│ P3 +│ +│ +│ kept", told)
    assert re.search(r"not responding +│ P1 +│ breached +│ kept", told)
    assert re.search(r"│ zh-Hans +│ it@office-cn\.example", told)
    assert re.search(r"│ zh-Hant +│ it@office-tw\.example", told)
    counted = re.search(r"Promises: (\d+) kept, (\d+) breached, (\d+) open\.", told)
    assert counted
    assert all(int(number) > 0 for number in counted.groups())
