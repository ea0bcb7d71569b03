"""The chapters as a reader of Binder has them: JupyterLab, a kernel, sliders that both can move."""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
MINUTE = 60_000  # in Playwright's milliseconds
expect.set_options(timeout=MINUTE)


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


def open_and_run_all(page: Page, lab, chapter: str) -> BlockingKernelClient:
    """Open a chapter, run all its cells, and return a client of its kernel."""
    before = lab.connection_files()
    page.goto(f"{lab.url}/lab/tree/{chapter}?token={lab.token}&reset")
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
    wait_until(page, lambda: lab.connection_files() - before or choose_kernel(page))
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    client = BlockingKernelClient(connection_file=str((lab.connection_files() - before).pop()))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    return client


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
    yield tab
    tab.screenshot(path=ROOT / "_build" / "reports" / "jupyterlab.png")
    context.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_and_its_explorer_and_python_move_each_other(lab, page, chapter):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    client = open_and_run_all(page, lab, chapter)
    try:
        # The kernel answers in order: this answer comes when every cell has run.
        client.execute_interactive("", timeout=300, store_history=False)
        # A cell that fails ends the run, and the count of the cells that were run falls short.
        cells = nbformat.read(lab.chapters / chapter, as_version=4).cells
        to_run = sum(cell.cell_type == "code" for cell in cells)
        assert int(ask(client, "get_ipython().execution_count")) == to_run + 1
        find = "[w for w in globals().values() if type(w).__name__ == 'AttentionExplorer'][0]"
        client.execute_interactive(f"explorer_under_test = {find}", timeout=30)
        explorer = scroll_to(page, page.locator(".afm-explorer").first)
        slider_moves_python(page, client, explorer)
        python_moves_slider(client, explorer)
        ours = [error for error in errors if "blob:" in error]  # not those of JupyterLab itself
        assert ours == []
    finally:
        client.stop_channels()


def slider_moves_python(page: Page, client: BlockingKernelClient, explorer: Locator) -> None:
    """Press an arrow key on the length slider; Python's trait follows."""
    length = int(ask(client, "explorer_under_test.length"))
    expect(explorer).to_have_attribute("data-length", str(length))
    explorer.locator("input[data-control=length]").focus()
    page.keyboard.press("ArrowLeft")
    expect(explorer).to_have_attribute("data-length", str(length - 1))
    wait_until(page, lambda: ask(client, "explorer_under_test.length") == str(length - 1))


def python_moves_slider(client: BlockingKernelClient, explorer: Locator) -> None:
    """Set traits in Python; the page follows, and draws the weights that torch computes."""
    client.execute_interactive(
        "explorer_under_test.length += 1; explorer_under_test.mask = 'none'", timeout=30
    )
    length = ask(client, "explorer_under_test.length")
    expect(explorer).to_have_attribute("data-length", length)
    expect(explorer.locator("input[data-control=length]")).to_have_attribute(
        "aria-valuetext", re.compile(rf"^{length} of")
    )
    expect(explorer).to_have_attribute("data-mask", "none")
    drawn = explorer.locator("td[data-query='0'][data-key='1']").get_attribute("data-weight")
    head = explorer.get_attribute("data-head")
    torchs = ask(client, f"explorer_under_test.weights[{head}, 0, 1].item()")
    assert float(drawn) == pytest.approx(float(torchs), abs=1e-6)


def scroll_to(page: Page, target: Locator) -> Locator:
    """Scroll down to ``target``: JupyterLab renders only the cells near what is in view."""
    page.locator(".jp-WindowedPanel-outer").first.hover()
    for _ in range(200):
        if target.count():
            target.scroll_into_view_if_needed()
            return target
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(60)
    raise AssertionError("no explorer came into view")


def wait_until(page: Page, holds) -> None:
    """Wait until what the browser set off has reached the server or the kernel."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError("what the browser set off did not arrive within a minute")
