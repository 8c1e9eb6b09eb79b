"""The charter: the operator's policy, read from a commented YAML file.

It says what is promised and by when, how urgent what is, and who gets it. `load_charter` reads and checks a
file; a `Charter` answers questions about it; `check` lists what is wrong with a file.
"""

from candor_common.charter.facts import Classification, Facts, Goal, Person, Team
from candor_common.charter.policy import Charter
from candor_common.charter.problems import CharterError, Problem
from candor_common.charter.reading import check, load_charter

__all__ = [
    "Charter",
    "CharterError",
    "Classification",
    "Facts",
    "Goal",
    "Person",
    "Problem",
    "Team",
    "check",
    "load_charter",
]
