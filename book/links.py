"""Citations and other chapters as plain links, which read in every host, and as the site's roles.

A notebook is read on the site, in JupyterLab and on a repository's web page, and only the first
knows the other chapters and the list of references. So a notebook stores links, whose titles hold
what the site needs; `make notebooks` writes them for roles, and the site turns them into roles.

    {cite:t}`cho2014`   [Cho et al. (2014)](https://doi.org/10.3115/v1/D14-1179 "cho2014")
    {cite:p}`a,b`       ([Cho and Ba, 2014](... "a"); [Lee, 2020](... "b"))
    {ref}`ch-scaling`   [Why divide by the square root of d_k?](04_scaling.ipynb "ch-scaling")
"""

import functools
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
REFERENCES = ROOT / "book" / "references.bib"
ROLE = re.compile(r"\{(cite:[tp]|ref)\}`([^`]+)`")
TITLED = re.compile(r"([^<]+)<([^>]+)>")  # the body of a role that brings its own text
LABELLED = re.compile(r"^\((ch-[\w-]+)\)=\n#[ ]+(.+)$", flags=re.MULTILINE)
# The text of a link holds no bracket and no line that is empty; its title is a label or a key.
LINK = r'\[((?:[^\[\]\n]|\n(?!\n))+)\]\([^\s()]+ "([\w-]+)"\)'
ALONE = re.compile(LINK)
TOGETHER = re.compile(rf"\({LINK}(?:;\s{LINK})*\)")


class Chapter(NamedTuple):
    """Where a label leads.

    Attributes:
        file: The notebook's name.
        title: Its first heading.
    """

    file: str
    title: str


@functools.cache
def chapters() -> dict[str, Chapter]:
    """Every chapter by its label."""
    found = {}
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        for cell in nbformat.reader.reads(path.read_text(encoding="utf-8")).cells:
            if cell.cell_type == "markdown" and (match := LABELLED.search(cell.source)):
                found[match[1]] = Chapter(path.name, match[2])
                break
    return found


@functools.cache
def references() -> dict[str, Entry]:
    """Every entry of the list of references by its key."""
    return dict(parse_file(str(REFERENCES)).entries)


def authors(entry: Entry) -> str:
    """The surnames of one author or two; of more, the first one's and "et al."."""
    people = entry.persons["author"]
    names = [str(Text.from_latex(" ".join(p.prelast_names + p.last_names))) for p in people]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def address(entry: Entry) -> str:
    """Where the source itself is to be had.

    Raises:
        ValueError: If the entry does not say it.
    """
    fields = entry.fields
    if "url" in fields:
        return str(fields["url"])
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    raise ValueError(f"{entry.key} in {REFERENCES.name} should have a url, doi or eprint")


def to_links(text: str) -> str:
    """Write the citations and references to chapters in ``text`` as plain links.

    Raises:
        ValueError: If a citation's key is not in the list of references.
    """
    return ROLE.sub(_link, text)


def _link(role: re.Match[str]) -> str:
    """The link or links that stand for a role; the role itself where it leads to no chapter."""
    kind, body = role.groups()
    if kind == "ref":
        titled = TITLED.fullmatch(body)
        label = titled[2] if titled else body
        chapter = chapters().get(label)
        if chapter is None:
            return role[0]
        return f'[{titled[1].strip() if titled else chapter.title}]({chapter.file} "{label}")'
    links = []
    for key in re.split(r"\s*,\s*", body.strip()):
        if key not in references():
            raise ValueError(f"a citation's key should be in {REFERENCES.name}, but was {key!r}")
        entry = references()[key]
        who, year = authors(entry), entry.fields["year"]
        words = f"{who} ({year})" if kind == "cite:t" else f"{who}, {year}"
        links.append(f'[{words}]({address(entry)} "{key}")')
    return ", ".join(links) if kind == "cite:t" else f"({'; '.join(links)})"


def to_roles(text: str) -> str:
    """Write the plain links of ``to_links`` in ``text`` as the site's roles again."""
    text = TOGETHER.sub(_citations, text)
    return ALONE.sub(_role, text)


def _citations(links: re.Match[str]) -> str:
    """Links in brackets as one citation; as they are where one of them is something else."""
    found = ALONE.findall(links[0])
    cited = all(key in references() and not words.endswith(")") for words, key in found)
    return f"{{cite:p}}`{','.join(key for _, key in found)}`" if cited else links[0]


def _role(link: re.Match[str]) -> str:
    """A link as a role, if its title is a chapter's label or a key of the references."""
    words, name = link.groups()
    if name in chapters():
        return f"{{ref}}`{' '.join(words.split())} <{name}>`"
    return f"{{cite:t}}`{name}`" if name in references() else link[0]
