"""KaTeX's server: one that is slow to start is awaited, one that is lost is replaced."""

from __future__ import annotations

import shutil
import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from build import environment
from docutils import nodes
from extension import mathematics
from sphinx.errors import ExtensionError
from sphinxcontrib import katex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODE = shutil.which("node", path=environment()["PATH"])

# Listens only a moment after it was started, as node does on a busy machine. Each formula comes
# back between brackets; to "held back?" the answer is whether what is sent may wait for more.
SLOW = """
const net = require("net");
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const server = net.createServer((client) => {
  let heldBack = true, bytes = Buffer.alloc(0);
  client.setNoDelay = () => { heldBack = false; };
  client.on("data", (more) => {
    bytes = Buffer.concat([bytes, more]);
    if (bytes.length < 4 || bytes.length < 4 + bytes.readInt32LE(0)) return;
    const { latex } = JSON.parse(bytes.subarray(4));
    bytes = Buffer.alloc(0);
    if (latex === "die") process.exit(3);
    const said = latex === "held back?" ? String(heldBack) : latex;
    const answer = Buffer.from(JSON.stringify({ html: `<${said}>` }));
    const size = Buffer.alloc(4);
    size.writeInt32LE(answer.length);
    client.write(Buffer.concat([size, answer]));
  });
});
setTimeout(() => server.listen(port, "127.0.0.1"), 300);
"""


@pytest.fixture
def slow_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that listens a moment after it was started."""
    script = tmp_path / "slow.js"
    script.write_text(SLOW, encoding="utf-8")
    monkeypatch.setattr(katex, "NODEJS_BINARY", NODE)
    monkeypatch.setattr(katex, "SCRIPT_PATH", str(script))
    monkeypatch.setattr(katex.KaTeXServer, "katex_path", "katex.min.js")
    monkeypatch.setattr(katex.KaTeXServer, "katex_server", None)
    yield
    mathematics.stop_server()


def set_formula(latex: str, page: str = "chapters/01_page") -> str:
    """What the translator's body holds after the visit of a formula."""
    config = SimpleNamespace(katex_prerender=True)
    builder = SimpleNamespace(config=config, current_docname=page)
    translator = SimpleNamespace(body=[], builder=builder, starttag=lambda *_, **__: "<span>")
    with pytest.raises(nodes.SkipNode):
        mathematics.patient(katex.html_visit_math)(translator, nodes.math("", latex))
    return "".join(translator.body)


def test_a_server_that_listens_late_is_awaited(slow_server: None) -> None:
    mathematics.start_server()
    assert set_formula("d_k") == "<span><d_k></span>"


def test_neither_side_holds_back_what_it_sends(slow_server: None) -> None:
    mathematics.start_server()
    connection = katex.KaTeXServer.katex_server.sock
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert set_formula("held back?") == "<span><false></span>"


def test_a_server_that_was_lost_is_replaced(slow_server: None) -> None:
    mathematics.start_server()
    lost = katex.KaTeXServer.katex_server
    lost.process.kill()
    lost.process.wait()
    assert set_formula("d_k") == "<span><d_k></span>"
    assert katex.KaTeXServer.katex_server is not lost


def test_a_formula_that_cannot_be_set_stands_as_it_was_written_and_is_reported(
    slow_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        mathematics.LOG, "warning", lambda text, *args, **_: said.append(text % args)
    )
    mathematics.start_server()
    assert set_formula("die") == '<code class="math">die</code>'
    assert len(said) == 1
    assert "KaTeX could not set 'die'" in said[0]
    assert set_formula("d_k") == "<span><d_k></span>"


def test_a_server_that_ends_at_once_is_reported_with_its_status(
    slow_server: None, tmp_path: Path
) -> None:
    (tmp_path / "slow.js").write_text("process.exit(7);", encoding="utf-8")
    with pytest.raises(ExtensionError, match="ended with status 7"):
        mathematics.start_server()


def test_a_missing_node_is_named(slow_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(katex, "NODEJS_BINARY", "no-such-node")
    with pytest.raises(ExtensionError, match="'no-such-node'"):
        mathematics.start_server()


def test_node_sets_a_formula_where_a_package_json_above_speaks_of_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The libraries lie in a folder of the project, whose package.json may say "module"."""
    monkeypatch.setattr(katex.KaTeXServer, "katex_path", "katex.min.js")
    monkeypatch.setattr(katex.KaTeXServer, "katex_server", None)
    monkeypatch.setattr(katex, "NODEJS_BINARY", NODE)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    monkeypatch.setattr(mathematics.tempfile, "tempdir", str(tmp_path))
    mathematics.start_server()
    assert 'class="katex"' in set_formula("d_k")
    inked = set_formula(r"Q W_K^\top", "chapters/03_queries_keys_values")
    assert inked.count('class="enclosing book-q"') == inked.count('class="enclosing book-k"') == 1
    assert r'<annotation encoding="application/x-tex">Q W_K^\top</annotation>' in inked
    assert inked.count("<math") == inked.count('class="katex-html"') == 1
    mathematics.stop_server()
