"""What can be read off the files without a browser: alt text, links, mathematics, leftovers."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from browsing import SITE, STATE
from bs4 import BeautifulSoup

from attention import widgets

if TYPE_CHECKING:
    from pathlib import Path

SLOTS = ("href", "src", "poster", "action", "data")


@cache
def soup(name: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / name).read_text(encoding="utf8"), "html.parser")


@cache
def anchors(name: str) -> frozenset[str]:
    return frozenset(tag["id"] for tag in soup(name).find_all(id=True))


def test_every_image_has_alt_text(site: Path, name: str) -> None:
    bare = [str(image) for image in soup(name).find_all("img") if not image.get("alt", "").strip()]
    assert bare == []


def test_every_internal_link_resolves(site: Path, name: str) -> None:
    here = (SITE / name).parent
    dead = []
    for tag in soup(name).find_all(True):
        for slot in SLOTS:
            address = tag.get(slot)
            if not address or re.match(r"[a-z][a-z0-9+.-]*:", address):
                continue
            path, _, anchor = address.partition("#")
            path = unquote(path.partition("?")[0])
            target = (here / path).resolve() if path else SITE / name
            if not target.is_file():
                dead.append(address)
            elif anchor and target.suffix == ".html":
                page = target.relative_to(SITE).as_posix()
                if unquote(anchor) not in anchors(page):
                    dead.append(address)
    assert dead == []


def test_nothing_is_loaded_from_another_host(site: Path, name: str) -> None:
    loading = soup(name).find_all(["script", "img", "iframe", "source", "object"])
    loading += soup(name).find_all("link", rel=["stylesheet", "preload", "icon", "manifest"])
    addresses = [tag.get("src") or tag.get("href") or "" for tag in loading]
    assert [a for a in addresses if re.match(r"(https?:)?//", a)] == []


def test_nothing_but_the_one_style_sheet_holds_the_first_paint_up(site: Path, name: str) -> None:
    head = soup(name).head
    sheets = head.find_all("link", rel="stylesheet")
    assert [re.sub(r"^(\.\./)*", "", s["href"]).partition("?v=")[0] for s in sheets] == [
        "_static/site.css"
    ]
    digest = hashlib.sha256()
    for part in ("site.css", "faces.js"):
        digest.update((site / "_static" / part).read_bytes())
    assert digest.hexdigest().startswith(sheets[0]["href"].partition("?v=")[2])
    waits = [str(s)[:90] for s in head.find_all("script", src=True) if not s.has_attr("defer")]
    assert ["faces.js" in s for s in waits] == [True] or name == "search.html"


def test_ids_are_unique(site: Path, name: str) -> None:
    ids = [tag["id"] for tag in soup(name).find_all(id=True)]
    assert sorted({i for i in ids if ids.count(i) > 1}) == []


def test_a_heading_has_an_address_that_lasts(site: Path, name: str) -> None:
    sections = soup(name).select("section[id]:has(> :is(h1, h2, h3, h4, h5, h6))")
    assert sections or name == "search.html"
    addresses = [section["id"] for section in sections]
    assert [at for at in addresses if re.fullmatch(r"(id|section-)?\d+", at)] == [], "a count"


def test_a_translator_leaves_formulas_and_code_alone(site: Path, name: str) -> None:
    places = ":is(.katex, article :is(pre, code)):not(.notranslate, .notranslate *)"
    assert [str(place)[:80] for place in soup(name).select(places)] == []


def test_mathematics_is_set_at_build_time(site: Path, name: str) -> None:
    places = soup(name).select("span.math, div.math")
    bare = [str(place)[:80] for place in places if not place.select(".katex math")]
    assert bare == []
    assert soup(name).select(".katex-error") == []
    assert re.findall(r"MathJax|renderMathInElement", str(soup(name))) == []


def test_widget_state_is_what_the_page_shows(site: Path, name: str) -> None:
    scripts = soup(name).find_all("script", type=STATE)
    shown = {place["data-model-id"] for place in soup(name).select(".afm-widget")}
    hosts = soup(name).find_all("script", src=re.compile("afm-host"))
    if not shown:
        assert (scripts, hosts) == ([], [])
        return
    assert (len(scripts), len(hosts)) == (1, 1)
    state = json.loads(scripts[0].string)["state"]
    assert set(state) == shown
    assert {model["model_module"] for model in state.values()} == {"anywidget"}
    assert "IPY_MODEL" not in scripts[0].string


def test_no_cell_shows_an_error_or_a_progress_bar(site: Path, name: str) -> None:
    assert soup(name).select(".output.stderr, .output.traceback") == []


def test_no_unused_weight_is_left(site: Path) -> None:
    names = {path.name for path in site.rglob("*")}
    assert not names & {"fontawesome.js", "bootstrap.js", "sphinx-thebe.js", "require.min.js"}
    assert [n for n in names if n.endswith(".map")] == []


@pytest.mark.parametrize("term", ["query", "key", "value", "causal mask", "head", "softmax"])
def test_glossary_has_the_term(site: Path, term: str) -> None:
    entries = [dt.find(string=True) for dt in soup("chapters/glossary.html").select(".glossary dt")]
    assert term in entries


def test_the_reference_has_every_widget_and_what_it_computes(site: Path) -> None:
    known = anchors("chapters/reference.html")
    for name in widgets.__all__:
        widget = getattr(widgets, name)
        members = [m for m in vars(widget) if isinstance(getattr(widget, m), property)]
        own = [member for member in members if not member.startswith("_")]
        wanted = [f"attention.widgets.{path}" for path in (name, *(f"{name}.{m}" for m in own))]
        assert [path for path in wanted if path not in known] == []
