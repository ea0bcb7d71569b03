"""Small examples of the chapters' widgets, for the tests."""

from collections.abc import Sequence

import torch

from attention.data.vocabulary import END_MARK
from attention.trained.role_taggers import SENTENCE, position_example
from attention.trained.small_gpt import DIAGRAMS, small_gpt_reader
from attention.trained.smollm2 import smollm2_example
from attention.widgets import (
    AlignmentExplorer,
    AttentionExplorer,
    BlockDiagram,
    DecoderStep,
    EncoderDecoderMachine,
    GPTExplorer,
    HeadExplorer,
    HeadSplit,
    MaskPainter,
    NextToken,
    NormBars,
    OnlineSoftmax,
    PhaseChange,
    PositionExplorer,
    PrefillDecode,
    QualityByLength,
    QueryArrow,
    ResidualStream,
    ScalingExplorer,
    SharedHeads,
    SoftmaxBars,
    TranslationExplorer,
    WindowCache,
)
from attention.widgets.encoder_decoder_machine.machine import shapes

SOURCE = ["the", "cat", "sleeps", "and", "a", "door", "falls", "and", "the", "moon", "shines"]
TARGET = ["le", "chat", "dort", "et", "une", "porte", "tombe", "et", "la", "lune", "brille"]
CUTS = [3, 7, 11]  # 1, 2 and 3 clauses
M, N, L, D = 2, 2, 3, 5
S, T, D_ATTN, D_KEY = 7, 5, 3, 11


def attention(**arguments: object) -> AttentionExplorer:
    """Seven words of twelve numbers, and so one, two, three, four or six heads."""
    given = {name: torch.randn(7, 12) for name in ("query", "key", "value")}
    words = ["The", "cat", "sat", "on", "my", "mat", "."]
    return AttentionExplorer(**{"tokens": words} | given | arguments)


def translation_arguments() -> dict[str, object]:
    """Two models, two sentences, three lengths; the second model forgets the last word."""
    right = [TARGET[:cut] for cut in CUTS]
    outputs = [[right] * N, [[words[:-1] for words in right]] * N]
    return {
        "sources": [[SOURCE[:cut] for cut in CUTS]] * N,
        "references": [right] * N,
        "models": ("fixed vector", "reversed source"),
        "outputs": outputs,
        "chances": [[[[0.5] * len(w) for w in of] for of in model] for model in outputs],
        "states": torch.randn(M, N, L, D),
        "scores": torch.tensor([[1.0, 0.75, 0.0], [1.0, 0.5, 0.25]]),
        "lengths": [1, 2, 3],
    }


def machine(**arguments: object) -> EncoderDecoderMachine:
    """A random machine of five numbers, two sentences of one and two clauses; two words written."""
    chance = torch.Generator().manual_seed(4)
    marks = ["⟨padding⟩", "⟨start⟩", END_MARK]
    vocabularies = [marks + sorted(set(words)) for words in (SOURCE, TARGET)]
    sizes = shapes(*map(len, vocabularies), 5, 3)
    other = [["a", "cat", "falls"], ["a", "cat", "falls", "and", "the", "door", "shines"]]
    first = [TARGET[:3], ["porte", "chat", "le", "porte", "dort", "et", "le"]]
    right = [["un", "chat", "tombe"], ["un", "chat", "tombe", "et", "la", "porte", "brille"]]
    given = {
        "weights": [1.5 * torch.randn(*size, generator=chance) for size in sizes],
        "source_words": vocabularies[0], "target_words": [*vocabularies[1], "un"],
        "sources": [[SOURCE[:cut] for cut in CUTS[:2]], other],
        "references": [first, right],
        "length": 2, "step": 11,
    }  # fmt: skip
    given["weights"][3] = torch.randn(len(given["target_words"]), 3, generator=chance)
    given["weights"][8] = 2 * torch.randn(len(given["target_words"]), 6, generator=chance)
    return EncoderDecoderMachine(**given | arguments)


def translation(**arguments: object) -> TranslationExplorer:
    return TranslationExplorer(**translation_arguments() | arguments)


def alignment_arguments() -> dict[str, object]:
    """Two sentences of different lengths; numbers with distinct primes for their sizes."""
    sources = [[f"s{j}" for j in range(S)], ["a", "b"]]
    outputs = [[f"t{i}" for i in range(T)], ["x", "⟨end⟩"]]
    return {
        "sources": sources,
        "outputs": outputs,
        "queries": [torch.randn(len(words), D_ATTN) for words in outputs],
        "keys": [torch.randn(len(words), D_ATTN) for words in sources],
        "score_vector": 3 * torch.randn(D_ATTN),
        "annotations": [torch.randn(len(words), D_KEY) for words in sources],
        "candidates": [[[(w, 0.9), ("other", 0.05)] for w in words] for words in outputs],
    }


