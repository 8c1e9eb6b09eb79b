"""Customers in a real browser: somebody who wrote becomes a contact, and everything fits and can be read by all."""

import pytest

pytest.importorskip("playwright", reason="the development requirements are not installed")
pytest.importorskip("axe_playwright_python", reason="the development requirements are not installed")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def test_who_wrote_becomes_a_contact_of_a_new_customer_who_is_then_changed(page: Page, shop: str) -> None:
    page.goto("/customers")
    row = page.get_by_role("row").filter(has_text="ann@shop.example")
    expect(row).to_contain_text("INC-")
    row.get_by_role("link", name="Verify").click()
    page.get_by_label("Customer", exact=True).fill("Shop Ltd")
    page.get_by_role("button", name="Make a new customer").click()
    expect(page.get_by_role("status")).to_contain_text("It is kept")
    expect(page.get_by_role("group").first).to_contain_text("verified")
    page.get_by_label("Lane").select_option("vip")
    page.get_by_text("Another contact").click()
    page.get_by_label("E-mail").last.fill("ben@shop.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It is kept")
    expect(page.get_by_text("Another contact")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.goto("/customers?q=ben@")
    expect(page.get_by_role("row").filter(has_text="Shop Ltd")).to_contain_text("vip")


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(page: Page, shop: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/customers", "/customers/new", "/customers?q=nothing", "/request", "/call"):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.clear_cookies()
    for language in ("en", "zh-Hans", "zh-Hant"):
        page.goto(f"/charter?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.get_by_role("link", name="Board")).to_have_count(0)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{language}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, language
