"""What becomes of a notebook cell's output: widgets, pictures and their alt text.

myst-nb keeps every form of an output (picture, text, widget view) until it knows the builder, and
then picks one (its `SelectMimeType`). Here we step in before that choice, so that a widget can
keep its picture as a fallback. myst-nb finds `OutputRenderer` by the entry point that the folder
`book/extension.dist-info` declares.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import imagesize
from docutils import nodes
from myst_nb.core.render import WIDGET_STATE_MIMETYPE, WIDGET_VIEW_MIMETYPE, MimeData
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from extension.themes import twins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myst_nb.core.render import NbElementRenderer
    from sphinx.application import Sphinx

LOG = logging.getLogger(__name__)
HOST = "afm-host.js"
STATE_KEY = "ipywidgets_state"
# Traits that only a kernel or ipywidgets' own front end reads.
HOUSEKEEPING = {
    "layout", "tabbable", "tooltip", "_dom_classes", "_anywidget_id", "_view_count",
    "_model_module", "_model_module_version", "_model_name",
    "_view_module", "_view_module_version", "_view_name",
}  # fmt: skip


class afm_widget(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """A live widget with its picture inside."""


class OutputRenderer:
    """A myst-nb plugin: pictures with alt text, widget views as nodes that know their model."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = ()

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Render pictures and widget views; leave every other form to myst-nb."""
        if data.mime_type == WIDGET_VIEW_MIMETYPE:
            view = data.content
            view = json.loads(view) if isinstance(view, str) else view
            return [nodes.container(model_id=view["model_id"])]
        if data.mime_type == "image/png":
            images = renderer.render_image(data)
            own = data.output_metadata.get("image/png", {})
            alt = own.get("alt") or data.output_metadata.get("alt")
            for image in images if alt else ():
                image["alt"] = str(alt)
            return images
        return None


def page_state(env: Any, docname: str) -> dict[str, Any]:
    """The widget models that executing this page left behind, by model id."""
    script = NbMetadataCollector.get_js_files(env, docname).get(STATE_KEY)
    if script is None:
        return {}
    return json.loads(script[1]["body"]).get("state", {})


class WidgetOutputs(SphinxPostTransform):  # type: ignore[misc]
    """Turn widget views into live widgets with a fallback."""

    default_priority = 3  # before myst-nb's SelectMimeType
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Replace each bundle that holds a widget view."""
        state = page_state(self.env, self.env.docname)
        for bundle in list(self.document.findall(_is_mime_bundle)):
            forms = {form["mime_type"]: form for form in bundle.children}
            if WIDGET_VIEW_MIMETYPE not in forms:
                continue
            view = forms[WIDGET_VIEW_MIMETYPE][0]
            if "model_id" not in view:
                raise ExtensionError(
                    "myst-nb did not find OutputRenderer by the entry point of "
                    "book/extension.dist-info, group myst_nb.mime_renderers"
                )
            model_id = view["model_id"]
            model = state.get(model_id)
            if model is None:
                LOG.warning("no saved state for widget %s: run it again", model_id, location=bundle)
                bundle.parent.remove(bundle)
            elif model["model_module"] == "anywidget":
                pictures = forms["image/png"].children if "image/png" in forms else []
                if not pictures:
                    LOG.warning("a widget without a picture of itself", location=bundle)
                kind = model["state"].get("_anywidget_id", "").rpartition(".")[2]
                bundle.replace_self(afm_widget("", *pictures, model_id=model_id, kind=kind))
            else:
                raise ExtensionError("notebook_only did not take out a view that needs Python")