def alignment(**arguments: object) -> AlignmentExplorer:
    return AlignmentExplorer(**alignment_arguments() | arguments)


def decoder_step(**arguments: object) -> DecoderStep:
    """Seven words are read, five are written; each way to write a word has its own chances."""
    given = alignment_arguments()
    one = {name: given[name][0] for name in ("queries", "keys", "annotations")}
    one |= {"source": given["sources"][0], "output": given["outputs"][0]}
    chances = 0.5 + torch.rand(T, 1 + S) / 2
    one["candidates"] = [
        [[(f"t{t}", p), ("other", (1 - p) * 2 / 3)] for p in row]
        for t, row in enumerate(chances.tolist())
    ]
    return DecoderStep(**one | {"score_vector": given["score_vector"]} | arguments)


def scaling(**arguments: object) -> ScalingExplorer:
    """Five keys of eight numbers, and so four stops of d_k."""
    given = {"query": torch.randn(8), "keys": 2 * torch.randn(5, 8), "d_k": 4}
    return ScalingExplorer(**given | arguments)


def position(**arguments: object) -> PositionExplorer:
    """Five words, one of them twice; a model for each scheme, all sizes different."""
    n, words = 5, ["an", "elk", "an", "owl", "sees"]
    embeddings = torch.randn(n, len(words), 6)
    embeddings[:, 2] = embeddings[:, 0]
    given = {
        "words": words,
        "embeddings": embeddings,
        "w_q": torch.randn(n, 4, 6),
        "w_k": torch.randn(n, 4, 6) / 2,
        "w_v": torch.randn(n, 3, 6),
        "learned": torch.randn(7, 6),
        "readout": torch.randn(n, 2, 3),
        "roles": ["thing", "deed"],
    }
    return PositionExplorer(**given | arguments)


HEADS_TOKENS = ["an", " owl", "an", " owl", " sees"]


def head_weights() -> torch.Tensor:
    """Causal weights of 3 layers with 2 heads over 5 tokens, (3, 2, 5, 5)."""
    scores = 2 * torch.randn(3, 2, 5, 5, generator=torch.Generator().manual_seed(5))
    return scores.masked_fill(torch.ones(5, 5).triu(1).bool(), -torch.inf).softmax(dim=-1)


def heads(**arguments: object) -> HeadExplorer:
    given = {"tokens": HEADS_TOKENS, "weights": head_weights(), "layer": 1, "head": 0}
    return HeadExplorer(**given | arguments)


def phase(**arguments: object) -> PhaseChange:
    """Two runs of four steps, the steps unevenly far apart; seven tokens, of which three repeat."""
    scores = 2 * torch.randn(2, 4, 2, 7, 7, generator=torch.Generator().manual_seed(3))
    maps = scores.masked_fill(torch.ones(7, 7).triu(1).bool(), -torch.inf).softmax(dim=-1)
    losses = torch.tensor([[4.0, 3.5, 1.0, 0.5], [3.75, 1.5, 1.25, 1.0]])
    rising = torch.tensor([[0.05, 0.1, 0.5, 0.9], [0.1, 0.65, 0.7, 0.8]])
    curves = torch.stack([losses, rising / 2, rising], dim=-1)
    given = {"tokens": list("abcdabc"), "steps": [0, 10, 30, 50], "runs": ["one", "two"]}
    return PhaseChange(**given | {"curves": curves, "maps": maps, "step": 30} | arguments)


def quality(**arguments: object) -> QualityByLength:
    """Two seeds at four lengths, one not like the other; at length 3 a word of each kind."""
    whole = [[1.0, 0.75, 0.25, 0.0], [0.75, 0.5, 0.0, 0.0]]
    words = [[1.0, 0.9375, 0.875, 0.625], [0.9375, 0.875, 0.8125, 0.5]]
    given = {
        "lengths": [1, 2, 3, 5],
        "sources": [["an", "owl"], ["an", "elk", "sees"], list("abcd"), list("abcdef")],
        "references": [["un", "hibou"], ["un", "elan", "voit"], list("wxyz"), list("uvwxyz")],
        "outputs": [["un", "hibou"], ["un", "elan", "voit"], list("wkyzz"), list("uvw")],
        "scores": [whole, words],
        "trained": 3,
        "length": 3,
    }
    return QualityByLength(**given | arguments)


