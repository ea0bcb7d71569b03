"""Every widget of the book, in one table that the tests of all hosts walk.

``tests/unit/widgets/test_table.py`` holds it to ``attention.widgets.__all__`` and to the chapters,
so that no widget is forgotten and no check runs on nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from widget_examples import (
    alignment,
    attention,
    diagram,
    gpt,
    heads,
    next_token,
    norm,
    online,
    painter,
    position,
    query_arrow,
    scaling,
    softmax_bars,
    split,
    stream,
    translation,
)
from widgets_drawn import (
    Drawn,
    drawn_alignment,
    drawn_attention,
    drawn_gpt,
    drawn_heads,
    drawn_picture,
    drawn_position,
    drawn_scaling,
    drawn_split,
    drawn_translation,
    load_and_choose,
    open_all,
    sharp_attention,
    three_lengths,
    unsure_translator,
)
from widgets_drawn_costs import drawn_cache, drawn_costs, drawn_diagram, four_heads, long_sequence
from widgets_drawn_slices import drawn_histogram, drawn_query, drawn_softmax
from widgets_drawn_small import (
    apart,
    drawn_arrows,
    drawn_ball,
    drawn_fit,
    drawn_mask,
    half_fitted,
    half_painted,
    overshooting,
)
from widgets_drawn_stream import drawn_next, drawn_norm, drawn_online, drawn_stream

from attention import widgets
from attention.widgets import (
    AttentionPicture,
    CacheCalculator,
    CostExplorer,
    DotProduct,
    DownhillBall,
    LineFit,
    ScoreHistogram,
)
from attention.widgets.base.widget import BookWidget


class Row(NamedTuple):
    """A widget, where it stands, and a question by which page and Python can be compared.

    Attributes:
        name: The class's name in ``attention.widgets``.
        make: Builds a small example; it takes the class's arguments. A class or a function that
            another module can import from where it stands: JupyterLab's kernel does.
        chapters: The chapters that show it, by file name without ending; none of a widget that no
            chapter shows yet.
        view: The view on the page, as a CSS selector.
        controls: The ``data-control`` of all that can be moved in the example.
        slider: A slider that moves the widget: its ``data-control``, which is also the trait's name
            and the view's data attribute. It can move down from where the example stands.
        spoken: What that slider says, as a pattern; {0} stands for the value, {1} for the next one.
        announces: What the live region says after a move, as a pattern.
        also: Another trait with a value that differs from the example's, as Python writes it; the
            trait is a data attribute of the view, too. The slider's own where it is the only one.
        place: Where the page shows a number: a CSS selector within the view, and the attribute.
        number: The same number in Python, as an expression in the widget ``w``.
        drawn: An example whose numbers would look different transposed, shifted or of another
            query, and a check that its screen shows them, from pixels.
    """

    name: str
    make: Callable[..., BookWidget]
    chapters: tuple[str, ...]
    view: str
    controls: frozenset[str]
    slider: str
    spoken: str
    announces: str
    also: tuple[str, str]
    place: tuple[str, str]
    number: str
    drawn: Drawn

    @property
    def kind(self) -> type[BookWidget]:
        """The class itself."""
        return getattr(widgets, self.name)

    def said(self, value: float) -> str:
        """The pattern of what the slider says at a value."""
        return self.spoken.format(written(value), written(value + 1))


def written(value: float) -> str:
    """A slider's value as a page writes it: 1 for 1.0."""
    return str(int(value)) if value == int(value) else str(value)


