"""One self-contained ES module from several, and one style sheet.

anywidget loads a widget from a blob, where relative imports fail.
"""

import posixpath
import re
from pathlib import Path

_WIDGETS = Path(__file__).parent.parent
_BASIC = "js/widget.css"
_NAME = r"[A-Za-z_$][\w$]*"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[\w./-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(
    rf"^export (?=(?:async )?(?:function|const|let|class) \*?{_NAME})", re.MULTILINE
)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_OTHER = re.compile(r"^.*(?:^(?:import|export)\b|\bimport\().*$", re.MULTILINE)
_DECLARED = re.compile(
    rf"^(?:export )?(?:async )?(?:(?:function|class) ?\*? ?({_NAME})"
    rf"|(?:const|let|var) ({_NAME}|\[[^\]]*\]|\{{[^}}]*\}}))",
    re.MULTILINE,
)
_COMMENT = re.compile(
    r"^\s*(?://.*|/\*\*(?:.|\n)*?\*/)\n"  # lines of their own
    r"|(?<=[;{,]) // [^\"'`\n]*$"  # at the end of a line
    r"|/\*\* @[^*\n]*\*/ ",  # the type of what follows
    re.MULTILINE,
)
_CSS_COMMENT = re.compile(r"\s*/\*(?:.|\n)*?\*/")
_INDENTATION = re.compile(r"\n\s+")


def bundle(entry: str, folder: Path = _WIDGETS) -> str:
    """Return the source of a module with its relative imports inlined, dependencies first.

    The modules share one scope in the result. So each imports by name alone,
    ``import { a, b } from "./file.js";``, exports its declarations where they stand, and declares
    no name that another one declares; anything else is refused. Comments (save those with quotes
    at the end of a line) and indentation are left out: every page that shows the widget carries
    this text. What stands between the lines of a template would lose its indentation, too, so
    none spans lines (eslint.config.mjs holds the widgets to that).

    Args:
        entry: The module with the default export, such as ``attention_explorer/view.js``.
        folder: Where that path begins.

    Returns:
        The text of one ES module without imports, with the entry's default export.

    Raises:
        ValueError: If a module imports or exports in a way that this cannot inline, imports what
            is not exported or what imports it, or declares a name a second time.
    """
    modules: dict[str, str] = {}
    exports: dict[str, set[str]] = {}
    owners: dict[str, str] = {}

    def visit(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise ValueError(f"{' imports '.join((*importers, name))}: a circle")
        if name in modules:
            return
        source = (folder / name).read_text(encoding="utf-8")
        for names, path in _IMPORT.findall(source):
            dependency = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            visit(dependency, (*importers, name))
            for one in filter(None, map(str.strip, names.split(","))):
                if one not in exports[dependency]:
                    raise ValueError(f"{name} imports {one}, which {dependency} does not export")
        code = _COMMENT.sub("", _IMPORT.sub("", source))
        exports[name] = set()
        for declaration in _DECLARED.finditer(code):
            for declared in _names(declaration):
                other = owners.setdefault(declared, name)
                if other != name:
                    raise ValueError(f"{name} declares {declared}, and so does {other}")
                if declaration[0].startswith("export "):
                    exports[name].add(declared)
        code = _EXPORT.sub("", code)
        rest = code if name != entry else _DEFAULT.sub("", code, count=1)
        if strange := _OTHER.search(rest):
            raise ValueError(f"{name} should import and export by name, but has: {strange[0]}")
        modules[name] = _INDENTATION.sub("\n", code)

    visit(entry, ())
    return "\n".join(modules.values())


def _names(declaration: re.Match[str]) -> list[str]:
    """The names in a declaration, also in ``const [a, b] = …`` and ``const { a, b: c } = …``."""
    target = declaration[1] or declaration[2]
    if re.fullmatch(_NAME, target):
        return [target]
    parts = (part.split("=")[0].split(":")[-1].strip(" .\n") for part in target[1:-1].split(","))
    return [part for part in parts if part]


def stylesheet(entry: str, *others: str, folder: Path = _WIDGETS) -> str:
    """Return the style sheets of a module and of all that it imports, as one text.

    ``js/steps.css`` is the sheet of ``js/steps.js``. First comes the one of every widget, last
    ``style.css`` beside the entry. Comments and indentation are left out.

    Args:
        entry: The module with the default export, such as ``attention_explorer/view.js``.
        others: Sheets that belong to no module.
        folder: Where these paths begin.
    """
    own = posixpath.join(posixpath.dirname(entry), "style.css")
    modules = [f"{name.removesuffix('.js')}.css" for name in _with_imports(entry, folder)]
    sheets = [folder / name for name in (_BASIC, *modules, *others, own)]
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())
    return _INDENTATION.sub("\n", _CSS_COMMENT.sub("", text))


def _with_imports(entry: str, folder: Path) -> list[str]:
    """A module and all that it imports, dependencies first."""
    found: list[str] = []
    source = (folder / entry).read_text(encoding="utf-8")
    for _, path in _IMPORT.findall(source):
        dependency = posixpath.normpath(posixpath.join(posixpath.dirname(entry), path))
        found += [name for name in _with_imports(dependency, folder) if name not in found]
    return [*found, entry]
