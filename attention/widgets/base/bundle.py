"""One self-contained ES module from several.

anywidget loads a widget from a blob, where relative imports fail.
"""

import posixpath
import re
from pathlib import Path

_WIDGETS = Path(__file__).parent.parent
_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"(\.[\w./-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(//.*|/\*\*(?:.|\n)*?\*/)\n|(?<=[;{,]) // [^\"'`\n]*$", re.MULTILINE)
_CSS_COMMENT = re.compile(r"\s*/\*(?:.|\n)*?\*/")
_INDENTATION = re.compile(r"\n\s+")


def bundle(entry: str, folder: Path = _WIDGETS) -> str:
    """Return the source of a module with its relative imports inlined, dependencies first.

    The modules share one scope in the result, so a top-level name may occur only once among them
    (the browser and node refuse the module otherwise), and imports are written
    ``import { a, b } from "./file.js";`` without renaming. Comments are left out, save those
    with quotes at the end of a line: every page that shows the widget carries this text.

    Args:
        entry: The module with the default export, such as ``attention_explorer/view.js``.
        folder: Where that path begins.

    Returns:
        The text of one ES module without imports, with the entry's default export.
    """
    modules: dict[str, str] = {}

    def visit(name: str) -> None:
        source = (folder / name).read_text(encoding="utf-8")
        for path in _IMPORT.findall(source):
            dependency = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            if dependency not in modules:
                visit(dependency)
        modules[name] = _IMPORT.sub("", source if name == entry else _EXPORT.sub("", source))

    visit(entry)
    return _COMMENT.sub("", "\n".join(modules.values()))


def stylesheet(*names: str, folder: Path = _WIDGETS) -> str:
    """Return the named style sheets as one text, in order, without comments and indentation."""
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return _INDENTATION.sub("\n", _CSS_COMMENT.sub("", text))
