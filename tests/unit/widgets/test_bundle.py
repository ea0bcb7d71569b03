"""What the inliner of modules takes, and what it refuses: it reads lines, not JavaScript."""

from pathlib import Path

import pytest

from attention.widgets.base.bundle import bundle

ENTRY = 'import { a } from "./a.js";\nexport default { a };\n'


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")


def test_every_declaration_that_the_widgets_use(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="export const a = 1;\nexport let e = 0;\nexport class B {}\nconst [c, d] = [1, 2];\n"
        "export function f() {\n  const c = 1;\n  return c;\n}\nexport async function g() {}\n",
        top='import {\n  B,\n  a,\n  f,\n  g,\n} from "./a.js";\nfunction h() {}\n'
        "export default { B, a, f, g, h };\n",
    )
    assert bundle("top.js", tmp_path).split("\n") == [
        "const a = 1;", "let e = 0;", "class B {}", "const [c, d] = [1, 2];",
        "function f() {", "const c = 1;", "return c;", "}", "async function g() {}", "",
        "function h() {}", "export default { B, a, f, g, h };", "",
    ]  # fmt: skip


def test_types_stay_behind(tmp_path: Path) -> None:
    text = "export default /** @type {any} */ (window).b;\n"
    write(tmp_path, top=f"/** @typedef {{string}} Name */\n/**\n * @param {{Name}} a\n */\n{text}")
    assert bundle("top.js", tmp_path) == "export default (window).b;\n"


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ('import a from "./a.js";\n', 'top.js should .* but has: import a from "./a.js";'),
        ('import * as a from "./a.js";\n', r"but has: import \* as a"),
        ('import "./a.js";\n', 'but has: import "./a.js"'),
        ('import { a } from "somewhere";\n', "but has: import { a } from"),
        ("import { a } from './a.js';\n", "but has: import { a } from"),
        ('import { a } from "./a.js"; // why\n', "but has: import { a } from"),
        ('import { a as b } from "./a.js";\n', "imports a as b, which a.js does not export"),
        ('import { b } from "./a.js";\n', "top.js imports b, which a.js does not export"),
        ('const a = await import("./a.js");\n', r"but has: const a = await import\("),
        ('export * from "./a.js";\n', r"but has: export \* from"),
        ("const b = 1;\nexport { b };\n", "but has: export { b };"),
        ("export default 1;\n", "but has: export default {}"),
        ("export const [b, c] = [1, 2];\n", r"but has: export const \[b, c\]"),
        (ENTRY.replace("export default { a };\n", "const a = 2;\n"), "top.js declares a, and so"),
        (ENTRY.replace("export default { a };\n", "const { b: a } = {};\n"), "top.js declares a,"),
        (ENTRY.replace("export default { a };\n", "const [b, a] = [];\n"), "top.js declares a,"),
        ('import { c } from "./c.js";\n', "top.js imports c.js imports top.js: a circle"),
    ],
)
def test_what_it_cannot_inline_is_refused_by_name(tmp_path: Path, top: str, message: str) -> None:
    circle = 'import { top } from "./top.js";\nexport const c = top;\n'
    write(tmp_path, a="export const a = 1;\n", c=circle, top=f"{top}export default {{}};\n")
    with pytest.raises(ValueError, match=message):
        bundle("top.js", tmp_path)


def test_a_dependency_has_no_default(tmp_path: Path) -> None:
    write(tmp_path, a="export const a = 1;\nexport default a;\n", top=ENTRY)
    with pytest.raises(ValueError, match=r"a\.js should .* but has: export default a;"):
        bundle("top.js", tmp_path)
