"""Pages as their readers have them: text, links and forms out of HTML, and a browser without script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.plugins.served import Served

LOCAL = "http://localhost"
_VOID = {"meta", "link", "input", "br", "rect", "path"}


@dataclass
class Form:
    """A form with the values that it has when the page is opened."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """What stands on a page. Raises AssertionError for tags that don't close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self._area: str | None = None
        self.feed(html)
        self.close()
        assert self._open == [], self._open

    def form(self, action: str) -> Form:
        """The one form that leads to an address."""
        [found] = [one for one in self.forms if one.action == action]
        return found

    def having(self, name: str) -> list[str]:
        """The classes of all elements with a tag."""
        return [attributes.get("class", "") for tag, attributes in self.tags if tag == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert not {"style", "onclick", "onload"} & given.keys()
        self.tags.append((tag, given))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif self.forms and "form" in self._open:
            self._note_field(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1:] == [tag], f"</{tag}> after {self._open[-3:]}"
        self._open.pop()
        self._area = None

    def handle_data(self, data: str) -> None:
        assert not {"script", "style"} & set(self._open), data
        if self._area is not None:
            self.forms[-1].values[self._area] += data
        elif data.strip():
            self.text += " ".join(data.split()) + "\n"

    def _note_field(self, tag: str, given: Mapping[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if "required" in given:
            form.required.add(name)
        if tag == "input" and given.get("type") != "checkbox":
            form.values[name] = given.get("value", "")
        elif tag in ("textarea", "select"):
            form.values[name] = ""
            self._area = name if tag == "textarea" else None


class Browser:
    """Somebody at the pages of a service, from this machine, without script."""

    def __init__(self, service: Served) -> None:
        self._client = service.client

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self._client.get(LOCAL + path, **options)

    async def open(self, path: str, status: int = 200) -> Page:
        """A page, after following where it leads."""
        answer = await self.get(path, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    async def send(self, form: Form, status: int = 200, /, **words: str) -> Page:
        """Fill in a form and send it; the page that comes back."""
        data = form.values | words
        answer = await self._client.post(LOCAL + form.action, data=data, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    async def post(self, path: str, data: Mapping[str, str], **options: Any) -> httpx.Response:
        return await self._client.post(LOCAL + path, data=data, **options)
