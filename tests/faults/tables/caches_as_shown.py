"""Mistakes in what a window with its cache and heads that share show, on the page and in print."""

from running import Fault

WINDOW, SHARED = "unit/widgets/test_window_cache.py", "unit/widgets/test_shared_heads.py"
SUITES = {
    "widgets/window_cache/__init__.py": [WINDOW],
    "widgets/window_cache/picture.py": [WINDOW],
    "widgets/shared_heads/__init__.py": [SHARED],
    "widgets/shared_heads/picture.py": [SHARED],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

HELD = "test_each_place_holds_what_it_holds_in_the_package_s_cache"
SQUARES = "test_the_squares_are_what_each_position_is_and_what_each_place_holds"
TO_SCALE = "test_the_bar_is_to_scale"

FAULTS = {
    "window's cache: sinks are overwritten": Fault(
        "widgets/window_cache/__init__.py",
        [("p if sink else self.n_sink + (p - self.n_sink) % self.window", "p % len(held)")],
        [HELD],
    ),
    "window's cache: reach of one layer too many": Fault(
        "widgets/window_cache/__init__.py",
        [
            (
                "matrix_power(self.mask.double(), self.n_layers)",
                "matrix_power(self.mask.double(), self.n_layers + 1)",
            )
        ],
        ["test_gradients_flow_from_where_it_reaches"],
    ),
    "window's cache: sinks are not seen": Fault(
        "widgets/window_cache/__init__.py",
        [("return sliding_window_mask(n, self.window) | (causal_mask(n) & is_sink)",
          "return sliding_window_mask(n, self.window) | (causal_mask(n) & is_sink & False)")],
        ["test_a_layer_looks_at_what_is_seen"],
    ),
    "window's cache: drawn as if every place were new": Fault(
        "widgets/window_cache/picture.py",
        [("colour = CHOSEN if p == shown.step - 1 else WEIGHT", "colour = CHOSEN")],
        [SQUARES],
    ),
    "window's cache: what is out drawn as in reach": Fault(
        "widgets/window_cache/picture.py",
        [('"gone": "white"', '"gone": MIDDLE')],
        [SQUARES],
    ),
    "shared heads: keys without values": Fault(
        "widgets/shared_heads/__init__.py",
        [('return {"keys": width, "values": width}', 'return {"keys": width}')],
        ["test_as_large_as_the_cache_of_a_layer"],
    ),
    "shared heads: the latent's FLOPs leave out the context": Fault(
        "widgets/shared_heads/__init__.py",
        [("(2 * self.d_latent + self.d_rope)", "(self.d_latent + self.d_rope)")],
        ["test_flops_of_one_cached_token_more_with_a_latent"],
    ),
    "shared heads: fewer FLOPs with fewer key heads": Fault(
        "widgets/shared_heads/__init__.py",
        [("return 4 * self.n_heads * self.d_head", "return 4 * self.n_kv_heads * self.d_head")],
        ["test_flops_of_one_cached_token_more", "test_intensity_is_query_heads_for_each_key_head"],
    ),
    "shared heads: the bar not to scale": Fault(
        "widgets/shared_heads/picture.py",
        [("Rectangle((start, 0), size, 0.8,", "Rectangle((start, 0), size / 2, 0.8,")],
        [TO_SCALE],
    ),
}  # fmt: skip
