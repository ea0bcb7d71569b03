"""GPTExplorer in Python: its numbers against the model, its arguments, its picture and its text."""

import base64
import gzip
import io
import json

import pytest
import torch
from ipywidgets import Widget
from matplotlib.image import imread
from widget_arguments import refuses
from widget_examples import gpt

from attention import causal_mask
from attention.trained import small_gpt
from attention.trained.small_gpt import small_gpt_reader, small_tokenizer, trained_small_gpt
from attention.widgets.gpt_explorer import reader as reading

READER = small_gpt_reader()

TEXT = "To be, or not to be: that is"


class TestNumbers:
    @torch.no_grad()
    def test_weights_and_guesses_are_the_models(self) -> None:
        shown = gpt()
        ids = torch.tensor([small_tokenizer().encode(TEXT).ids])
        model = trained_small_gpt()
        weights = torch.stack(model.attention_weights(ids))[:, 0]
        torch.testing.assert_close(shown.weights, weights)
        chances = model(ids)[0, -1].softmax(dim=-1)
        names, found = zip(*shown.guesses, strict=True)
        assert len(names) == 10
        assert list(found) == sorted(found, reverse=True)
        top = chances.topk(10)
        torch.testing.assert_close(torch.tensor(found), top.values, atol=1e-6, rtol=0)
        assert names[0] == small_tokenizer().decode([int(top.indices[0])])

    def test_a_mask_hides_what_comes_later_and_none_does_not(self) -> None:
        causal, seeing = gpt().weights, gpt(mask="none").weights
        n = causal.shape[-1]
        assert (causal[..., ~causal_mask(n)] == 0).all()
        assert (seeing > 0).all()
        torch.testing.assert_close(seeing.sum(-1), torch.ones(3, 4, n))
        one = gpt(mask="none", length=1).weights
        torch.testing.assert_close(one, torch.ones(3, 4, 1, 1))

    def test_a_shorter_text_is_a_part_of_the_longer_one_behind_a_mask_only(self) -> None:
        whole, part = gpt(), gpt(length=4)
        torch.testing.assert_close(part.weights, whole.weights[..., :4, :4])
        assert part.names == whole.names[:4]
        whole, part = gpt(mask="none"), gpt(mask="none", length=4)
        assert (part.weights - whole.weights[..., :4, :4]).abs().max() > 0.01

    def test_of_a_long_text_the_end_is_read(self) -> None:
        text = "O Romeo, Romeo, wherefore art thou Romeo? " * 9
        ids = small_tokenizer().encode(text).ids
        assert len(ids) > 64
        assert gpt(text=text).ids == ids[-64:]
        assert gpt(text=text, length=3).ids == ids[-64:-61]

    def test_an_empty_text_has_nothing_to_show(self) -> None:
        shown = gpt(text="")
        assert (shown.ids, shown.names, shown.preview["readings"]) == ([], [], [])
        with pytest.raises(ValueError, match="text should have at least one token to be read"):
            _ = shown.weights

    def test_names_show_what_cannot_be_seen(self) -> None:
        shown = gpt(text="é\t\x7f a\n")
        assert shown.names == ["⟨C3⟩", "⟨A9⟩", "⟨09⟩", "⟨7F⟩", " a", "\n"]
        assert reading.piece(READER, shown.ids[0]) is None

    def test_every_token_of_a_text_joins_to_the_text_again(self) -> None:
        for text in (TEXT, "<b>\r\n\t😀</b>", "\x00\x7f é"):
            pieces = [READER.token_bytes(token) for token in READER.token_ids(text)]
            assert b"".join(pieces).decode() == text


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("text", 3, "text should be a string, but was 3"),
            ("text", "a" * 20_001, "text should have at most 20000 characters, but had 20001"),
            ("layer", 3, "layer should be from 0 to 2, but was 3"),
            ("layer", "0", "layer should be a whole number, but was '0'"),
            ("head", 4, "head should be from 0 to 3, but was 4"),
            ("head", -1, "head should be from 0 to 3, but was -1"),
            ("mask", "window", "mask should be one of 'causal', 'none', but was 'window'"),
            ("length", 0, "length should be from 1 to 10, but was 0"),
            ("length", 11, "length should be from 1 to 10, but was 11"),
            ("length", 2.5, "length should be a whole number, but was 2.5"),
            ("label", None, "label should be a string, but was None"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(gpt, argument, value, message)

    def test_a_length_of_an_empty_text(self) -> None:
        with pytest.raises(ValueError, match="length should be None for an empty text, but was 1"):
            gpt(text="", length=1)

    def test_a_shorter_text_is_read_whole(self) -> None:
        shown = gpt(length=7)
        shown.text = "To be, or"
        assert shown.length is None
        shown.length = 2
        shown.text = "or not to be"
        assert shown.length == 2

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = gpt(length=9)
        shown.set_state({"text": "Romeo", "length": None, "head": 3})
        assert repr(shown) == "GPTExplorer(text='Romeo', layer=0, head=3, mask='causal')"

    def test_half_a_surrogate_pair_is_replaced(self) -> None:
        shown = gpt(text="a\ud800b")
        assert shown.text == "a\ufffdb"
        shown.text = "\udc00"
        assert shown.text == "\ufffd"
        shown.text = "\ud83d\ude00"
        assert shown.text == "😀"


class TestForms:
    def test_repr_is_stable_and_short(self) -> None:
        told = f"GPTExplorer(text={TEXT!r}, layer=1, head=2, mask='none', length=3)"
        assert repr(gpt(layer=1, head=2, mask="none", length=3)) == told
        assert len(repr(gpt(text="a" * 10_000))) < 120

    @pytest.mark.parametrize(
        "text", [TEXT, "", "a", "$x$ <b>$</b> 😀 \x00\t\n " * 9, r"\frac{a}{b} $\alpha_$ %"]
    )
    def test_the_bundle_carries_view_text_and_picture(self, text: str) -> None:
        shown = gpt(text=text, layer=1)
        data, metadata = shown._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.model_id
        assert data["text/plain"] == repr(shown)
        picture = imread(io.BytesIO(base64.b64decode(data["image/png"])))
        assert picture.shape[1] > 800
        assert (picture[0, 0, :3] == 1).all(), "a white card, so that it is legible on a dark page"
        assert metadata["image/png"]["alt"] == shown._describe()
        assert len(shown._describe()) > 40
        assert shown._repr_mimebundle_()[0]["image/png"] == data["image/png"]

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = gpt(layer=2, head=1)
        alt, weights = shown._describe(), shown.weights[2, 1, -1]
        assert "has read 10 tokens with a causal mask: To ·be , ·or ·not ·to ·be : ·that ·is" in alt
        best = shown.names[weights.argmax()].replace(" ", "·")
        assert f"{best} {weights.max():.2f}" in alt
        guess, p = shown.guesses[0]
        assert f"Likeliest next tokens: {guess.replace(' ', '·')} {p:.2f}" in alt

    def test_the_picture_follows_the_state(self) -> None:
        shown = gpt()
        pictures = [shown._draw()]
        for name, value in [("head", 1), ("layer", 2), ("mask", "none"), ("text", "Romeo, O")]:
            setattr(shown, name, value)
            pictures.append(shown._draw())
        assert len(set(pictures)) == len(pictures)


class TestWhatThePageGets:
    def test_the_preview_is_the_models_numbers_for_every_mask_and_length(self) -> None:
        shown = gpt()
        preview, n = shown.preview, 10
        assert (preview["text"], preview["names"], preview["total"]) == (TEXT, shown.names, n)
        wanted = [(r["mask"], r["length"]) for r in preview["readings"]]
        assert wanted == [("causal", n), *(("none", length) for length in range(1, n + 1))]
        for one in preview["readings"]:
            mask, length = one["mask"], one["length"]
            shown.mask, shown.length = mask, length
            integers = torch.frombuffer(bytearray(one["weights"]), dtype=torch.uint16)
            weights = integers.float().reshape(3, 4, length, length) / 65535
            torch.testing.assert_close(weights, shown.weights, atol=8e-6, rtol=0)
            assert [(name, p) for name, _, p in one["guesses"][-1]] == shown.guesses
            assert len(one["guesses"]) == (n if mask == "causal" else 1)

    def test_of_a_long_text_only_what_is_shown_is_sent(self) -> None:
        shown = gpt(text="O Romeo, Romeo, wherefore art thou Romeo? " * 9)
        assert [r["mask"] for r in shown.preview["readings"]] == ["causal"]
        assert shown.preview["total"] > len(shown.preview["names"]) == 64
        shown.mask, shown.length = "none", 20
        last = shown.preview["readings"][-1]
        assert (last["mask"], last["length"]) == ("none", 20)

    def test_python_looks_ahead_until_the_page_has_the_model(self) -> None:
        shown = gpt()
        shown.text = "Romeo"
        assert shown.preview["text"] == "Romeo"
        assert shown.model_file is None
        shown.wanted = True
        assert shown.model_file["weights"] == small_gpt.WEIGHTS.read_bytes()
        shown.text = "Juliet"
        assert shown.preview["text"] == "Romeo", "the page computes it"
        shown.wanted = False
        assert shown.model_file is None

    def test_the_model_travels_as_bytes(self) -> None:
        shown = gpt()
        shown.wanted = True
        state = Widget.get_manager_state(widgets=[shown])["state"][shown.model_id]
        paths = [buffer["path"] for buffer in state["buffers"]]
        assert ["model_file", "weights"] in paths

    def test_the_script_holds_the_model_and_is_named_after_it(self, monkeypatch, tmp_path) -> None:
        start, entry = reading.script(READER).split("]=", 1)
        name = reading.script_name(READER)
        assert start == f'(globalThis.afmModels??={{}})["{name}"'
        found = json.loads(entry.rstrip(";\n"))
        assert base64.b64decode(found["weights"]) == small_gpt.WEIGHTS.read_bytes()
        assert found["merges"].count("\n") == 1024 - 256 - 1
        assert (found["n_heads"], found["epsilon"]) == (4, 1e-5)
        other = tmp_path / "other.safetensors"
        other.write_bytes(small_gpt.WEIGHTS.read_bytes()[:-1] + b"\x00\x01")
        monkeypatch.setattr(small_gpt, "WEIGHTS", other)
        assert reading.script_name(READER) == name, "the file is read once"
        monkeypatch.setattr(small_gpt, "_model_file", small_gpt._model_file.__wrapped__)
        assert reading.script_name(READER) != name

    def test_a_tokenizer_that_numbers_otherwise_is_refused(self, monkeypatch, tmp_path) -> None:
        written = json.loads(small_gpt.TOKENIZER.read_text(encoding="utf-8"))
        vocabulary = written["model"]["vocab"]
        vocabulary["!"], vocabulary["a"] = vocabulary["a"], vocabulary["!"]
        other = tmp_path / "tokenizer.json"
        other.write_text(json.dumps(written), encoding="utf-8")
        monkeypatch.setattr(small_gpt, "TOKENIZER", other)
        with pytest.raises(ValueError, match="should number the bytes, then the merges"):
            small_gpt._model_file.__wrapped__()

    def test_state_is_light(self) -> None:
        state = Widget.get_manager_state(widgets=[gpt()])
        assert len(gzip.compress(json.dumps(state).encode(), 6)) < 60_000
