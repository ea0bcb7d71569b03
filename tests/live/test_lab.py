"""The chapters as a reader of Binder has them: JupyterLab, a kernel, sliders that both can move."""

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
INSTANCES = "__import__('ipywidgets').widgets.widget._instances"


class Kind(NamedTuple):
    """A kind of widget: how it looks on the page, and a question with which to compare numbers.

    Attributes:
        view: Its place on the page.
        control: A slider's name, which is the trait's and the view's data attribute, too.
        spoken: What the slider says, as a pattern; {0} and {1} stand for the value and the next.
        also: Another trait that Python sets, and its value as Python writes it.
        place: Where the page shows a number, and the attribute that carries it.
        number: The same number in Python, of the widget w.
    """

    view: str
    control: str
    spoken: str
    also: tuple[str, str]
    place: tuple[str, str]
    number: str


KINDS = {
    "AttentionExplorer": Kind(
        ".afm-explorer",
        "length",
        "^{0} of",
        ("mask", "'none'"),
        ("td[data-query='0'][data-key='1']", "data-weight"),
        "w.weights[w.head, 0, 1].item()",
    ),
    "TranslationExplorer": Kind(
        ".afm-translation",
        "length",
        "^{0} ",
        ("example", "len(w.sources) - 1"),
        (".afm-pairs li[data-written='1']", "data-value"),
        "w.chance[1]",
    ),
    "AlignmentExplorer": Kind(
        ".afm-alignment",
        "step",
        "^step {1} of",
        ("position", "1"),
        ("td[aria-selected]", "data-weight"),
        "w.weights[w.step, 1].item()",
    ),
    "ScalingExplorer": Kind(
        ".afm-scaling",
        "d_k",
        "^{0} dimension",
        ("temperature", "2.5"),
        ("td[data-query='0'][data-key='1']", "data-weight"),
        "w.jacobian[0, 1].item()",
    ),
    "PositionExplorer": Kind(
        ".afm-position",
        "place",
        "^place {1} of",
        ("scheme", "'rotary'"),
        ("td[data-query='0'][data-key='1']", "data-weight"),
        "w.weights[0, 1].item()",
    ),
    "HeadExplorer": Kind(
        ".afm-head-explorer",
        "layer",
        "^layer {0},",
        ("head", "3"),
        (".afm-map td[data-query='3'][data-key='0']", "data-weight"),
        "w.weights[w.layer, w.head, 3, 0].item()",
    ),
    "BlockDiagram": Kind(
        ".afm-block-diagram",
        "length",
        "^{0} token",
        ("norm_order", "'post'"),
        ("[data-figure=scores]", "data-value"),
        "w.activations['scores']",
    ),
    "CostExplorer": Kind(
        ".afm-cost",
        "length",
        "^{0} token",
        ("n_layers", "7"),
        ("tr[data-row=attention]", "data-value"),
        "w.flops.attention",
    ),
    "CacheCalculator": Kind(
        ".afm-calculator",
        "context",
        "^{0} token",
        ("bytes_per_number", "1"),
        ("tr[data-row=setting]", "data-value"),
        "w.total_bytes",
    ),
    "GPTExplorer": Kind(
        ".afm-gpt",
        "head",
        "^head {0}, counted",
        ("mask", "'none'"),
        (".afm-guess", "data-value"),
        "w.guesses[0][1]",
    ),
}
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
    wait_for_ready(client)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
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
    yield tab
    tab.screenshot(path=ROOT / "_build" / "reports" / "jupyterlab.png")
    context.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_and_its_widgets_and_python_move_each_other(lab, page, chapter):
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
        names = ask(client, f"{{type(w).__name__ for w in {INSTANCES}.values()}}")
        shown = [kind for name, kind in KINDS.items() if f"'{name}'" in names]
        assert shown, "every chapter has a widget"
        for name, kind in KINDS.items():
            if kind in shown:
                find = f"[w for w in {INSTANCES}.values() if type(w).__name__ == '{name}'][0]"
                client.execute_interactive(f"w = {find}", timeout=30)
                view = scroll_to(page, page.locator(kind.view).first)
                slider_moves_python(page, client, view, kind)
                python_moves_slider(client, view, kind)
                if name == "GPTExplorer":
                    typing_reaches_python(page, client, view)
        ours = [error for error in errors if "blob:" in error]  # not those of JupyterLab itself
        assert ours == []
    finally:
        client.stop_channels()


def slider_moves_python(
    page: Page, client: BlockingKernelClient, view: Locator, kind: Kind
) -> None:
    """Press an arrow key on the slider; Python's trait follows."""
    trait, attribute = f"w.{kind.control}", f"data-{kind.control}"
    before = ask(client, trait)
    expect(view).to_have_attribute(attribute, before)
    slider = view.locator(f"input[data-control={kind.control}]")
    at_end = slider.evaluate("s => +s.value >= +s.max")
    slider.focus()
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    expect(view).not_to_have_attribute(attribute, before)
    after = view.get_attribute(attribute)
    wait_until(page, lambda: ask(client, trait) == after)
    client.execute_interactive(f"before = {before}", timeout=30)


def python_moves_slider(client: BlockingKernelClient, view: Locator, kind: Kind) -> None:
    """Set traits in Python; the page follows, and draws the number that Python has."""
    other, value = kind.also
    client.execute_interactive(f"w.{kind.control} = before; w.{other} = {value}", timeout=30)
    now = ask(client, f"w.{kind.control}")
    assert now == ask(client, "before")
    expect(view).to_have_attribute(f"data-{kind.control}", now)
    expect(view).to_have_attribute(f"data-{other}", ask(client, f"w.{other}").strip("'"))
    slider = view.locator(f"input[data-control={kind.control}]")
    spoken = kind.spoken.format(now, int(now) + 1)
    expect(slider).to_have_attribute("aria-valuetext", re.compile(spoken))
    place, attribute = kind.place
    drawn = view.locator(place).first.get_attribute(attribute)
    assert float(drawn) == pytest.approx(float(ask(client, kind.number)), abs=1e-6)


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
