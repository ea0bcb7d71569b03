"""Formulas are set by KaTeX in a node process, which is started early and never awaited in vain.

sphinxcontrib.katex starts its server at the first formula, when a long build is nearly done, and
takes the socket's file for a listening server, which on a busy machine it is not yet. So the
server is started here before any notebook runs, and awaited until it has set a formula; one that
is lost later is replaced. Both sides send at once: the library writes a message's length and its
text apart, and TCP would hold the text back until the length is acknowledged, 40 ms later, twice
for each formula. A formula that cannot be set is a warning with its place, which fails the build
at its end, like any other.
"""

from __future__ import annotations

import atexit
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from functools import wraps
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

from extension.inks import inked, with_visible_half

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

LOG = logging.getLogger(__name__)
STARTS = 3
PATIENCE = 60.0  # seconds, for a start and for a formula
SEND_AT_ONCE = '\nserver.on("connection", (client) => client.setNoDelay());\n'
MARKS = re.compile("[]),.;:!?\u2019\u201d]+")  # what no line may begin with
FAULTS = (OSError, struct.error, katex.KaTeXError)


def start_server(patience: float = PATIENCE) -> None:
    """Start KaTeX's server and make sure that it answers.

    Raises:
        ExtensionError: where there is no node, or no start was answered.
    """
    reasons = []
    for _ in range(STARTS):
        try:
            server = _started(patience)
        except FAULTS as error:
            reasons.append(f"{type(error).__name__}: {error}")
            continue
        atexit.register(_end, server)
        katex.KaTeXServer.katex_server = server
        return
    raise ExtensionError(
        f"KaTeX, which sets the formulas, did not start with {katex.NODEJS_BINARY!r}: "
        + "; ".join(dict.fromkeys(reasons))
    )


def _started(patience: float) -> Any:
    """A server that has set a first formula, or an error and nothing left behind."""
    folder = Path(tempfile.mkdtemp(prefix="book_katex"))
    # Under names that node takes for CommonJS, whatever a package.json above this folder says.
    program = folder / "server.cjs"
    program.write_text(Path(katex.SCRIPT_PATH).read_text(encoding="utf-8") + SEND_AT_ONCE, "utf-8")
    shutil.copy(katex.SRC_DIR / katex.KaTeXServer.katex_path, folder / "katex.cjs")
    port = katex.random_free_port()
    command = [katex.NODEJS_BINARY, program, "--port", str(port), "--katex", "./katex.cjs"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server = katex.KaTeXServer(folder, process, None)
    try:
        server.sock = _connected(port, process, patience)
        if "html" not in server.render({"latex": "x"}, patience):
            raise katex.KaTeXError("it does not set x")
    except BaseException:
        _end(server)
        raise
    return server


def _connected(port: int, process: subprocess.Popen[bytes], patience: float) -> socket.socket:
    """A connection to the server, as soon as it listens."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=patience)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            return connection
        except ConnectionRefusedError as error:
            if process.poll() is not None:
                raise katex.KaTeXError(f"it ended with status {process.returncode}") from error
            if time.monotonic() > deadline:
                raise katex.KaTeXError(f"it did not listen within {patience:g} s") from error
            time.sleep(0.01)


def stop_server() -> None:
    """End the server, if there is one; the next formula starts another."""
    server, katex.KaTeXServer.katex_server = katex.KaTeXServer.katex_server, None
    if server is not None:
        atexit.unregister(_end)
        _end(server)


def _end(server: Any) -> None:
    if server.sock is not None:
        server.sock.close()
    server.process.terminate()
    try:
        server.process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
    for pipe in (server.process.stdin, server.process.stdout):
        pipe.close()
    shutil.rmtree(server.rundir, ignore_errors=True)


def patient(visit: Callable[[Any, nodes.Element], None]) -> Callable[[Any, nodes.Element], None]:
    """The visitor, with a new server where the old one was lost; at last a warning."""

    @wraps(visit)
    def visitor(translator: Any, node: nodes.Element) -> None:
        before, reason = len(translator.body), ""
        if "notranslate" not in node["classes"]:  # a browser's translator leaves it alone
            node["classes"] = [*node["classes"], "notranslate"]
        for _ in range(STARTS):
            try:
                if katex.KaTeXServer.katex_server is None:
                    start_server()
                set_in_colours(visit, translator, node)
            except FAULTS as error:
                del translator.body[before:]
                reason = f"{type(error).__name__}: {error}"
                stop_server()
        LOG.warning("KaTeX could not set %r (%s)", node.astext(), reason, location=node)
        translator.body.append(f'<code class="math">{escape(node.astext())}</code>')
        raise nodes.SkipNode

    return visitor


def set_in_colours(visit: Callable[..., None], translator: Any, node: nodes.Element) -> None:
    """Visit a formula; then give the eye one in which queries, keys and values have their inks."""
    before = len(translator.body)
    try:
        visit(translator, node)
    except nodes.SkipNode:
        latex = katex.get_latex(node)
        page = PurePosixPath(translator.builder.current_docname).name
        marked = inked(latex, page)
        if marked != latex:
            display = isinstance(node, nodes.math_block)
            options = {"displayMode": display, "trust": True, "strict": False}
            other = katex.render_latex(marked, options)
            for i in range(before, len(translator.body)):
                translator.body[i] = with_visible_half(translator.body[i], other)
        raise


def hold_marks(_app: Sphinx, document: nodes.document, _docname: str) -> None:
    """Put a formula and the comma behind it into one box: a browser would break the line there."""
    for formula in list(document.findall(nodes.math)):
        following = formula.next_node(descend=False, siblings=True)
        marks = MARKS.match(following) if isinstance(following, nodes.Text) else None
        if marks:
            rest = nodes.Text(following[marks.end() :])
            following.parent.replace(following, rest)
            whole = nodes.inline("", "", classes=["book-whole"])
            formula.replace_self(whole)
            whole += [formula, nodes.Text(marks[0])]


def start_early(app: Sphinx) -> None:
    """Start before the notebooks run: what is missing shows at once."""
    if app.builder.name == "html" and katex.KaTeXServer.katex_server is None:
        start_server()


def setup(app: Sphinx) -> None:
    """Register the renderer `patient_katex`, and the start after the library knows its files."""
    katex.RENDER_TIMEOUT = PATIENCE
    app.add_html_math_renderer(
        "patient_katex",
        inline_renderers=(patient(katex.html_visit_math), None),
        block_renderers=(patient(katex.html_visit_displaymath), None),
    )
    app.connect("builder-inited", start_early, priority=600)
    app.connect("doctree-resolved", hold_marks)
