"""AttentionExplorer: its arguments one by one, its numbers, and the forms in which it is shown."""

import base64
import io
import json
import re
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from matplotlib.image import imread
from widget_arguments import refuses

from attention.functional.masks import MASKS
from attention.widgets import AttentionExplorer
from attention.widgets.attention_explorer import default_head_choices
from attention.widgets.base.bundle import bundle, stylesheet

TOKENS = ["The", "cat", "sat", "on", "my", "mat", "."]  # T = 7
D_MODEL = 12
NAMES = ", ".join(map(repr, MASKS))


def tensors(*batch: int) -> list[torch.Tensor]:
    return [torch.randn(*batch, len(TOKENS), D_MODEL) for _ in range(3)]


def explorer(**arguments: object) -> AttentionExplorer:
    return AttentionExplorer(TOKENS, *tensors(), **arguments)


def heads_by_hand(tensor: torch.Tensor, n_heads: int, length: int) -> torch.Tensor:
    """Slice the columns of each head, without the reshapes that the package uses."""
    d_head = tensor.shape[-1] // n_heads
    return torch.stack([tensor[:length, h * d_head : (h + 1) * d_head] for h in range(n_heads)])


class TestNumbers:
    @pytest.mark.parametrize("n_heads", [1, 2, 3, 4, 6])
    @pytest.mark.parametrize("mask", MASKS)
    def test_weights_and_context_are_the_definition(self, mask: str, n_heads: int) -> None:
        shown = explorer(mask=mask, n_heads=n_heads, length=5, window=2)
        query, key, value = (
            heads_by_hand(x, n_heads, 5) for x in (shown.query, shown.key, shown.value)
        )
        allowed = MASKS[mask].table(5, 5, 2)
        scores = query @ key.mT / (D_MODEL // n_heads) ** 0.5
        weights = scores.masked_fill(~allowed, -torch.inf).softmax(-1)
        torch.testing.assert_close(shown.weights, weights)
        torch.testing.assert_close(shown.context, weights @ value)
        official = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        torch.testing.assert_close(shown.context, official)

    def test_each_head_count_has_its_own_projection(self) -> None:
        query, key, value = tensors(3)
        shown = AttentionExplorer(TOKENS, query, key, value, head_choices=[1, 2, 6], n_heads=6)
        alone = AttentionExplorer(TOKENS, query[2], key[2], value[2], n_heads=6)
        torch.testing.assert_close(shown.weights, alone.weights, atol=2e-3, rtol=0)
        shown.n_heads = 2
        alone = AttentionExplorer(TOKENS, query[1], key[1], value[1], n_heads=2)
        torch.testing.assert_close(shown.context, alone.context, atol=2e-3, rtol=0)

    @pytest.mark.parametrize("scale", [1e-3, 1.0, 300.0])
    def test_rounding_keeps_four_digits_of_the_largest_entry(self, scale: float) -> None:
        query, key, value = (scale * x for x in tensors())
        shown = AttentionExplorer(TOKENS, query, key, value)
        assert (shown.query - query).abs().max() <= 4e-5 * query.abs().max()
        again = AttentionExplorer(TOKENS, shown.query, shown.key, shown.value)
        assert torch.equal(again.query, shown.query), "rounding what is rounded changes nothing"

    def test_largest_entry_fits_sixteen_bits(self) -> None:
        query = torch.zeros(len(TOKENS), D_MODEL)
        for largest in (1.0, 2.0**15 - 1, 2.0**15, 32767.9, -32768.0, 1.99999):
            query[0, 0] = largest
            shown = AttentionExplorer(TOKENS, query, query, query)
            assert shown.query[0, 0].item() == pytest.approx(largest, rel=4e-5)
            assert shown.get_state("query")["query"]["data"][:2] != b"\x00\x80"

    def test_zeros_are_allowed(self) -> None:
        zeros = torch.zeros(len(TOKENS), D_MODEL)
        shown = AttentionExplorer(TOKENS, zeros, zeros, zeros, mask="none")
        torch.testing.assert_close(shown.weights, torch.full((4, 7, 7), 1 / 7))

    def test_arrays_and_tensors_with_gradients_are_taken(self) -> None:
        query, key, value = tensors()
        lists = AttentionExplorer(TOKENS, query.tolist(), key.double().numpy(), value.double())
        torch.testing.assert_close(
            lists.weights, AttentionExplorer(TOKENS, query.requires_grad_(), key, value).weights
        )


class TestArguments:
    def test_defaults(self) -> None:
        shown = explorer()
        assert (shown.mask, shown.window, shown.n_heads) == ("causal", 3, 4)
        assert (shown.length, shown.query_index, shown.head) == (7, 6, 0)
        assert shown.head_choices == [1, 2, 3, 4, 6]
        assert explorer(length=3).query_index == 2
        assert AttentionExplorer(["one"], *[torch.ones(1, 4)] * 3).window == 1

    def test_default_head_choices(self) -> None:
        assert default_head_choices(32) == [1, 2, 4, 8]
        assert default_head_choices(768) == [1, 2, 3, 4, 6, 8, 12]
        assert default_head_choices(7) == [1]
        assert default_head_choices(1) == [1]

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("mask", "casual", f"mask should be one of {NAMES}, but was 'casual'"),
            ("window", 0, "window should be from 1 to 7, but was 0"),
            ("window", 8, "window should be from 1 to 7, but was 8"),
            ("window", 2.5, "window should be a whole number, but was 2.5"),
            ("n_heads", 5, r"n_heads should be one of head_choices \[1, 2, 3, 4, 6\], but was 5"),
            ("n_heads", "4", "n_heads should be a whole number, but was '4'"),
            ("n_heads", True, "n_heads should be a whole number, but was True"),
            ("head_choices", [1, 5], "head_choices should be divisors of d_model = 12, but had 5"),
            ("head_choices", [0, 1], "head_choices should be divisors of d_model = 12, but had 0"),
            ("head_choices", [2, 1], r"head_choices should be in rising order, but was \[2, 1\]"),
            ("head_choices", [], "head_choices should be a list of at least one whole number"),
            ("head_choices", 4, "head_choices should be a list of .* but was 4"),
            ("length", 0, "length should be from 1 to 7, but was 0"),
            ("length", 8, "length should be from 1 to 7, but was 8"),
            ("query_index", 7, "query_index should be from 0 to 6, but was 7"),
            ("query_index", -1, "query_index should be from 0 to 6, but was -1"),
            ("head", 4, "head should be from 0 to 3, but was 4"),
            ("controls", ["speed"], "controls should be among .* but had 'speed'"),
            ("label", 3, "label should be a string, but was 3"),
            ("caption", None, "caption should be a string, but was None"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(explorer, argument, value, message)

    @pytest.mark.parametrize("tokens", [[], "cat", [1, 2], None])
    def test_wrong_tokens(self, tokens: object) -> None:
        with pytest.raises(ValueError, match="tokens should be a list of at least one string"):
            AttentionExplorer(tokens, *tensors())

    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            ("text", "a tensor .* but was 'text'"),
            (torch.zeros(12), r"but had shape \(12,\)"),
            (torch.zeros(0, 12), r"but had shape \(0, 12\)"),
            (torch.full((7, 12), torch.nan), "was not all finite"),
            (torch.zeros(7, 10), r"query's shape \(7, 12\), but had \(7, 10\)"),
        ],
    )
    @pytest.mark.parametrize("name", ["key", "value"])
    def test_a_wrong_tensor_is_named(self, name: str, broken: object, message: str) -> None:
        given = dict(zip(("query", "key", "value"), tensors(), strict=True)) | {name: broken}
        with pytest.raises(ValueError, match=f"{name} should .*{message}"):
            AttentionExplorer(TOKENS, **given)

    def test_a_row_per_token_and_a_matrix_per_head_choice(self) -> None:
        with pytest.raises(ValueError, match="query should have one row per token, T = 2"):
            AttentionExplorer(TOKENS[:2], *tensors())
        message = "head_choices should be one for each of the query's N = 3 matrices, but were 2"
        with pytest.raises(ValueError, match=message):
            AttentionExplorer(TOKENS, *tensors(3), head_choices=[1, 2])

    def test_numpy_integers_count_as_whole_numbers(self) -> None:
        assert explorer(length=np.int64(3), n_heads=torch.tensor(2)).weights.shape == (2, 3, 3)

    def test_the_chosen_query_and_head_stay_inside(self) -> None:
        shown = explorer(query_index=6, head=3)
        shown.length = 3
        assert shown.query_index == 2
        shown.n_heads = 2
        assert shown.head == 1

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = explorer(query_index=6)
        shown.set_state({"length": 2, "query_index": 1, "n_heads": 2, "head": 1, "mask": "none"})
        assert repr(shown) == "AttentionExplorer(mask='none', n_heads=2, length=2)"
        assert (shown.query_index, shown.head) == (1, 1)

    def test_tensors_can_be_replaced(self) -> None:
        shown = explorer()
        before = shown.weights
        shown.query = -shown.query
        assert not torch.allclose(shown.weights, before)


