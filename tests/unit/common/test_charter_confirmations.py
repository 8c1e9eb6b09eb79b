"""What reads like "thank you, it works", and what only looks like it: in doubt nothing does."""

import time
from pathlib import Path

import pytest

from candor_common.charter import check, load_charter
from candor_common.charter.confirmations import CONFIRMATIONS
from tests.worlds.charters import shipped, write

SHIPPED = load_charter()
NAMES = ("Li Wei", "ana")


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, it works now!",
        "Thanks a lot, everything works fine again.",
        "Hi Ana, confirmed, the site is up again.\nBest regards\nLi Wei",
        "Perfect, that solved it. Thank you!",
        "The problem is solved. Many thanks for the quick help!",
        "Thanks!",
        "Works now, thanks\n-- \nLi Wei\nShop Ltd, 1 Long Road, Hong Kong",
        "谢谢，现在好了",
        "问题已解决，非常感谢您的帮助！",
        "ＯＫ，已经恢复正常。\n\n发自我的iPhone",
        "謝謝，已經可以了",
        "感謝，網站恢復正常了",
    ],
)
def test_a_plain_yes_reads_like_one(text: str) -> None:
    assert SHIPPED.confirms(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi",
        "Yes.",
        "Thank you, it works now?",
        "谢谢，好了吗",
        "Thanks, but it still fails",
        "It works now, only slowly",
        "It doesn’t work, thanks",
        "it dont work thx",
        "谢谢，但是还没好",
        "不可以了",
        "還是打不開，謝謝",
        "好了，請重新啟動",
        "Thanks, please look at the second server",
        "Thanks, fix it",
        "谢谢，帮助",
        "Works now, restart db02 tonight",
        "It works now. Same for db02",
        "Thanks in advance",
        "Thanks!\n--\nStill down: db02",
        "The problem is back",
        "It works again and the disk has failed",
        "Danke, alles gut",
        "It works " * 8,
        "好了，" * 21,
    ],
)
def test_whatever_leaves_a_doubt_does_not(text: str) -> None:
    assert not SHIPPED.confirms(text, NAMES)


def test_a_name_stands_beside_a_greeting_only_where_it_is_known() -> None:
    text = "Thanks Zoe, it works now. Regards, Max"
    assert not SHIPPED.confirms("Thanks. Max", NAMES)
    assert SHIPPED.confirms(text, ("Max", "zoe"))


def test_no_text_makes_it_slow() -> None:
    started = time.perf_counter()
    for text in ("a" * 1_000_000, "好了，" * 100_000, "--\n" * 300, "it works, " * 100, "," * 1_000):
        SHIPPED.confirms(text)
    assert time.perf_counter() - started < 1


def test_the_words_are_built_in_and_the_charters_own_where_it_has_some(tmp_path: Path) -> None:
    without = {key: value for key, value in shipped().items() if key != "confirmations"}
    built_in = load_charter(write(without, tmp_path / "a.yaml"))
    assert built_in.content.confirmations == SHIPPED.content.confirmations == CONFIRMATIONS
    own = load_charter(write(without | {"confirmations": ["takk, det virker"]}, tmp_path / "b.yaml"))
    assert own.confirms("Takk, det virker") is False
    own = load_charter(write(without | {"confirmations": ["det virker"]}, tmp_path / "c.yaml"))
    assert (own.confirms("Det virker!"), own.confirms("It works!")) == (True, False)


def test_where_there_are_none_nothing_reads_like_one(tmp_path: Path) -> None:
    none = load_charter(write(shipped() | {"confirmations": []}, tmp_path / "charter.yaml"))
    assert not none.confirms("Thanks, it works now!")


def test_they_are_words_and_no_patterns(tmp_path: Path) -> None:
    [problem] = check(write(shipped() | {"confirmations": ["it .* works"]}, tmp_path / "charter.yaml"))
    assert (problem.key, problem.mend) == ("confirmations[0]", "List the words that customers write")
