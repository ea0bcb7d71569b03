"""What a chapter's outputs can depend on: its code, the modules that it imports, their data.

`make book` executes a chapter again when one of these has changed. They are found without running
anything. The names that a chapter imports lead to the modules that define them, and these to the
modules that they import. An `__init__.py` that only hands names on is looked through: it leads to
the module that defines the name, so that a chapter does not depend on a whole package because it
imports one function. With a module come the data files that it names in a string, the scripts and
style sheets beside it, and the scripts that these import.

A chapter that changes in no other way than its text, its tags or its captions depends on nothing
new: only the code of its cells counts.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
PINS = ("requirements.txt", "requirements-data.txt")
# What PyTorch, MKL and oneDNN are told to use of the processor (`make elsewhere`).
PROCESSOR = ("ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA")
CODE = "the chapter's code"
SCRIPT_IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


def inputs_of(code: list[str], package: Package) -> dict[str, str]:
    """All that can change what some code prints and shows, each with a digest of its content.

    Args:
        code: The code of a chapter's cells.
        package: The package beside which the lists of pins lie.

    Returns:
        From a name (of a file, relative to the package's root, or of what else counts) to a digest.
    """
    root = package.root
    files = [root / name for name in PINS] + sorted(package.needed_by(code))
    inputs = {CODE: digest("\0".join(code).encode())}
    inputs["Python"] = ".".join(map(str, sys.version_info[:3]))
    inputs |= {name: os.environ.get(name, "") for name in PROCESSOR}
    inputs |= {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in files}
    return inputs


def digest(content: bytes) -> str:
    """A short name for some content, the same wherever lines end in another way."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:16]


def changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The names of what differs between two answers of `inputs_of`."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


class Package:
    """The modules of `attention` and what each needs, read from their text.

    Args:
        root: The folder that holds the package.
        name: Its name.
    """

    def __init__(self, root: Path = ROOT, name: str = "attention") -> None:
        self.root, self.name, self.folder = root, name, root / name
        self._trees: dict[Path, ast.Module] = {}

    def needed_by(self, cells: Iterable[str]) -> set[Path]:
        """The files of the package that some code needs: modules and data.

        Args:
            cells: The code of a notebook's cells, which may hold IPython's commands.
        """
        found: set[Path] = set()
        waiting = [path for cell in cells for path in self._imported(parsed(cell))]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += self._module_needs(path) if path.suffix == ".py" else self._asset(path)
        return found

    @cached_property
    def data(self) -> list[Path]:
        """Every file of the package that is not Python."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return [p for p in files if p.suffix not in (".py", ".pyc") and p.name != "py.typed"]

    def _tree(self, path: Path) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = ast.parse(path.read_text(encoding="utf-8"), str(path))
        return self._trees[path]

    def _module_needs(self, path: Path) -> Iterator[Path]:
        """What one module needs, itself aside: modules, and data beside it or named in it."""
        tree = self._tree(path)
        yield from self._imported(tree, path)
        drawn = (file for file in self.data if file.suffix in (".js", ".css"))
        yield from (file for file in drawn if file.parent == path.parent)
        for package in path.parents[: len(path.relative_to(self.folder).parts)]:
            start = package / "__init__.py"
            if start.is_file() and not only_hands_on(self._tree(start)):
                yield start
        for text in strings(tree):
            yield from self._named(text, path.parent)

    def _named(self, text: str, beside: Path) -> list[Path]:
        """The data files that a string can mean: by path from here or above, or by a name."""
        if "." not in text or text.startswith(".") or "\n" in text:
            return []
        for folder in (beside, *beside.parents):
            if (folder / text) in self.data:
                return [folder / text]
            if folder == self.folder:
                break
        found = [path for path in self.data if path.as_posix().endswith(f"/{text}")]
        return found if len(found) == 1 else []  # a name that many have is read beside its module

    def _asset(self, path: Path) -> Iterator[Path]:
        """The scripts that a script imports, and the style sheet that has its name."""
        if path.suffix in (".js", ".mjs"):
            yield from (file for file in [path.with_suffix(".css")] if file.is_file())
            for target in SCRIPT_IMPORT.findall(path.read_text(encoding="utf-8")):
                file = Path(os.path.normpath(path.parent / target))
                if file.is_file():
                    yield file

    def _imported(self, tree: ast.AST, path: Path | None = None) -> Iterator[Path]:
        """The modules that some code imports when it runs, wherever it stands."""
        for node in running(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node, path)
                for alias in node.names:
                    yield from self._definition(module, alias.name)

    def _absolute(self, node: ast.ImportFrom, path: Path | None) -> str:
        """The full name of the module in ``from . import x``."""
        if not node.level or path is None:
            return node.module or ""
        folder = path.parents[node.level - 1].relative_to(self.root)
        return ".".join([*folder.parts, *filter(None, [node.module])])

    def _module(self, module: str) -> list[Path]:
        """The file of a module by its full name; nothing where it is not ours."""
        if module.split(".")[0] != self.name:
            return []
        path = self.root.joinpath(*module.split("."))
        files = (path.with_suffix(".py"), path / "__init__.py")
        return [file for file in files if file.is_file()]

    def _definition(self, module: str, name: str) -> list[Path]:
        """The file that defines a name which a module offers, through those that hand it on."""
        if submodule := self._module(f"{module}.{name}"):
            return submodule
        files = self._module(module)
        if not files or files[0].name != "__init__.py":
            return files
        tree = self._tree(files[0])
        if only_hands_on(tree):
            for node in (node for node in tree.body if isinstance(node, ast.ImportFrom)):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self._definition(self._absolute(node, files[0]), alias.name)
        return files


def parsed(cell: str) -> ast.AST:
    """The syntax tree of a cell's Python, without lines that only IPython understands."""
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in cell.splitlines()]
    return ast.parse("\n".join(lines))


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node of a tree that can run: all but what stands there for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                yield from (other, *running(other))
        else:
            yield from (node, *running(node))


def strings(tree: ast.AST) -> Iterator[str]:
    """Every text in a tree's code."""
    for node in running(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def only_hands_on(tree: ast.Module) -> bool:
    """Whether a module is a docstring, imports from elsewhere, and the list of their names."""
    return all(
        isinstance(node, ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (
            isinstance(node, ast.Assign)
            and [getattr(target, "id", "") for target in node.targets] == ["__all__"]
        )
        for node in tree.body
    )
