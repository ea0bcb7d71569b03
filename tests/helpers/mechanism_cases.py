"""What torch makes of attention, its masks, its scale, its heads and order, for node to compare."""

import math
from itertools import product

import torch
from wire import wire

from attention import causal_mask, scaled_dot_product_attention, sliding_window_mask
from attention.functional.masks import MASKS
from attention.functional.positions import (
    POSITION_SCHEMES,
    attention_in_order,
    sinusoidal_positions,
)
from attention.nn.positions import RotaryEmbedding
from attention.widgets import (
    AttentionExplorer,
    AttentionPicture,
    HeadSplit,
    PositionExplorer,
    ScalingExplorer,
)

T, D_MODEL = 11, 12
HEADS = [1, 2, 3, 4, 6, 12]
LENGTHS = [1, 2, 3, 5, 7, 11]
WINDOWS = [1, 3, 11]
SEEDS = [0, 1, 2]


def explorer_case(seed: int) -> dict:
    """One model's traits as the page gets them, and torch's answer for every setting (float64)."""
    generator = torch.Generator().manual_seed(seed)
    projections = 1 if seed == 0 else len(HEADS)  # one for all head counts, or one for each
    spread = (1.0, 3.0, 20.0)[seed]  # from soft weights to nearly one-hot
    tensors = [torch.randn(projections, T, D_MODEL, generator=generator) for _ in range(3)]
    tensors[0] = tensors[0] * spread
    if projections == 1:
        tensors = [x[0] for x in tensors]
    shown = AttentionExplorer([str(i) for i in range(T)], *tensors, head_choices=HEADS)
    answers = []
    for mask, window, n_heads, length in product(MASKS, WINDOWS, HEADS, LENGTHS):
        index = HEADS.index(n_heads)
        query, key, value = (
            (x if x.ndim == 2 else x[index])[:length].double().unflatten(-1, (n_heads, -1)).mT.mT
            for x in (shown.query, shown.key, shown.value)
        )
        query, key, value = (x.transpose(0, 1) for x in (query, key, value))  # (H, T, D)
        with shown.hold_trait_notifications():
            shown.mask, shown.window, shown.length = mask, window, length
        allowed = shown.mask_table
        context, weights = scaled_dot_product_attention(query, key, value, mask=allowed)
        scores = query @ key.mT * query.shape[-1] ** -0.5
        setting = {"mask": mask, "window": window, "nHeads": n_heads, "length": length}
        numbers = {"scores": scores, "weights": weights, "context": context}
        answers.append({**setting, **{name: x.tolist() for name, x in numbers.items()}})
    state = shown.get_state()
    traits = {name: wire(state[name]) for name in ("query", "key", "value")}
    return {"seed": seed, "traits": traits, "choices": HEADS, "answers": answers}


def free_case(seed: int) -> dict:
    """More keys than queries, another value width, a scale, and a random mask with empty rows."""
    generator = torch.Generator().manual_seed(seed)
    query, key = torch.randn(5, 3, generator=generator), torch.randn(7, 3, generator=generator)
    value = torch.randn(7, 2, generator=generator)
    allowed = torch.rand(5, 7, generator=generator) > 0.5
    allowed[seed % 5] = False
    tensors = [x.double() for x in (query, key, value)]
    context, weights = scaled_dot_product_attention(*tensors, mask=allowed, scale=0.7)
    inputs = dict(zip(("query", "key", "value"), tensors, strict=True))
    outputs = {"mask": allowed, "context": context, "weights": weights}
    return {"scale": 0.7, **{name: x.tolist() for name, x in {**inputs, **outputs}.items()}}


def mask_cases() -> dict:
    """The masks that an explorer has, by name; and masks of fewer queries than keys."""
    words = [str(i) for i in range(T)]
    shown = AttentionExplorer(words, *torch.randn(3, T, 2))
    tables: dict = {name: [] for name in MASKS}
    for name, length, window in product(MASKS, LENGTHS, range(1, T + 1)):
        with shown.hold_trait_notifications():
            shown.mask, shown.length, shown.window = name, length, window
        case = {"length": length, "window": window, "table": shown.mask_table.tolist()}
        tables[name].append(case)
    aligned = [aligned_masks(t, s) for t, s in product((1, 2, 5), (5, 7))]
    sized = [name for name, kind in MASKS.items() if "{window}" in kind.words]
    return {"names": list(MASKS), "sized": sized, "tables": tables, "aligned": aligned}


def aligned_masks(n_queries: int, n_keys: int) -> dict:
    """Masks of T queries over S keys."""
    windows = [1, 2, 4]
    return {
        "nQueries": n_queries,
        "nKeys": n_keys,
        "causal": causal_mask(n_queries, n_keys).tolist(),
        "windows": [[w, sliding_window_mask(n_queries, w, n_keys).tolist()] for w in windows],
    }