def split(**arguments: object) -> HeadSplit:
    """Five tokens of twelve numbers."""
    given = {name: torch.randn(5, 12) for name in ("query", "key", "value")}
    given |= {"tokens": ["an", " elk", " sees", " an", " owl"], "w_o": torch.randn(12, 12)}
    return HeadSplit(**given | arguments)


def stream(**arguments: object) -> ResidualStream:
    """Four parts that add eleven numbers each; six tokens may come next."""
    given = {
        "names": ["embedding", "first", "second", "third"],
        "contributions": torch.randn(4, 11) * torch.tensor([1.0, 0.4, 2.5, 1.5])[:, None],
        "candidates": [" a", "b", "c\n", "d", "e", "f"],
        "readout": torch.randn(6, 11),
        "offsets": torch.randn(6),
        "others": torch.randn(4),
        "text": "they read",
    }
    return ResidualStream(**given | {"right": 4, "layer": 2} | arguments)


def norm(**arguments: object) -> NormBars:
    """Five numbers with gains and biases of their own."""
    given = {"values": [2.0, -1.25, 0.5, -3.0, 1.0]}
    given |= {"gain": [1.0, 2.0, -0.5, 1.5, 0.75], "bias": [0.5, 0.0, -1.0, 0.25, 2.0]}
    return NormBars(**given | arguments)


def next_token(**arguments: object) -> NextToken:
    """Five tokens with a name, and twelve others."""
    logits = (2 * torch.randn(17)).sort(descending=True).values
    given = {"tokens": [" to", "be", "or", "not", "\n"], "logits": logits, "text": "they read"}
    return NextToken(**given | arguments)


def online(**arguments: object) -> OnlineSoftmax:
    """Seven keys in tiles of three, of which two are read; the maximum rises in the second."""
    given = {"scores": [0.5, 1.5, -0.25, 1.0, 2.0, 0.1, 3.0], "values": [4, -2, 6, 1, 8, -5, 0.5]}
    return OnlineSoftmax(**given | {"size": 3, "step": 2} | arguments)


def query_arrow(**arguments: object) -> QueryArrow:
    """Four entries of three numbers, all different."""
    given = {
        "names": ["clear", "gale", "fog", "snow"],
        "keys": [[1.0, 0.0], [-0.6, 0.8], [-0.6, -0.8], [1.5, 1.2]],
        "values": [[24.0, 0.0, 1.0], [14.0, 9.0, 0.5], [12.0, 1.0, -2.0], [-3.0, 4.0, 0.0]],
        "value_names": ["°C", "mm", "other"],
    }
    return QueryArrow(**given | arguments)


def softmax_bars(**arguments: object) -> SoftmaxBars:
    return SoftmaxBars(**{"names": ["p", "q", "r", "s"], "scores": [0.5, 2, -1, 1]} | arguments)


# As the chapters build them, with what is stored of trained models.


def stored_heads(**arguments: object) -> HeadExplorer:
    return HeadExplorer(**smollm2_example() | arguments)


def stored_position(words: Sequence[str] = SENTENCE, **arguments: object) -> PositionExplorer:
    return PositionExplorer(**position_example(words) | arguments)


def diagram(**arguments: object) -> BlockDiagram:
    return BlockDiagram(**{"presets": DIAGRAMS} | arguments)


def gpt(**arguments: object) -> GPTExplorer:
    return GPTExplorer(**{"reader": small_gpt_reader()} | arguments)


def painted_mask(*hidden: tuple[int, int]) -> list[list[bool]]:
    """A mask (5, 5) from which some cells, (query, key), are hidden."""
    return [[(t, s) not in hidden for s in range(5)] for t in range(5)]


def painter(**arguments: object) -> MaskPainter:
    given = {"tokens": ["The", "cat", "sat", "down", "."], "scores": 1.5 * torch.randn(5, 5)}
    return MaskPainter(**given | {"query": 2} | arguments)


def shared(**arguments: object) -> SharedHeads:
    """Six heads over three; widths that differ."""
    given = {"n_heads": 6, "n_kv_heads": 3, "d_head": 20, "d_latent": 50, "d_rope": 7}
    return SharedHeads(**given | arguments)


def windowed(**arguments: object) -> WindowCache:
    """Nine of twelve read: a sink, a window of three, two layers, so that all kinds are there."""
    return WindowCache(**{"step": 9, "window": 3, "n_sink": 1, "n_layers": 2} | arguments)


def passes(**arguments: object) -> PrefillDecode:
    """Sixty-four texts; the third of five passes that write."""
    return PrefillDecode(**{"prompt": 512, "written": 5, "batch": 64, "step": 3} | arguments)
