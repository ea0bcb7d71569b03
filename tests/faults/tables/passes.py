"""Mistakes in what a pass that reads or writes computes and moves, and in its picture."""

from running import Fault

COUNTS, SHOWN = "unit/functional/test_passes.py", "unit/widgets/test_prefill_decode.py"
SUITES = {
    "functional/passes.py": [COUNTS],
    "widgets/prefill_decode/__init__.py": [SHOWN],
    "widgets/prefill_decode/picture.py": [SHOWN],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

LAYER = "test_a_layer_with_a_cache_computes_and_holds_it"
DRAWN = "test_a_column_for_each_token_and_a_mark_where_its_intensity_lies"

FAULTS = {
    "passes: what is new is not in the cache": Fault(
        "functional/passes.py",
        [("cache = (past + new) * cached_numbers", "cache = past * cached_numbers")],
        [LAYER],
    ),
    "passes: the texts share one cache": Fault(
        "functional/passes.py",
        [("2 * n_parameters, 2 * batch * cache)", "2 * n_parameters, 2 * cache)")],
        [LAYER, "test_a_cache_keeps_a_batch_below_parameters_over_cache"],
    ),
    "passes: each text fetches the parameters": Fault(
        "functional/passes.py",
        [("2 * n_parameters, 2 * batch * cache)", "2 * batch * n_parameters, 2 * batch * cache)")],
        [LAYER, "test_by_hand"],
    ),
    "passes: a multiply-add as one": Fault(
        "functional/passes.py",
        [("return Pass(2 * batch * new", "return Pass(batch * new")],
        [LAYER, "test_of_one_text_the_intensity_is_the_tokens_of_the_pass"],
    ),
    "prefill and decoding: a token that is written has no past": Fault(
        "widgets/prefill_decode/__init__.py",
        [("self.prompt + step - 1 if step else 0", "0")],
        ["test_the_cache_is_that_of_a_model_of_this_size_and_grows_by_a_column"],
    ),
    "prefill and decoding: a prompt that is read token by token": Fault(
        "widgets/prefill_decode/__init__.py",
        [("1 if step else self.prompt,", "1,")],
        ["test_reading_takes_the_blocks_flops", "test_what_a_pass_waits_for"],
    ),
    "prefill and decoding: the band's ends exchanged": Fault(
        "widgets/prefill_decode/__init__.py",
        [("A100_FLOPS / most, A100_FLOPS / least", "A100_FLOPS / least, A100_FLOPS / most")],
        ["test_what_a_pass_waits_for"],
    ),
    "prefill and decoding: what is held drawn as if it were new": Fault(
        "widgets/prefill_decode/picture.py",
        [("CHOSEN if k == shown.step else WEIGHT", "CHOSEN if k <= shown.step else WEIGHT")],
        [DRAWN],
    ),
    "prefill and decoding: the mark of the pass before": Fault(
        "widgets/prefill_decode/picture.py",
        [("below.plot(shown.current.intensity, 0,", "below.plot(shown.pass_at(0).intensity, 0,")],
        [DRAWN],
    ),
}  # fmt: skip
