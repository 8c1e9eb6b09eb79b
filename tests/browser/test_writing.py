"""What people write, in a real browser: the preview while it is written and as a step, views, and a wish for a call."""

import pytest

pytest.importorskip("playwright", reason="the development requirements are not installed")
pytest.importorskip("axe_playwright_python", reason="the development requirements are not installed")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from candor.demo_process import Running
from tests.browser.conftest import reload_until
from tests.browser.test_console import WIDTHS, customers_link

SUBJECT = "News about: Shop is down"


def without_script(chromium: Browser, candor: Running, page: Page) -> Page:
    """The same session in a browser that runs no script."""
    plain = chromium.new_context(java_script_enabled=False, base_url=candor.url).new_page()
    plain.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    return plain


def test_what_is_written_is_shown_as_the_customer_would_read_it_and_arrives_so(page: Page, shop: str) -> None:
    page.goto(f"/incidents/{shop}?do=update")
    shown = page.locator("#do-update .preview")
    expect(shown).to_be_hidden()
    page.get_by_label("What are we doing?").fill("We restart <the> server.")
    expect(shown.locator("[data-subject]")).to_have_text(f"{SUBJECT} [{shop}]")
    expect(shown.locator("[data-text]")).to_contain_text("We restart <the> server.")
    expect(shown.locator("[data-text]")).to_contain_text("…")
    page.get_by_label("What is the customer to expect?").fill("Ten minutes.")
    expect(shown.locator("[data-text]")).to_contain_text("Ten minutes.")
    text = shown.locator("[data-text]").inner_text()
    page.get_by_role("button", name="Send to the customer").first.click()
    expect(page.locator(".entry.ours").first).to_contain_text("We restart <the> server.")
    page.goto("/mailbox")
    reload_until(page, f"{SUBJECT} [{shop}]")
    page.get_by_role("link", name=f"{SUBJECT} [{shop}]").click()
    sent = page.get_by_role("region", name="As text").locator("pre").inner_text()
    assert unsigned(sent) == unsigned(text)


def test_a_date_that_is_still_to_be_named_is_asked_for(page: Page, shop: str) -> None:
    page.goto(f"/incidents/{shop}?do=estimate")
    form = page.locator("#do-estimate")
    form.get_by_label("Why?").fill("A disk is copied.")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".preview")).to_be_hidden()
    assert form.get_by_label("Fixed by").evaluate("field => field.matches(':focus:invalid')")
    form.get_by_label("Fixed by").fill("2099-01-01T10:00")
    expect(form.locator(".preview")).to_contain_text("A disk is copied.")


def test_without_script_the_preview_is_a_step_from_which_one_can_go_back(
    chromium: Browser, candor: Running, page: Page, shop: str
) -> None:
    plain = without_script(chromium, candor, page)
    plain.goto(f"/incidents/{shop}?do=update")
    form = plain.locator("#do-update")
    form.get_by_label("What are we doing?").fill("  We look.\n\nAt it.")
    form.get_by_role("button", name="Preview").click()
    expect(plain.locator("article")).to_contain_text(SUBJECT)
    plain.get_by_role("button", name="Change it").click()
    expect(plain.get_by_label("What are we doing?")).to_have_value("  We look.\n\nAt it.")
    plain.get_by_label("What is the customer to expect?").fill("An hour.")
    plain.locator("#do-update").get_by_role("button", name="Preview").click()
    plain.get_by_role("button", name="Send it to the customer").click()
    expect(plain.locator(".entry.ours")).to_contain_text("We look.\n\nAt it.")
    plain.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_step_and_what_opens_on_the_pages_are_accessible_and_fit(
    chromium: Browser, candor: Running, page: Page, shop: str, width: int
) -> None:
    plain = without_script(chromium, candor, page)
    plain.goto(f"/incidents/{shop}?do=update")
    plain.locator("#do-update").get_by_role("button", name="Preview").click()
    plain.set_viewport_size({"width": width, "height": 900})
    expect(plain.locator("h1")).to_have_text("What the customer would read")
    assert plain.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/incidents/{shop}?do=update")
    page.evaluate(
        "const form = document.querySelector('#do-update form'); form.action = form.dataset.preview; form.submit()"
    )
    expect(page.locator("h1")).to_have_text("What the customer would read")
    assert Axe().run(page).violations_count == 0
    own = customers_link(page, shop)
    for path in ("/board", "/mailbox", own, "/sign-in", "/request"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    plain.context.close()


def test_a_view_that_was_saved_is_one_click_away(page: Page, shop: str) -> None:
    page.goto("/board?show=nobody")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("To be taken")
    page.get_by_role("button", name="Save the view").click()
    page.goto("/board")
    page.get_by_role("link", name="To be taken").click()
    expect(page).to_have_url(f"{page.url.partition('/board')[0]}/board?show=nobody")
    expect(page.locator(f'[data-id="{shop}"]')).to_be_visible()
    page.get_by_text("Save or forget views").click()
    page.get_by_role("button", name="Forget To be taken").click()
    expect(page.get_by_role("link", name="To be taken")).to_have_count(0)


def test_a_customer_asks_for_a_call_and_the_team_reads_it(page: Page, shop: str) -> None:
    page.goto(customers_link(page, shop))
    page.get_by_text("Please call me").first.click()
    page.get_by_label("Telephone number").fill("+49 30 1234567")
    page.get_by_label("When does it suit you?").fill("until 17:00")
    page.get_by_role("button", name="Please call me").click()
    expect(page.get_by_role("status")).to_contain_text("will call you")
    page.goto(f"/incidents/{shop}")
    expect(page.locator(".entry.customer").last).to_contain_text("Number: +49 30 1234567")


def unsigned(text: str) -> str:
    """Without the signature in the link, which is another each second."""
    return "\n".join(line.partition("/c/")[0] for line in text.strip().splitlines())
