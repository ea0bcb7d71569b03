"""The book as a reader of Binder has it: JupyterLab, a kernel, sliders that both can move.

nbval has run every cell of every chapter. Here one chapter is run in full where a reader runs it,
and one notebook, written for the purpose, has every kind of widget.
"""

import ast
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Locator, Page, expect
from widget_table import BY_NAME, TABLE, Row, read, written

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
ONE_CHAPTER = "06_causal_attention.ipynb"
INSTANCES = "__import__('ipywidgets').widgets.widget._instances"
MINUTE = 60_000  # in Playwright's milliseconds

pytestmark = pytest.mark.xdist_group("JupyterLab")  # one process, so that one server is started


@pytest.fixture(scope="module", autouse=True)
def _patience() -> Iterator[None]:
    """What a kernel has to answer takes longer than what a page does alone."""
    expect.set_options(timeout=MINUTE)
    yield
    expect.set_options(timeout=5_000)  # Playwright's own


def ask(client: BlockingKernelClient, expression: str) -> str:
    """What the kernel answers to ``expression``, as text."""
    answer = client.execute_interactive(
        "", user_expressions={"answer": expression}, timeout=30, silent=True
    )
    found = answer["content"]["user_expressions"]["answer"]
    assert found["status"] == "ok", found
    return found["data"]["text/plain"]


