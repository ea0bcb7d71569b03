"""What the page's GPT is held to: torch's numbers, the tokenizers library's ids, damaged files."""

import json
import random
from pathlib import Path

import torch
from safetensors.torch import save_file

from attention import GPT, GPTConfig
from attention.trained import small_gpt
from attention.trained.small_gpt import small_gpt_reader
from attention.widgets.gpt_explorer import reader as reading

READER = small_gpt_reader()

# Sizes of which no two are the same, so that a mixed-up axis shows.
SHAPES = {
    "one": GPTConfig(n_tokens=37, max_len=11, d_model=6, n_layers=1, n_heads=1),
    "two": GPTConfig(n_tokens=53, max_len=13, d_model=10, n_layers=2, n_heads=5),
    "three": GPTConfig(n_tokens=41, max_len=9, d_model=14, n_layers=3, n_heads=7),
}
TEXTS = {
    "To be, or not to be: that is the question": (1, 2, 3, 7, 12),
    "HAMLET\nO Romeo, <b>Romeo</b>! 😀 \t wherefore art thou": (1, 5, 19),
    "My lord, the king is dead, and all the " * 6: (63, 64),
}
WORDS = [
    *("", "a", " ", "  ", "\n", "\r\n", "\r", "a\r\nb\r c\n\r", "\t", "\t\tx \t y\t", "a  b   c"),
    *("To be, or not to be: that is", "  at the start", "at the end  ", "one \n two\n\n \t\n"),
    *("don't we'll I'd 'tis they'RE 'S 's's", "1234567 89 ½ ٣٤", "co-op, e.g. (so)!!!", "Ω≈ç√∫µ"),
    *("<script>alert('x')</script>", "&lt;&amp;", "';--", "\\x00", "${x}", "{{7*7}}", "%00%0a"),
    *("😀", "👩\u200d👩\u200d👧\u200d👦 ok 👍🏽", "🇩🇪🇫🇷", "e\u0301\u0327\u0323", "נִקּוּד", "हिन्दी"),
    *("日本語のテキスト", "한국어", "\ufeffstart", "\x00\x01\x02\x1f\x7f", "\x80\x85\x9f\xa0"),
    *("a\u200bb\u200dc\ufeffd", "\u202eabc\u202c", "a\u2028b\u2029c", "\u3000wide\u2003em\u180e"),
    *("\ufffd\ufffe\uffff", "__proto__ constructor", "a" * 10_000, "ab" * 5_000, "😀" * 2_500),
    *("<b>" * 3_333, " " * 10_000, "\n" * 10_000),
]
POOLS = (
    "abc ehtou'strdl",
    "  \n\t\r\x0b\x85\xa0\u2003",
    "éß漢字١٢",
    "😀👍🏽\u200d\ufe0f",
    "ABC,.;!?--'\u2019“”",
)


def write_gpt_cases(folder: Path) -> None:
    """Write the models as safetensors files, and gpt.json with what they should answer."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        models = {name: random_model(config) for name, config in SHAPES.items()}
    for name, model in models.items():
        save(model, folder / f"{name}.safetensors", half=name != "two")
    (folder / "trained.safetensors").write_bytes(small_gpt.WEIGHTS.read_bytes())
    chance = random.Random(0)
    found = {
        name: [
            answer(model, [chance.randrange(model.config.n_tokens) for _ in range(length)], mask)
            for length in (1, 2, 3, 4, 5, 8, model.config.max_len)
            for mask in ("causal", "none")
        ]
        for name, model in models.items()
    }
    trained = small_gpt.trained_small_gpt()
    found["trained"] = [
        answer(trained, READER.token_ids(text)[:length], mask)
        for text, lengths in TEXTS.items()
        for length in lengths
        for mask in ("causal", "none")
    ]
    heads = {name: model.config.n_heads for name, model in {**models, "trained": trained}.items()}
    size = small_gpt.SMALL_GPT.n_tokens
    table = {
        "heads": heads,
        "answers": found,
        "merges": READER.file()["merges"],
        "texts": [[text, READER.token_ids(text)] for text in texts()],
        "names": [
            [reading.piece(READER, token), reading.name(READER, token)] for token in range(size)
        ],
    }
    (folder / "gpt.json").write_text(json.dumps(table), encoding="utf-8")


def random_model(config: GPTConfig) -> GPT:
    """A GPT whose every parameter matters: none is 0, and no norm's gain is 1."""
    model = GPT(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.4 * torch.randn_like(parameter))
            parameter.copy_(parameter.half())
    return model.eval()


def save(model: GPT, path: Path, *, half: bool) -> None:
    """The file as scripts/train_small_gpt.py writes it."""
    state = {k: v for k, v in model.state_dict().items() if k != "readout.weight"}
    save_file({k: v.half() if half else v for k, v in state.items()}, path)


@torch.no_grad()
def answer(model: GPT, ids: list[int], mask: str) -> dict:
    """Weights and logits of every position, by torch in double precision."""
    model = model.double()
    for block in model.blocks:
        block.attention.causal = mask == "causal"
    tokens = torch.tensor([ids])
    x, weights = model.embed(tokens), []
    for block in model.blocks:
        x, found = block.forward_with_weights(x)
        weights.append(found[0].tolist())
    logits = model.readout(model.norm(x))[0]
    if mask == "causal":
        torch.testing.assert_close(model(tokens)[0], logits)
    for block in model.blocks:
        block.attention.causal = True
    model.float()
    return {"ids": ids, "mask": mask, "weights": weights, "logits": logits.tolist()}


def texts() -> list[str]:
    """Texts of every kind: by hand, at random, and characters of all planes."""
    chance = random.Random(0)
    mixed = [
        "".join(chance.choice(chance.choice(POOLS)) for _ in range(chance.randint(1, 60)))
        for _ in range(600)
    ]
    letters = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(10_000))
    codes = [*range(0x3100), *range(0xFE00, 0x10000), *range(0x10000, 0x110000, 97)]
    characters = [chr(code) for code in codes if not 0xD800 <= code < 0xE000]
    planes = [
        " ".join(f"a{c} {c}b{c}{c}" for c in characters[start : start + 200])
        for start in range(0, len(characters), 200)
    ]
    return [*WORDS, *mixed, letters, *planes]
