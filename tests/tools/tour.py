"""The pictures of `docs/tour.md`: plays the demo, and photographs what the tour walks through.

    python -m tests.tools.tour [FOLDER]

Wants Debian's `chromium`. The pictures are written anew each time; the times in them are of that day.
"""

import shutil
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from candor import demo_words as words
from candor.demo_evening import at_usual_pace
from candor.demo_process import Running, candor_up
from candor.demo_scenes import SCENES
from candor.demo_stage import Stage, page_of
from candor.demo_surveys import survey_page

PICTURES = Path("docs/tour")
DESKTOP = {"width": 1120, "height": 720}
PHONE = {"width": 400, "height": 760}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, the page, whose screen it is on, and whether it shows the page to its end."""

    name: str
    path: str
    phone: bool = False
    whole: bool = False


def shots(stage: Stage) -> Iterator[Shot]:
    """Everything that the tour shows, on a demo that has been played."""
    shop, hotel, clinic = (
        stage.reference_of(address)
        for address in (words.SHOP_ADDRESS, words.HOTEL_ADDRESS, words.CLINIC_ADDRESS)
    )
    yield Shot("board", "/board")
    yield Shot("incident", f"/incidents/{shop}", whole=True)
    yield Shot("breached", f"/incidents/{hotel}")
    yield Shot("promises", "/promises")
    yield Shot("charter", "/charter")
    for name, kind, reference in (("mail", "acknowledgement", shop), ("notice", "breach_notice", hotel)):
        yield Shot(name, f"/mailbox/{stage.message(kind, reference)['id']}")
    yield Shot("customer", page_of(stage.mail("resolution", shop)), phone=True, whole=True)
    yield Shot("survey", survey_page(stage, clinic), phone=True, whole=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        candor = closing.enter_context(candor_up())
        stage = closing.enter_context(Stage(candor.url, candor.key, candor.failed))
        for customer in words.CUSTOMERS:
            stage.call("POST", "/v1/customers", json=customer)
        for scene in SCENES:
            deque(scene(stage), maxlen=0)
        at_usual_pace(candor, stage)
        page = closing.enter_context(_signed_in(candor))
        for shot in shots(stage):
            page.set_viewport_size(PHONE if shot.phone else DESKTOP)  # type: ignore[arg-type]
            page.goto(shot.path)
            page.screenshot(path=folder / f"{shot.name}.png", full_page=shot.whole)


@contextmanager
def _signed_in(candor: Running) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(base_url=candor.url, color_scheme="light", locale="en-GB").new_page()
        page.goto(candor.board)
        yield page
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