def split_case(shown: HeadSplit) -> dict:
    """The traits of a few tokens' vectors, and torch's answer for every way to split them."""
    width = shown.query.shape[1]
    heads = [n for n in range(1, width + 1) if width % n == 0]
    answers = []
    for n_heads, transposed, causal in product(heads, (True, False), (True, False)):
        with shown.hold_trait_notifications():
            shown.n_heads, shown.transposed, shown.causal = n_heads, transposed, causal
        shape = (n_heads, len(shown.tokens), -1)
        given = [x.double() for x in (shown.query, shown.key, shown.value)]
        query, key, value = (
            x.unflatten(1, (n_heads, -1)).movedim(1, 0) if transposed else x.reshape(shape)
            for x in given
        )
        context = torch.nn.functional.scaled_dot_product_attention(
            query, key, value, is_causal=causal
        )
        joined = torch.cat(list(context), dim=-1)
        setting = {"nHeads": n_heads, "transposed": transposed, "causal": causal}
        numbers = {"queries": query, "contexts": context, "joined": joined}
        numbers |= {"weights": shown.weights, "output": joined @ shown.w_o.double()}
        answers.append({**setting, **{name: x.tolist() for name, x in numbers.items()}})
    state = shown.get_state()
    traits = {name: wire(state[name]) for name in ("query", "key", "value", "w_o")}
    return {"traits": traits, "answers": answers}


def saturation_case(shown: ScalingExplorer) -> dict:
    """The traits of a query with its keys, and torch's answer for every setting (float64)."""
    answers = []
    widths = [2**i for i in range(len(shown.query).bit_length())]
    for d_k, temperature, scaled in product(widths, (0.1, 0.63, 1.0, 10.0), (False, True)):
        with shown.hold_trait_notifications():
            shown.d_k, shown.temperature, shown.scaled = d_k, temperature, scaled
        scores = shown.scores
        weights = torch.softmax(scores, dim=-1)
        jacobian = torch.autograd.functional.jacobian(lambda x: torch.softmax(x, dim=-1), scores)
        numbers = {
            "products": shown.key_vectors[:, :d_k].double() @ shown.query[:d_k].double(),
            "scores": scores,
            "weights": weights,
            "jacobian": jacobian,
            "deviation": scores.std(correction=0),
            "entropy": torch.distributions.Categorical(weights).entropy() / math.log(2),
            "norm": torch.linalg.matrix_norm(jacobian),
        }
        setting = {"dK": d_k, "temperature": temperature, "scaled": scaled}
        answers.append({**setting, **{name: x.tolist() for name, x in numbers.items()}})
    state = shown.get_state()
    traits = {name: wire(state[name]) for name in ("query", "key_vectors")}
    return {"traits": traits, "answers": answers}


def flow_cases() -> dict:
    """The recurring picture's numbers, and what torch makes of them with and without the mask."""
    answers = []
    for causal in (False, True):
        steps = AttentionPicture(causal=causal).steps
        answers.append({"causal": causal, "parts": {n: x.tolist() for n, x in steps.items()}})
    for answer in answers:  # JSON has no word for minus infinity
        masked = answer["parts"]["mask"]
        answer["parts"]["mask"] = [[None if x == -math.inf else x for x in row] for row in masked]
    return {"numbers": AttentionPicture().numbers, "answers": answers}


def order_case(shown: PositionExplorer) -> dict:
    """A sentence's traits, and what the package makes of every scheme, mask and some orders."""
    n = len(shown.words)
    orders = [list(range(n)), list(reversed(range(n))), [*range(1, n), 0], [n - 1, *range(n - 1)]]
    answers = []
    for number, scheme in enumerate(POSITION_SCHEMES):
        tensors = [
            (tensor[number] if tensor.ndim == 3 else tensor).double()
            for tensor in (shown.embeddings, shown.w_q, shown.w_k, shown.w_v, shown.readout)
        ]
        x, *projections, readout = tensors
        for order, causal in product(orders, (False, True)):
            mask = causal_mask(n) if causal else None
            learned = shown.learned.double()
            context, weights = attention_in_order(
                scheme, x[order], *projections, learned, mask=mask
            )
            with shown.hold_trait_notifications():
                shown.scheme, shown.order, shown.causal = scheme, order, causal
            found = {"context": context, "weights": weights, "moved": shown.moved}
            found |= {"answers": (context @ readout.T).argmax(dim=-1)}
            setting = {"scheme": scheme, "number": number, "order": order, "causal": causal}
            answers.append(setting | {name: x.tolist() for name, x in found.items()})
    state = shown.get_state()
    names = ("embeddings", "w_q", "w_k", "w_v", "learned", "readout")
    return {"traits": {name: wire(state[name]) for name in names}, "answers": answers}


def sinusoid_cases() -> list[dict]:
    """Rows of the package's table of waves, and vectors that it turned."""
    found = []
    for size in (2, 6, 16):
        table = sinusoidal_positions(8, size)
        vectors = torch.randn(8, size, dtype=torch.float64)
        turned = RotaryEmbedding(size)(vectors[None, None])[0, 0]
        numbers = {"table": table, "vectors": vectors, "turned": turned}
        found.append({name: x.tolist() for name, x in numbers.items()})
    return found
