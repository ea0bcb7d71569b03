"""A chapter's citations and references read in every host, and are the site's own on the site."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from links import address, chapters, references, to_links, to_roles
from notebooks import CHAPTERS, OPEN, dumps, normal_form, read
from pybtex.database import Entry

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(CHAPTERS.glob("*.ipynb"))
PAIRS = {
    "{cite:t}`bahdanau2014`": (
        '[Bahdanau et al. (2014)](https://arxiv.org/abs/1409.0473 "bahdanau2014")'
    ),
    "{cite:p}`luong2015`": (
        '([Luong et al., 2015](https://doi.org/10.18653/v1/D15-1166 "luong2015"))'
    ),
    "{cite:p}`sutskever2014,raschka2024`": (
        '([Sutskever et al., 2014](https://arxiv.org/abs/1409.3215 "sutskever2014");'
        " [Raschka, 2024](https://www.manning.com/books/build-a-large-language-model-from-scratch"
        ' "raschka2024"))'
    ),
    "{ref}`Here <ch-scaling>`": '[Here](04_scaling.ipynb "ch-scaling")',
}


def test_every_source_can_be_found():
    assert len(references()) > 80
    assert all(address(entry).startswith("https://") for entry in references().values())


def test_a_source_without_an_address_is_named():
    entry = Entry("misc", {"title": "Lost"})
    entry.key = "nobody1900"
    with pytest.raises(ValueError, match=r"nobody1900 in references\.bib should have a url"):
        address(entry)


@pytest.mark.parametrize("role", PAIRS)
def test_a_role_is_a_link_in_the_notebook_and_a_role_on_the_site(role):
    assert to_links(f"So {role}, and") == f"So {PAIRS[role]}, and"
    assert to_roles(f"So {PAIRS[role]}, and") == f"So {role}, and"


def test_a_chapters_reference_brings_its_title():
    link = to_links("{ref}`ch-scaling`")
    assert link == '[Why divide by the square root of d_k?](04_scaling.ipynb "ch-scaling")'
    assert len(chapters()) == len(FILES)


def test_a_citation_may_go_over_the_end_of_a_line():
    keys = to_links("{cite:p}`luong2015,\nbahdanau2014`")
    assert to_roles(keys) == "{cite:p}`luong2015,bahdanau2014`"
    assert to_roles(
        '([Luong et al.,\n2015](x "luong2015");\n[B, 1](y "bahdanau2014"))'
    ) == to_roles(keys)


@pytest.mark.parametrize(
    "text",
    [
        "{ref}`ex-scaling-root` and {eq}`eq-scaling-mean`, in the same chapter",
        '[a chapter](04_scaling.ipynb), [a title](https://example.org "not-a-key")',
        '([a title](https://example.org "not-a-key"))',
    ],
)
def test_everything_else_stays(text):
    assert to_links(text) == to_roles(text) == text


def test_a_textual_citation_in_brackets_stays_textual():
    links = to_links("({cite:t}`luong2015`)")
    assert to_roles(links) == "({cite:t}`luong2015`)"


def test_an_unknown_key_is_refused():
    with pytest.raises(ValueError, match=r"in references\.bib, but was 'nobody1900'"):
        to_links("{cite:t}`nobody1900`")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_in_a_chapter_needs_the_site_to_be_read(path):
    """What JupyterLab cannot resolve: citations, other files' labels, numbers of figures."""
    text = "\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")
    label = r"^\(([\w-]+)\)=$|^:label: (\S+)$|\$\$ \(([\w-]+)\)$"
    own = set(re.findall(label, text, flags=re.MULTILINE))
    own = {name for names in own for name in names if name}
    asked = re.findall(r"\{(?:ref|eq)\}`([\w-]+)`", text)
    assert set(asked) <= own
    assert not re.search(r"\{(?:cite:\w+|numref|doc)\}`", text)


def test_every_reference_says_who_and_when():
    for key, entry in references().items():
        assert re.fullmatch(
            r"\[[^\[\]{}\\]+ \(\d{4}\)\]\(\S+ \"[\w-]+\"\)", to_links(f"{{cite:t}}`{key}`")
        )
        assert entry.fields["year"]


CONFIG = """
extensions = ["myst_nb", "sphinx_exercise", "sphinxcontrib.bibtex", "extension.roles"]
nb_execution_mode = "off"
bibtex_bibfiles = [{references!r}]
bibtex_reference_style = "author_year"
"""
CHAPTER = """(ch-one)=
# One

Said by {cite:t}`luong2015` {cite:p}`bahdanau2014,sutskever2014`, see {ref}`ch-scaling`.

```{exercise} An exercise
:label: ex-one
Do it.
```

```{solution-start} ex-one
:class: dropdown
```

The way."""
BOOK = {
    "index.md": "# Book\n\n```{toctree}\n01_one\n04_scaling\nreferences\n```\n",
    "04_scaling.md": "(ch-scaling)=\n# The other chapter\n",
    "references.md": "# References\n\n```{bibliography}\n:all:\n```\n",
}


@pytest.mark.slow
def test_the_site_makes_its_own_of_a_stored_notebook(tmp_path, monkeypatch):
    """Citations and references resolve there; what is for JupyterLab alone is left out."""
    monkeypatch.setenv("AFM_BOOK_URL", "https://example.org/")
    new = nbformat.v4
    cells = [
        new.new_markdown_cell(CHAPTER),
        new.new_code_cell("answer = 42"),
        new.new_markdown_cell("```{solution-end}\n```"),
    ]
    stored = normal_form(new.new_notebook(cells=cells), "01_one")
    assert OPEN in dumps(stored)
    source = tmp_path / "source"
    source.mkdir()
    (source / "01_one.ipynb").write_text(dumps(stored), encoding="utf-8")
    for name, text in BOOK.items():
        (source / name).write_text(text, encoding="utf-8")
    config = CONFIG.format(references=str(ROOT / "book" / "references.bib"))
    (source / "conf.py").write_text(config, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-n", "-q", str(source), str(tmp_path / "html")],
        env={"PYTHONPATH": str(ROOT / "book"), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html" / "01_one.html").read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]+>", "", page[page.index("<h1>One") :]).split())
    assert (
        "Said by Luong et al. [2015] [Bahdanau et al., 2014, Sutskever et al., 2014], see" in words
    )
    assert 'href="04_scaling.html#ch-scaling"' in page
    assert 'href="references.html#' in page
    assert "answer" in words
    assert "The way." in words
    assert OPEN not in words
    assert "page of the book" not in words
