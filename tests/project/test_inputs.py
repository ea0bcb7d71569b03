"""Which chapters an edit executes again: those that it can change, and no other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from execute import code_of, read, sources
from inputs import CODE, Package, changes, inputs_of

import attention.widgets

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "requirements.txt": "torch==2.13.0\n",
    "requirements-data.txt": "",
    "README.md": "",
    "attention/__init__.py": '"""All."""\n\nfrom attention.functional.masks import causal_mask\n'
    'from attention.nn import Head\n\n__all__ = ["Head", "causal_mask"]\n',
    "attention/functional/__init__.py": "",
    "attention/functional/masks.py": "def causal_mask(): ...\n",
    "attention/functional/flash.py": "import torch\n",
    "attention/nn/__init__.py": "from .head import Head\n",
    "attention/nn/head.py": "from ..functional import masks\n\n\nclass Head: ...\n",
    "attention/models/__init__.py": 'SETTING = 3  # this one is more than a list of names\n',
    "attention/models/gpt.py": "def load():\n    from attention.nn.head import Head\n",
    "attention/trained/__init__.py": "",
    "attention/trained/translator.py": "from pathlib import Path\n"
    "from typing import TYPE_CHECKING\n\n"
    "if TYPE_CHECKING:\n    from attention.models.gpt import load\n"
    'WEIGHTS = Path(__file__).with_name("weights") / "translator.safetensors"\n',
    "attention/trained/weights/translator.safetensors": "1",
    "attention/trained/weights/tagger.safetensors": "2",
    "attention/widgets/__init__.py": "from attention.widgets.one import One\n"
    "from attention.widgets.two import Two\n",
    "attention/widgets/base.py": 'VIEW = "view.js"\n',
    "attention/widgets/one/__init__.py": "from attention.widgets import base\n\n\nclass One: ...\n",
    "attention/widgets/one/view.js": 'import { ink } from "../js/ink.js";\n',
    "attention/widgets/one/style.css": ".one {}\n",
    "attention/widgets/two/__init__.py": "class Two: ...\n",
    "attention/widgets/two/view.js": 'import {\n  words,\n} from "../js/words.js";\n',
    "attention/widgets/js/ink.js": "export const ink = 1;\n",
    "attention/widgets/js/words.js": 'export { ink as words } from "./ink.js";\n',
    "attention/widgets/js/words.css": ".words {}\n",
}  # fmt: skip
MASKS = {"functional/masks.py"}
ONE = {"widgets/base.py", "widgets/one/__init__.py", "widgets/one/view.js", "widgets/one/style.css"}
ONE |= {"widgets/js/ink.js"}
TWO = {"widgets/two/__init__.py", "widgets/two/view.js", "widgets/js/words.js", "widgets/js/ink.js"}
TWO |= {"widgets/js/words.css"}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Package(tmp_path)


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import torch", set()),
        ("from attention import causal_mask", MASKS),
        ("from attention import Head", {"nn/head.py", *MASKS}),
        ("from attention.nn.head import Head as H", {"nn/head.py", *MASKS}),
        ("import attention.functional.flash", {"functional/flash.py"}),
        ("from attention.functional import flash, masks", {"functional/flash.py", *MASKS}),
        ("import attention", {"__init__.py", "nn/head.py", *MASKS}),
        ("%matplotlib inline\nfrom attention import Head", {"nn/head.py", *MASKS}),
        ("def later():\n    from attention import causal_mask", MASKS),
        (
            "from attention.models.gpt import load",
            {"models/__init__.py", "models/gpt.py", "nn/head.py", *MASKS},
        ),
        (
            "from attention.trained.translator import WEIGHTS",
            {"trained/translator.py", "trained/weights/translator.safetensors"},
        ),
        ("from attention.widgets import One", ONE),
        ("from attention.widgets import Two", TWO),
    ],
)
def test_some_code_needs_what_it_imports_and_no_more(package, code, needed):
    found = {path.relative_to(package.folder).as_posix() for path in package.needed_by([code])}
    assert found == needed


EDITS = [
    ("README.md", set()),
    ("attention/functional/flash.py", set()),
    ("attention/trained/weights/tagger.safetensors", set()),
    ("attention/widgets/two/view.js", set()),
    ("attention/nn/head.py", {"attention/nn/head.py"}),
    ("attention/widgets/js/ink.js", {"attention/widgets/js/ink.js"}),
    ("requirements.txt", {"requirements.txt"}),
]


@pytest.mark.parametrize(("file", "named"), EDITS)
def test_an_edit_counts_where_it_can_change_something(package, file, named):
    code = ["from attention import Head", "from attention.widgets import One"]
    before = inputs_of(code, package)
    with (package.root / file).open("a", encoding="utf-8") as edited:
        edited.write("\n")
    assert set(changes(before, inputs_of(code, Package(package.root)))) == named


def test_a_new_name_in_a_list_of_names_changes_nothing(package):
    code = ["from attention import Head"]
    before = inputs_of(code, package)
    start = package.folder / "__init__.py"
    start.write_text("from attention.functional.flash import f\n" + start.read_text())
    assert changes(before, inputs_of(code, Package(package.root))) == []


def test_a_name_that_moves_to_another_module_counts(package):
    code = ["from attention import causal_mask"]
    before = inputs_of(code, package)
    start = package.folder / "__init__.py"
    start.write_text(start.read_text().replace("functional.masks", "functional.flash"))
    after = inputs_of(code, Package(package.root))
    moved = ["attention/functional/flash.py", "attention/functional/masks.py"]
    assert changes(before, after) == moved


def test_code_counts_and_line_endings_do_not(package):
    before = inputs_of(["x = 1", "x"], package)
    assert changes(before, inputs_of(["x = 2", "x"], package)) == [CODE]
    assert changes(before, inputs_of(["x = 1\nx"], package)) == [CODE]
    (package.root / "requirements.txt").write_bytes(b"torch==2.13.0\r\n")
    assert changes(before, inputs_of(["x = 1", "x"], package)) == []


def test_the_processor_that_pytorch_is_told_to_take_counts(package, monkeypatch):
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)
    before = inputs_of([], package)
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    assert changes(before, inputs_of([], package)) == ["ATEN_CPU_CAPABILITY"]


@pytest.fixture(scope="module")
def needed() -> dict[str, set[str]]:
    """What each page of the book needs of the package as it stands."""
    package = Package()
    found = {source.stem: package.needed_by(code_of(read(source))) for source in sources()}
    return {
        name: {path.relative_to(ROOT).as_posix() for path in paths} for name, paths in found.items()
    }


def test_every_chapter_needs_its_set_up_and_a_widget(needed):
    assert len(needed) >= 12
    for name in needed.keys() - {"index"}:
        assert "attention/teaching/set_up.py" in needed[name], name
        assert "attention/teaching/book.mplstyle" in needed[name], name
        widgets = {p for p in needed[name] if p.startswith("attention/widgets/")}
        assert any(p.endswith(".js") for p in widgets), name


def test_a_widget_counts_for_the_chapters_that_show_it(needed):
    """A widget that no page shows yet counts for none."""
    code = {source.stem: "\n".join(code_of(read(source))) for source in sources()}
    shown = set()
    for name in attention.widgets.__all__:
        module = sys.modules[getattr(attention.widgets, name).__module__]
        view = Path(module.__file__).with_name("view.js").relative_to(ROOT).as_posix()
        users = {page for page, files in needed.items() if view in files}
        assert users == {page for page, text in code.items() if name in text}, name
        shown |= users
    assert len(shown) >= 10


def test_every_stored_model_counts_for_some_page(needed):
    stored = (ROOT / "attention" / "trained" / "weights").glob("*.safetensors")
    names = {path.relative_to(ROOT).as_posix() for path in stored}
    assert len(names) >= 6
    assert names <= set.union(*needed.values())


OPENED = """
import importlib, json, os, sys
import attention.widgets as widgets

opened, listening = set(), False
def listen(event, arguments):
    if listening and event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened.add(os.path.abspath(arguments[0]))
sys.addaudithook(listen)
found = {}
for name in widgets.__all__:
    module = sys.modules[getattr(widgets, name).__module__]
    opened.clear()
    listening = True
    kind = getattr(importlib.reload(module), name)
    kind._esm, kind._css
    listening = False
    found[name] = sorted(opened)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_what_a_widget_reads_when_it_is_loaded_is_among_what_it_needs():
    run = subprocess.run(
        [sys.executable, "-c", OPENED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    package, checked = Package(), 0
    data = set(package.data)
    for name, opened in json.loads(run.stdout).items():
        read_here = {Path(path) for path in opened} & data
        assert read_here <= package.needed_by([f"from attention.widgets import {name}"]), name
        checked += len(read_here)
    assert checked >= 40
