"""Of the machines, for the page's JavaScript: what torch says of every step (float64)."""

from widget_examples import machine


def machine_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {"machines": [machine_case(n, length) for n in (0, 1) for length in (1, 2)]}


def machine_case(example: int, length: int) -> dict:
    """Ids and weights as the page gets them, and torch's states, tokens and chances."""
    shown = machine(example=example, length=length, step=0)
    states, decoder_states, tokens, chances = shown.run
    return {
        "ids": [shown.source_words.index(word) for word in shown.source],
        "weights": [matrix.tolist() for matrix in shown.weights],
        "most": len(shown.source) + 4,
        "states": states.tolist(),
        "decoderStates": decoder_states.tolist(),
        "tokens": tokens,
        "chances": chances,
    }
