"""The console in a real browser: live rows, countdowns, keys and themes; and the same journey without script."""

import pytest

pytest.importorskip("playwright", reason="the development requirements are not installed")
pytest.importorskip("axe_playwright_python", reason="the development requirements are not installed")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from candor.demo_process import Running
from tests.browser.conftest import House, reload_until

WIDTHS = (1280, 400)


def customers_link(page: Page, reference: str) -> str:
    page.goto(f"/incidents/{reference}")
    link = page.get_by_role("link", name="What the customer sees").get_attribute("href")
    assert link is not None
    return link


def test_a_new_incident_waits_behind_a_button_and_a_known_one_changes_in_its_place(
    page: Page, house: House, shop: str
) -> None:
    page.goto("/board")
    row = page.locator(f'[data-id="{shop}"]')
    expect(row).to_contain_text("nobody")
    house.command(shop, "acknowledge")
    expect(row).to_contain_text("operations")
    other = house.request("Mail bounces")
    expect(page.locator(f'[data-id="{other}"]')).to_have_count(0)
    page.get_by_role("button", name="1 new").click()
    expect(page.locator(f'[data-id="{other}"]')).to_be_visible()


def test_a_row_goes_where_its_next_promise_belongs_and_the_numbers_follow(
    page: Page, house: House, shop: str
) -> None:
    later = house.request("Printer is slow")
    page.goto("/board")
    before = page.locator(".rows > .row").evaluate_all("rows => rows.map(row => row.dataset.id)")
    assert before.index(shop) < before.index(later)
    row = page.locator(f'[data-id="{later}"] > a')
    row.focus()
    kept, all_of_them = page.locator('[data-count="kept"]'), page.locator('[data-count="tab-all"]')
    number = kept.inner_text()
    # Its first answer is given, and the next word is due sooner than the first answer of the other.
    house.command(later, "update", doing="We look.", expect="An hour.")
    expect(page.locator(f'[data-id="{later}"] ~ [data-id="{shop}"]')).to_have_count(1)
    expect(row).to_be_focused()
    expect(kept).not_to_have_text(number)
    expect(all_of_them).to_have_text(str(len(before)))
    house.request("One more")
    expect(all_of_them).to_have_text(str(len(before) + 1))


def test_an_incident_says_that_it_has_changed_and_keeps_what_is_being_written(
    page: Page, house: House, shop: str
) -> None:
    page.goto(f"/incidents/{shop}?do=note#do-note")
    reload_until(page, "was sent")
    page.locator("#do-note textarea").fill("The disk")
    told = page.get_by_role("link", name="Something has changed here. Show it")
    expect(told).to_be_hidden()
    house.command(shop, "acknowledge")
    expect(told).to_be_in_viewport()
    expect(page.locator("#do-note textarea")).to_have_value("The disk")
    told.click()
    expect(page.locator(".incident-head")).to_contain_text("operations")


def test_a_countdown_runs(page: Page, shop: str) -> None:
    page.goto(f"/incidents/{shop}")
    due = page.locator(".next time[data-due]")
    before = due.inner_text()
    expect(due).not_to_have_text(before)


def test_keys_lead_from_the_board_to_an_update_that_was_sent(page: Page, shop: str) -> None:
    page.goto("/board?q=Shop")
    page.keyboard.press("j")
    expect(page.locator(".row > a").first).to_be_focused()
    page.goto(f"/board?q={shop}")
    page.keyboard.press("u")
    expect(page.get_by_label("What are we doing?")).to_be_focused()
    page.keyboard.type("We look.")
    page.keyboard.press("Tab")
    page.keyboard.type("An hour.")
    page.keyboard.press("Tab")
    page.locator("#do-update button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".entry.ours")).to_contain_text("We look.")


def test_keys_are_letters_where_somebody_writes(page: Page, shop: str) -> None:
    page.goto(f"/incidents/{shop}?do=note")
    page.get_by_label("Words", exact=True).first.click()
    page.keyboard.type("just a /?")
    expect(page.get_by_label("Words", exact=True).first).to_have_value("just a /?")


def test_the_theme_that_was_chosen_stays(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/board")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    for path in ("/promises", "/mailbox", "/docs", "/follow-ups"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light, path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(page: Page, shop: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    own = customers_link(page, shop)
    pages = ("/board", f"/incidents/{shop}", "/promises", "/charter", "/follow-ups", "/board?q=nothing")
    for path in (*pages, own):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_journey_needs_no_script(chromium: Browser, candor: Running, page: Page, shop: str) -> None:
    own = customers_link(page, shop)
    plain = chromium.new_context(java_script_enabled=False, base_url=candor.url).new_page()
    plain.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain.goto("/board")
    plain.locator(f'[data-id="{shop}"] a').click()
    plain.locator("#do-resolve summary").click()
    plain.get_by_label("What was wrong?").fill("A full disk.")
    plain.get_by_label("What was done?").fill("Logs were removed.")
    plain.get_by_label("How was it checked that it works?").fill("Ten orders.")
    plain.get_by_role("button", name="Tell the customer that it works").click()
    plain.goto(own)
    plain.get_by_role("button", name="It is not solved").click()
    expect(plain.get_by_role("status")).to_contain_text("We take it up again")
    plain.goto(f"/incidents/{shop}")
    expect(plain.locator(".incident-head")).to_contain_text("reopened")
    plain.context.close()
