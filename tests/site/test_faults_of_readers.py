"""Faults that readers of other books reported, held against one chapter of this one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import reader_checks
from browser import persistent
from browsing import DESK, PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from browsing import Visit
    from playwright.sync_api import Browser, Route

CHAPTER = "chapters/05_self_attention.html"
# The first result is the glossary's entry or the section; the section is among the first three.
QUESTIONS = {
    "rope": "05_self_attention.html#turns-rotary-positions",
    "why divide by the square root of d_k": "04_scaling.html",
    "sinusoidal": "05_self_attention.html#waves-sinusoidal-positions",
    "alibi": "05_self_attention.html#a-penalty-for-distance-alibi",
    "permutation equivariance": "05_self_attention.html#deeper-self-proof",
    "temperature": "04_scaling.html#the-scale-is-a-temperature",
    "beam search": "01_rnn_bottleneck.html#deeper-rnn-search",
    "teacher forcing": "01_rnn_bottleneck.html#deeper-rnn-break",
    "luong": "02_bahdanau_attention.html#luong-a-cheaper-question",
    "what is a query": "glossary.html#term-query",
    "padding mask": "06_causal_attention.html#sentences-of-unequal-length",
    "dropout": "06_causal_attention.html#dropout-on-the-weights",
    "how many heads": "07_multi_head_attention.html#how-many-heads",
    "residual stream": "08_gpt_block.html#the-residual-stream",
    "layer normalisation": "08_gpt_block.html#layer-normalisation",
    "online softmax": "10_quadratic_cost.html#a-softmax-in-pieces",
    "grouped-query attention": "glossary.html#term-grouped-query-attention",
    "gqa": "11_efficient_attention.html#share-keys-and-values",
    "attention sink": "glossary.html#term-attention-sink",
    "sliding_window_attention": "reference.html#attention.sliding_window_attention",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawers_on_a_phone_are_opaque(tab: Callable[..., Visit], scheme: str) -> None:
    opened = tab("http", color_scheme=scheme, viewport={"width": 390, "height": 800})
    reader_checks.drawers_are_opaque(opened.open(CHAPTER))


@pytest.mark.xdist_group(CHAPTER)
@pytest.mark.parametrize(
    "check",
    [
        reader_checks.contents_are_offered_once,
        reader_checks.margins_fit_a_phone,
        reader_checks.header_fits_large_type,
        reader_checks.search_box_is_plain,
        reader_checks.a_link_opens_a_dropdown,
    ],
)
def test_a_chapter_is_as_readers_expect(
    visits: Callable[[str, str], Visit], check: Callable
) -> None:
    opened = visits(CHAPTER, "light")
    check(opened.resize(DESK))
    assert opened.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_and_shows_what_is_folded(tab: Callable[..., Visit], scheme: str) -> None:
    page = tab("http", color_scheme=scheme).open(CHAPTER)
    reader_checks.print_is_whole_and_light(page)


def test_paper_has_the_pictures_though_no_one_scrolled_to_them(tab: Callable[..., Visit]) -> None:
    """And in the colours of the day, from a dark page."""
    opened = tab("http", color_scheme="dark")
    page = opened.open(CHAPTER)
    wanted = set(
        page.eval_on_selector_all("article figure img.only-light", "all => all.map(i => i.src)")
    )
    printed = page.pdf()
    assert len(wanted) > 5
    assert wanted <= set(opened.requests)
    assert len(re.findall(rb"/Subtype\s*/Image", printed)) >= len(wanted)


def test_an_address_in_a_closed_dropdown_opens_it(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=PHONE).open(f"{CHAPTER}#ex-self-set-solution")
    box = page.locator("#ex-self-set-solution")
    assert box.get_attribute("open") is not None
    page.wait_for_function(
        "() => { const {top} = document.querySelector('#ex-self-set-solution')"
        ".getBoundingClientRect(); return top >= 0 && top < innerHeight; }"
    )


def test_a_word_that_is_found_in_a_closed_dropdown_is_shown(tab: Callable[..., Visit]) -> None:
    page = tab("http").open(f"{CHAPTER}?highlight=view_as_complex#exercises")
    mark = page.locator("article details[open] .highlighted").first
    mark.wait_for(state="visible")
    page.wait_for_function("() => scrollY > 1000")


def test_the_search_finds_the_section(tab: Callable[..., Visit]) -> None:
    opened = tab("http")
    missed = {}
    for question, section in QUESTIONS.items():
        found = reader_checks.text_is_found(opened.page, opened.base, question)[:3]
        if f"chapters/{section}" not in found:
            missed[question] = found
    assert missed == {}
    assert opened.foreign == []
    assert opened.problems == []


def test_a_quote_reads_as_the_page_does(tab: Callable[..., Visit]) -> None:
    opened = tab("file")
    page = opened.page
    page.goto(f"{opened.base}search.html?q=colleagues+left+transformer+look")
    item = page.locator("#search-results li").first
    item.wait_for()
    assert "left that network out [Vaswani et al., 2017]: in their Transformer" in item.inner_text()


def test_a_browser_that_keeps_nothing_has_all_buttons(
    browser: Browser, bases: dict[str, str], tmp_path: Path
) -> None:
    """With all cookies blocked every question to the storage is an error."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings), encoding="utf-8")
    with persistent(browser, tmp_path) as context:
        page = context.pages[0]
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.add_init_script(
            "try { localStorage.length; window.kept = true; } catch { window.kept = false; }"
        )
        page.goto(bases["http"] + CHAPTER)
        assert page.evaluate("kept") is False, "this browser should refuse to keep anything"
        page.locator(".theme-switch-button").first.click()
        assert page.evaluate("document.documentElement.dataset.mode") == "dark"
        reader_checks.drawers_are_opaque(page)
        page.keyboard.press("Control+k")
        page.keyboard.type("rotary positions")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        assert problems == []


@pytest.mark.parametrize("where", ["index.html", "chapters/08_gpt_block.html"])
def test_the_policy_that_the_readme_names_is_enough(tab: Callable[..., Visit], where: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    policies = [line for line in readme.splitlines() if line.startswith("default-src 'none'")]
    assert len(policies) == 1
    opened = tab("http")

    def with_policy(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, headers={**answer.headers, "content-security-policy": policies[0]}
        )

    opened.page.route("**/*.html", with_policy)
    page = opened.open(where)
    states = page.eval_on_selector_all(".afm-widget", "all => all.map(w => w.dataset.state)")
    assert set(states) == {"ready"}
    assert page.evaluate("document.fonts.check('16px \"Book Serif\"')")
    assert opened.problems == []


def test_a_phone_without_script_has_the_contents(tab: Callable[..., Visit]) -> None:
    opened = tab("file", java_script_enabled=False, viewport=PHONE)
    page = opened.page
    page.goto(opened.base + CHAPTER)
    page.locator(".bd-header-article a.primary-toggle").click()
    link = page.locator("#pst-primary-sidebar a", has_text="Glossary")
    assert link.is_visible()
    box = link.bounding_box()
    assert box
    assert box["x"] >= 0
    link.click()
    assert page.url.endswith("chapters/glossary.html")
