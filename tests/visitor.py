"""Somebody with a browser but without JavaScript: opens pages, fills in forms."""

from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag

SECONDS = 20


class Visitor:
    """One visit to a product that runs at `site`."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.session = requests.Session()
        self.session.trust_env = False
        self.address = site
        self.page = BeautifulSoup("", "lxml")

    def open(self, path: str) -> BeautifulSoup:
        return self._read(
            self.session.get(urljoin(self.address, path), timeout=SECONDS)
        )

    def log_in(self, name: str, password: str) -> None:
        self.open("/admin/login/?next=/admin/")
        self.submit("#login-form", username=name, password=password)
        assert self.page.select_one("#login-form") is None, "not logged in"

    def submit(
        self, form: str, *, press: str = "", **answers: str | list[str]
    ) -> BeautifulSoup:
        """Send a form of this page as a browser would, with `answers` filled in.

        `press` is the name of the button, for a form that has several.
        """
        tag = self.page.select_one(form)
        assert tag is not None, f"no {form} at {self.address}"
        filled: dict[str, str | list[str]] = _as_it_stands(tag) | answers
        if press:
            filled[press] = "1"
        answer = self.session.post(
            urljoin(self.address, str(tag.get("action") or "")),
            data=filled,
            headers={"Referer": self.address},
            timeout=SECONDS,
        )
        return self._read(answer)

    def _read(self, answer: requests.Response) -> BeautifulSoup:
        assert answer.ok, f"{answer.status_code} at {answer.url}"
        self.address = answer.url
        self.page = BeautifulSoup(answer.text, "lxml")
        return self.page


def _as_it_stands(form: Tag) -> dict[str, str | list[str]]:
    values: dict[str, str | list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if kind in {"submit", "button", "file"}:
            continue
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            values[name] = str(chosen["value"]) if chosen else ""
        elif field.name == "textarea":
            values[name] = field.get_text().removeprefix("\n")
        else:
            values[name] = str(field.get("value", "on" if kind == "checkbox" else ""))
    return values