class TestForms:
    def test_repr_is_stable(self) -> None:
        assert repr(explorer()) == "AttentionExplorer(mask='causal', n_heads=4, length=7)"
        windowed = explorer(mask="window", window=2, length=4)
        assert repr(windowed) == "AttentionExplorer(mask='window', window=2, n_heads=4, length=4)"

    @pytest.mark.parametrize("n_heads", [1, 2, 3, 6])
    def test_any_number_of_heads_is_drawn(self, n_heads: int) -> None:
        picture = imread(io.BytesIO(base64.b64decode(explorer(n_heads=n_heads)._draw())))
        assert picture.shape[1] > 800

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = explorer(query_index=2, head=1)
        alt = shown._repr_mimebundle_()[1]["image/png"]["alt"]
        weights = shown.weights[1, 2]
        assert "4 heads over 7 tokens with a causal mask" in alt
        shares = f"The {weights[0]:.2f}, cat {weights[1]:.2f}, sat {weights[2]:.2f}"
        assert f"puts its weight on {shares};" in alt
        assert "In head 1 the query “sat”" in alt
        assert "4 keys are masked" in alt

    def test_state_is_light(self) -> None:
        tokens = [f"word{i}" for i in range(16)]
        large = [torch.randn(5, 16, 64) for _ in range(3)]
        shown = AttentionExplorer(tokens, *large, head_choices=[1, 2, 4, 8, 16])
        state = ipywidgets.Widget.get_manager_state(widgets=[shown])
        size = len(json.dumps(state))
        program = len(json.dumps(shown._esm)) + len(json.dumps(shown._css))
        numbers = sum(x.numel() for x in large)
        assert size - program < 2.7 * numbers + 2_000, "two bytes a number in base64"
        assert 20_000 < program < 60_000, "the code and the styles, which every kind sends once"