def test_binders_environment_has_no_cuda(binder_python):
    listed = subprocess.run(
        [binder_python, "-m", "pip", "list", "--format=freeze"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "torch==2.13.0" in listed
    assert "nvidia-" not in listed


def test_binders_environment_has_all_that_the_book_imports(binder_python, tmp_path):
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "attention").rglob("*.py")]
    for path in CHAPTERS:
        cells = nbformat.read(path, as_version=4).cells
        sources += [cell.source for cell in cells if cell.cell_type == "code"]
    imports = {
        ast.unparse(node)
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert "from attention.teaching.set_up import set_up" in imports
    imports -= {"from __future__ import annotations"}
    script = "\n".join([*sorted(imports), "set_up(seed=0)"])
    ran = subprocess.run(
        [binder_python, "-I", "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def open_and_run_all(page: Page, lab, notebook: str) -> BlockingKernelClient:
    """Open a notebook, run all its cells, and return a client of its kernel."""
    before = lab.connection_files()
    page.goto(f"{lab.url}/lab/tree/{notebook}?token={lab.token}&reset")
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
    wait_until(page, lambda: lab.connection_files() - before or choose_kernel(page))
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    client = BlockingKernelClient(connection_file=str((lab.connection_files() - before).pop()))
    client.load_connection_file()
    client.start_channels()
    wait_for_ready(client)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # The kernel answers in order: this answer comes when every cell has run.
    client.execute_interactive("", timeout=600, store_history=False)
    # A cell that fails ends the run, and the count of the cells that were run falls short.
    cells = nbformat.read(lab.chapters / notebook, as_version=4).cells
    to_run = sum(cell.cell_type == "code" for cell in cells)
    assert int(ask(client, "get_ipython().execution_count")) == to_run + 1
    return client


def wait_for_ready(client: BlockingKernelClient) -> None:
    """Wait for the kernel. A heartbeat that a busy machine delays reads as a death: ask again."""
    for _ in range(4):
        try:
            return client.wait_for_ready(timeout=60)
        except RuntimeError:
            time.sleep(2)
    return client.wait_for_ready(timeout=60)


def choose_kernel(page: Page) -> None:
    """On a slow machine JupyterLab may ask which kernel to start: take the one that it offers."""
    accept = page.locator(".jp-Dialog .jp-mod-accept")
    if accept.count():
        accept.click()


@pytest.fixture
def page(browser):
    """A tab; what it showed last is kept for whoever has to find out why a test failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    yield tab
    tab.screenshot(path=ROOT / "_build" / "reports" / "jupyterlab.png")
    context.close()
    ours = [error for error in errors if "blob:" in error]  # not those of JupyterLab itself
    assert ours == []


def test_every_kind_of_widget_and_python_move_each_other(lab, page):
    # The table itself knows the browser, which Binder's environment does not have.
    code = [f"import sys\nsys.path.append({str(ROOT / 'tests' / 'helpers')!r})"]
    for row in TABLE:
        name = row.make.__name__
        code.append(f"from {row.make.__module__} import {name}\n{name}()")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in code])
    nbformat.write(notebook, lab.chapters / "widgets.ipynb")
    client = open_and_run_all(page, lab, "widgets.ipynb")
    for row in TABLE:
        view = the_widget(page, client, row)
        slider_moves_python(page, client, view, row)
        python_moves_slider(client, view, row)
        if row.name == "GPTExplorer":
            typing_reaches_python(page, client, view)
    client.stop_channels()


def test_a_chapter_runs_and_its_widget_and_python_move_each_other(lab, page):
    client = open_and_run_all(page, lab, ONE_CHAPTER)
    row = BY_NAME["AttentionExplorer"]
    view = the_widget(page, client, row)
    slider_moves_python(page, client, view, row)
    python_moves_slider(client, view, row)
    asks_python_for_its_answer(page, scroll_to(page, page.locator(".widget-interact")))
    client.stop_channels()


def the_widget(page: Page, client: BlockingKernelClient, row: Row) -> Locator:
    """A widget of this kind on the page; in Python it is called w from now on."""
    find = f"[w for w in {INSTANCES}.values() if type(w).__name__ == '{row.name}'][0]"
    client.execute_interactive(f"w = {find}", timeout=30)
    return scroll_to(page, page.locator(row.view).first)


def asks_python_for_its_answer(page: Page, control: Locator) -> None:
    """Move the slider of an `interact` cell; Python draws another picture."""
    picture = control.locator("img").first
    before = picture.get_attribute("src")
    control.locator(".noUi-handle").first.press("ArrowRight")
    expect(picture).not_to_have_attribute("src", before)


def slider_moves_python(page: Page, client: BlockingKernelClient, view: Locator, row: Row) -> None:
    """Press an arrow key on the slider; Python's trait follows."""
    trait, attribute = f"w.{row.slider}", f"data-{row.slider}"
    before = ask(client, trait)
    expect(view).to_have_attribute(attribute, written(float(before)))
    slider = view.locator(f"input[data-control={row.slider}]")
    at_end = slider.evaluate("s => +s.value >= +s.max")
    slider.focus()
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    expect(view).not_to_have_attribute(attribute, before)
    after = view.get_attribute(attribute)
    wait_until(page, lambda: float(ask(client, trait)) == read(after))
    client.execute_interactive(f"before = {before}", timeout=30)


def as_page(value: str) -> str:
    """A trait as Python prints it, in the words of a data attribute."""
    if value in ("True", "False"):
        return value.lower()
    if value.startswith("[["):  # a table of true and false
        return " ".join("".join(str(int(cell)) for cell in row) for row in ast.literal_eval(value))
    if value.endswith(".0"):
        return written(float(value))
    return value.strip("'")


def python_moves_slider(client: BlockingKernelClient, view: Locator, row: Row) -> None:
    """Set traits in Python; the page follows, and draws the number that Python has."""
    other, value = row.also
    client.execute_interactive(f"w.{row.slider} = before; w.{other} = {value}", timeout=30)
    now = float(ask(client, f"w.{row.slider}"))
    if other != row.slider:
        assert now == float(ask(client, "before"))
        expect(view).to_have_attribute(f"data-{other}", as_page(ask(client, f"w.{other}")))
    expect(view).to_have_attribute(f"data-{row.slider}", written(now))
    slider = view.locator(f"input[data-control={row.slider}]")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(row.said(now)))
    place, attribute = row.place
    drawn = view.locator(place).first.get_attribute(attribute)
    assert float(drawn) == pytest.approx(float(ask(client, row.number)), abs=1e-6)


def typing_reaches_python(page: Page, client: BlockingKernelClient, view: Locator) -> None:
    """The model comes from Python when it is asked for; what is typed goes to Python."""
    view.locator(".afm-load").click()
    expect(view).to_have_attribute("data-model", "ready")
    text = "<b>My lord</b>, I 😀"
    view.locator("textarea").fill(text)
    wait_until(page, lambda: ask(client, "w.text") == repr(text))
    chance = float(view.locator(".afm-guess").first.get_attribute("data-value"))
    assert chance == pytest.approx(float(ask(client, "w.guesses[0][1]")), abs=1e-5)
    client.execute_interactive("w.text = 'To be, or not'", timeout=30)
    expect(view.locator("textarea")).to_have_value("To be, or not")


def scroll_to(page: Page, target: Locator) -> Locator:
    """Scroll down to ``target``: JupyterLab renders only the cells near what is in view."""
    page.locator(".jp-WindowedPanel-outer").first.hover()
    for _ in range(200):
        if target.count():
            target.scroll_into_view_if_needed()
            return target
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(60)
    raise AssertionError("no widget came into view")


def wait_until(page: Page, holds) -> None:
    """Wait until what the browser set off has reached the server or the kernel."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError("what the browser set off did not arrive within a minute")