def _is_mime_bundle(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"


class afm_picture(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """A picture in two files, of which the page shows the one for its theme."""


class Pictures(SphinxPostTransform):  # type: ignore[misc]
    """Give every picture its natural size and its themes, and refuse one that has no alt text."""

    default_priority = 400
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Visit every image of the page."""
        for image in list(self.document.findall(nodes.image)):
            if not image.get("alt", "").strip():
                LOG.warning(
                    'image without alt text: set {"mystnb": {"image": {"alt": ...}}} (%s)',
                    Path(image["uri"]).name,
                    location=image,
                )
            path = Path(self.app.srcdir) / image["uri"].lstrip("/")
            if path.suffix == ".png" and path.is_file():
                image.replace_self(self.in_themes(image, path))

    def in_themes(self, image: nodes.image, path: Path) -> afm_picture:
        """The picture in its two files, which the builder is told to copy."""
        files = twins(path, kept_pictures(self.app))
        for file in files.values():
            self.app.builder.images[str(file)] = file.name
        return afm_picture(
            "",
            alt=image.get("alt", ""),
            files={theme: file.name for theme, file in files.items()},
            size=natural_size(path),
            width=image.get("width"),
        )


def kept_pictures(app: Sphinx) -> Path:
    """Where the pictures for each theme are kept from one build to the next."""
    return Path(app.outdir).resolve().parent / "pictures"


def forget_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Remove kept pictures that no page shows any more."""
    if exception or app.builder.name != "html":
        return
    for file in kept_pictures(app).glob("*.png"):
        if str(file) not in app.builder.images:
            file.unlink()


def natural_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture in CSS pixels (96 an inch), by the resolution of its file."""
    width, height = imagesize.get(path)
    per_inch, _ = imagesize.getDPI(path)
    scale = 96 / (per_inch if per_inch > 0 else 96)
    return round(width * scale), round(height * scale)


def visit_picture(translator: Any, node: afm_picture) -> None:
    """Write both pictures; the browser loads the one that its style sheet shows, as it comes near.

    Width and height say how much room a picture takes before it is there.
    """
    width, height = node["size"]
    style = f' style="width: {escape(str(node["width"]))}"' if node["width"] else ""
    for theme, name in node["files"].items():
        translator.body.append(
            f'<img class="only-{theme}" src="{translator.builder.imgpath}/{name}"'
            f' alt="{escape(node["alt"])}" width="{width}" height="{height}"{style}'
            ' loading="lazy" decoding="async"/>'
        )
    raise nodes.SkipNode


def script_safe(value: Any) -> str:
    """JSON that can stand inside a script element, whatever its strings say."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def pruned(state: dict[str, Any], model_ids: list[str]) -> dict[str, Any]:
    """The state of the shown models alone, without what only a kernel reads.

    A model's program and styles stand in one list, styles first, and the model says which: what
    several share then stands close enough together to be packed once.
    """
    kept = {}
    texts = [state[i]["state"][name] for name in ("_css", "_esm") for i in model_ids]
    texts = list(dict.fromkeys(texts))
    for model_id in model_ids:
        model = {key: value for key, value in state[model_id].items() if key != "state"}
        traits = {k: v for k, v in state[model_id]["state"].items() if k not in HOUSEKEEPING}
        traits |= {name: texts.index(traits[name]) for name in ("_css", "_esm")}
        kept[model_id] = {**model, "state": traits}
    return {"version_major": 2, "version_minor": 0, "texts": texts, "state": kept}


def add_widget_scripts(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the state and the host on a page that shows a widget, and nothing on others."""
    if doctree is None:
        return
    shown = [node["model_id"] for node in doctree.findall(afm_widget)]
    body = ""
    if shown:
        body = script_safe(pruned(page_state(app.env, pagename), list(dict.fromkeys(shown))))
        app.add_js_file(None, body=body, type=WIDGET_STATE_MIMETYPE)
        app.add_js_file(HOST, defer="defer")

    def stays(script: Any) -> bool:
        """All but what myst-nb has added: the state of the whole kernel."""
        attributes = getattr(script, "attributes", {})
        return attributes.get("type") != WIDGET_STATE_MIMETYPE or attributes["body"] == body

    context["script_files"] = [script for script in context["script_files"] if stays(script)]


def visit_widget(translator: Any, node: afm_widget) -> None:
    """Open the widget's place."""
    translator.body.append(
        f'<div class="afm-widget" data-widget="{node["kind"]}" data-model-id="{node["model_id"]}">'
        '<figure class="afm-fallback">'
    )


def depart_widget(translator: Any, _node: afm_widget) -> None:
    """Close it."""
    translator.body.append("</figure></div>\n")


def setup(app: Sphinx) -> None:
    """Register the transforms and the page hook, which comes after myst-nb's."""
    app.add_node(afm_widget, html=(visit_widget, depart_widget))
    app.add_node(afm_picture, html=(visit_picture, None))
    app.add_post_transform(WidgetOutputs)
    app.add_post_transform(Pictures)
    app.connect("html-page-context", add_widget_scripts, priority=900)
    app.connect("build-finished", forget_pictures)