def read(text: str) -> float:
    """A slider's value that a page wrote; of a whole number an ``int``, as its trait wants it."""
    value = float(text)
    return int(value) if value == int(value) else value


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TABLE = [
    Row(
        "AttentionExplorer",
        make=attention,
        chapters=("03_queries_keys_values", "06_causal_attention", "07_multi_head_attention"),
        view=".afm-explorer",
        controls=_names("mask window heads length head query"),
        slider="length",
        spoken="^{0} of",
        announces="most weight on",
        also=("mask", "'none'"),
        place=("td[data-query='0'][data-key='1']", "data-weight"),
        number="w.weights[w.head, 0, 1].item()",
        drawn=Drawn(sharp_attention, drawn_attention),
    ),
    Row(
        "AttentionPicture",
        make=AttentionPicture,
        chapters=(
            "00_before_you_start",
            "01_rnn_bottleneck",
            "02_bahdanau_attention",
            "03_queries_keys_values",
            "04_scaling",
            "05_self_attention",
            "06_causal_attention",
            "07_multi_head_attention",
            "08_gpt_block",
            "09_inside_a_trained_model",
            "10_quadratic_cost",
            "11_efficient_attention",
        ),
        view=".afm-path",
        controls=_names("part query causal"),
        slider="query",
        spoken="^{1} of 4",
        announces="row of",
        also=("causal", "True"),
        place=("tr[data-chosen] td[data-column='1']", "data-value"),
        number="w.steps[w.part][w.query, 1].item()",
        drawn=Drawn(lambda: AttentionPicture(here="mask", part="heads", query=3), drawn_picture),
    ),
    Row(
        "QueryArrow",
        make=query_arrow,
        chapters=("03_queries_keys_values",),
        view=".afm-query-arrow",
        controls=_names("x y"),
        slider="x",
        spoken="^q₁ ",
        announces="most weight on",
        also=("y", "1.5"),
        place=("[data-figure='1']", "data-value"),
        number="w.context[1].item()",
        drawn=Drawn(lambda: query_arrow(x=-0.5, y=1.5), drawn_query),
    ),
    Row(
        "SoftmaxBars",
        make=softmax_bars,
        chapters=("00_before_you_start", "03_queries_keys_values", "04_scaling"),
        view=".afm-softmax",
        controls=_names("score temperature shift"),
        slider="temperature",
        spoken="^temperature {0}",
        announces="^Weights: [a-z]+[ 0-9]* 0",
        also=("shift", "1.5"),
        place=(".afm-power-row:nth-child(3) .afm-slice", "data-value"),
        number="w.weights[1].item()",
        drawn=Drawn(softmax_bars, drawn_softmax),
    ),
    Row(
        "TranslationExplorer",
        make=translation,
        chapters=("01_rnn_bottleneck",),
        view=".afm-translation",
        controls=_names("example length model"),
        slider="length",
        spoken="^{0} ",
        announces="words? right",
        also=("example", "len(w.sources) - 1"),
        place=(".afm-pairs li[data-written='1']", "data-value"),
        number="w.chance[1]",
        drawn=Drawn(three_lengths, drawn_translation, open_all),
    ),
    Row(
        "AlignmentExplorer",
        make=alignment,
        chapters=("02_bahdanau_attention",),
        view=".afm-alignment",
        controls=_names("example step position"),
        slider="step",
        spoken="^step {1} of",
        announces="most weight on",
        also=("position", "1"),
        place=(".afm-sentence label[data-position='1']", "data-weight"),
        number="w.weights[w.step, 1].item()",
        drawn=Drawn(unsure_translator, drawn_alignment, open_all),
    ),
    Row(
        "ScalingExplorer",
        make=scaling,
        chapters=("04_scaling",),
        view=".afm-scaling",
        controls=_names("d_k temperature scaled"),
        slider="d_k",
        spoken="^{0} dimension",
        announces="most weight on",
        also=("temperature", "2.5"),
        place=("td[data-query='0'][data-key='1']", "data-weight"),
        number="w.jacobian[0, 1].item()",
        drawn=Drawn(scaling, drawn_scaling, open_all),
    ),
    Row(
        "ScoreHistogram",
        make=ScoreHistogram,
        chapters=("04_scaling",),
        view=".afm-score-histogram",
        controls=_names("d_k n_keys scaled again"),
        slider="d_k",
        spoken="^{0} dimension",
        announces="largest weight",
        also=("n_keys", "1024"),
        place=(".afm-share-bar", "data-value"),
        number="w.weights.max().item()",
        drawn=Drawn(lambda: ScoreHistogram(d_k=128, n_keys=256, seed=2), drawn_histogram),
    ),
    Row(
        "PositionExplorer",
        make=position,
        chapters=("05_self_attention",),
        view=".afm-position",
        controls=_names("scheme place causal word swap reverse restore"),
        slider="place",
        spoken="^place {1} of",
        announces="contexts? moved",
        also=("scheme", "'rotary'"),
        place=("td[data-query='0'][data-key='1']", "data-weight"),
        number="w.weights[0, 1].item()",
        drawn=Drawn(
            lambda: position(scheme="rotary", order=[3, 0, 4, 1, 2], word=4, causal=True),
            drawn_position,
        ),
    ),
    Row(
        "HeadExplorer",
        make=heads,
        chapters=("09_inside_a_trained_model",),
        view=".afm-head-explorer",
        controls=_names("pattern layer head strongest"),
        slider="layer",
        spoken="^layer {0},",
        announces="most weight on",
        also=("head", "1"),
        place=(".afm-map td[data-query='3'][data-key='0']", "data-weight"),
        number="w.weights[w.layer, w.head, 3, 0].item()",
        drawn=Drawn(lambda: heads(layer=1, head=1, query_index=3), drawn_heads),
    ),
    Row(
        "HeadSplit",
        make=split,
        chapters=("07_multi_head_attention",),
        view=".afm-split",
        controls=_names("n_heads step transposed"),
        slider="n_heads",
        spoken="^{0} heads? of",
        announces="heads? of",
        also=("step", "'mix'"),
        place=("[data-panel=after] td[data-cell='1']", "data-value"),
        number="w.after.flatten()[1].item()",
        drawn=Drawn(lambda: split(n_heads=3), drawn_split),
    ),
    Row(
        "ResidualStream",
        make=stream,
        chapters=("08_gpt_block",),
        view=".afm-stream",
        controls=_names("layer"),
        slider="layer",
        spoken="part {1} of",
        announces="Likeliest",
        also=("layer", "0"),
        place=(".afm-stream-guesses .afm-share-bar", "data-value"),
        number="w.probabilities[w.layer].max().item()",
        drawn=Drawn(stream, drawn_stream),
    ),
    Row(
        "NormBars",
        make=norm,
        chapters=("08_gpt_block",),
        view=".afm-norm",
        controls=_names("norm times plus x0 x1 x2 x3 x4"),
        slider="times",
        spoken="^times {0}$",
        announces="Norm, times",
        also=("norm", "'rms'"),
        place=("[data-step=input]", "data-value"),
        number="w.input[0].item()",
        drawn=Drawn(lambda: norm(plus=1.0, times=5.0), drawn_norm),
    ),
    Row(
        "NextToken",
        make=next_token,
        chapters=("08_gpt_block",),
        view=".afm-next-token",
        controls=_names("temperature top_k draw many clear"),
        slider="temperature",
        spoken="^temperature {0}$",
        announces="likeliest",
        also=("top_k", "3"),
        place=(".afm-share-bar", "data-value"),
        number="w.shown[0].item()",
        drawn=Drawn(lambda: next_token(top_k=15, draws=60), drawn_next),
    ),
    Row(
        "OnlineSoftmax",
        make=online,
        chapters=("10_quadratic_cost",),
        view=".afm-online",
        controls=_names("size step next again"),
        slider="step",
        spoken="^{0} of . read",
        announces="tiles read",
        also=("size", "1"),
        place=("[data-figure=sum]", "data-value"),
        number="w.parts.total.item()",
        drawn=Drawn(online, drawn_online),
    ),
    Row(
        "BlockDiagram",
        make=diagram,
        chapters=("08_gpt_block",),
        view=".afm-block-diagram",
        controls=_names("preset d_model n_heads n_layers length norm_order"),
        slider="length",
        spoken="^{0} token",
        announces="parameters",
        also=("norm_order", "'post'"),
        place=("[data-figure=scores]", "data-value"),
        number="w.activations['scores']",
        drawn=Drawn(diagram, drawn_diagram),
    ),
    Row(
        "CostExplorer",
        make=CostExplorer,
        chapters=("10_quadratic_cost",),
        view=".afm-cost",
        controls=_names("length n_heads n_layers"),
        slider="length",
        spoken="^{0} token",
        announces="FLOPs",
        also=("n_layers", "7"),
        place=("tr[data-row=attention]", "data-value"),
        number="w.flops.attention",
        drawn=Drawn(long_sequence, drawn_costs),
    ),
    Row(
        "CacheCalculator",
        make=CacheCalculator,
        chapters=("11_efficient_attention",),
        view=".afm-calculator",
        controls=_names("model publish context bytes_per_number kind n_kv_heads window"),
        slider="context",
        spoken="^{0} token",
        announces="than multi-head",
        also=("bytes_per_number", "1"),
        place=("tr[data-row=setting]", "data-value"),
        number="w.total_bytes",
        drawn=Drawn(four_heads, drawn_cache),
    ),
    Row(
        "GPTExplorer",
        make=gpt,
        chapters=("08_gpt_block",),
        view=".afm-gpt",
        controls=_names("text layer head mask length query map"),
        slider="head",
        spoken="^head {0}, counted",
        announces="most weight on",
        also=("mask", "'none'"),
        place=(".afm-guess", "data-value"),
        number="w.guesses[0][1]",
        drawn=Drawn(lambda: gpt(layer=1, head=1), drawn_gpt, load_and_choose),
    ),
    Row(
        "MaskPainter",
        make=painter,
        chapters=("06_causal_attention",),
        view=".afm-painter",
        controls=_names("causal open cell query"),
        slider="query",
        spoken="^row {1} of",
        announces="the future",
        also=("mask", "w.mask_table.tril().tolist()"),
        place=(".afm-steps td[data-step=weight]", "data-value"),
        number="w.weights[w.query, 0].item()",
        drawn=Drawn(half_painted, drawn_mask),
    ),
    Row(
        "DotProduct",
        make=DotProduct,
        chapters=("00_before_you_start",),
        view=".afm-dot-product",
        controls=_names("a1 a2 b1 b2"),
        slider="a1",
        spoken="^a₁ {0}",
        announces="dot product",
        also=("b2", "-1.0"),
        place=("[data-figure=dot]", "data-value"),
        number="w.product",
        drawn=Drawn(apart, drawn_arrows),
    ),
    Row(
        "DownhillBall",
        make=DownhillBall,
        chapters=("00_before_you_start",),
        view=".afm-downhill",
        controls=_names("curve start rate step ten again"),
        slider="rate",
        spoken="^learning rate {0}",
        announces="After .* steps?: w",
        also=("steps", "7"),
        place=("[data-figure=move]", "data-value"),
        number="-w.rate * w.gradient",
        drawn=Drawn(overshooting, drawn_ball),
    ),
    Row(
        "LineFit",
        make=LineFit,
        chapters=("00_before_you_start",),
        view=".afm-line-fit",
        controls=_names("slope intercept rate step twenty undo"),
        slider="rate",
        spoken="^learning rate {0}",
        announces="After .* steps?: slope",
        also=("steps", "7"),
        place=("[data-figure=loss]", "data-value"),
        number="w.loss",
        drawn=Drawn(half_fitted, drawn_fit),
    ),
]
BY_NAME = {row.name: row for row in TABLE}