class TestModule:
    def test_relative_imports_are_inlined_once(self) -> None:
        text = bundle("attention_explorer/view.js")
        assert not re.search(r"^\s*import\b", text, re.MULTILINE)
        assert 'from "./' not in text
        assert text.count("function softmax(") == 1
        assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
        assert re.search(r"^export default viewOf\(", text, re.MULTILINE)

    def test_dependencies_come_first_and_diamonds_once(self, tmp_path: Path) -> None:
        (tmp_path / "base.js").write_text("// why\nexport const base = 1;\n")
        (tmp_path / "left.js").write_text(
            'import { base } from "./base.js";\n/** Doc. */\nexport const left = base;\n'
        )
        (tmp_path / "top.js").write_text(
            'import {\n  base,\n} from "./base.js";\nimport { left } from "./left.js";\n'
            "export default { base, left };\n"
        )
        lines = bundle("top.js", tmp_path).split()
        assert " ".join(lines) == (
            "const base = 1; const left = base; export default { base, left };"
        )

    def test_comments_stay_behind_and_nothing_else(self, tmp_path: Path) -> None:
        code = 'const a = "b; // c"; const d = `e, // f`;\nexport default 1'
        (tmp_path / "top.js").write_text(f"// why\n/** Doc,\n * twice. */\n{code}; // one\n")
        assert bundle("top.js", tmp_path) == f"{code};\n"
        (tmp_path / "a.css").write_text("/* A,\n  b. */\n.a {\n  top: 0; /* c */\n}\n")
        (tmp_path / "b.css").write_text("\n.b { left: 0; } /* d */\n")
        (tmp_path / "a.js").write_text("export const a = 1;\n")
        (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport default a;\n')
        sheet = stylesheet("b.js", folder=tmp_path)
        assert sheet.split("\n") == ["", ".a {", "top: 0;", "}", ".b { left: 0; }", ""]
