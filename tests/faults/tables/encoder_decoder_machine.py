"""Mistakes in the encoder-decoder machine of chapter 1: its steps, its numbers, its picture."""

from running import Fault

SUITE = ["unit/widgets/test_encoder_decoder_machine.py"]
FOLDER = "widgets/encoder_decoder_machine"
SUITES = {
    f"{FOLDER}/machine.py": SUITE,
    f"{FOLDER}/__init__.py": SUITE,
    f"{FOLDER}/picture.py": SUITE,
}
"""For each file that may have a fault of these, the test files that are to catch it."""

THE_MODEL = "test_the_chapter_s_machine_is_the_trained_model"

FAULTS = {
    "machine: the decoder is given a state too early": Fault(
        f"{FOLDER}/machine.py",
        [("context = states[-1]", "context = states[-2]")],
        [THE_MODEL],
    ),
    "machine: the decoder takes in the start mark for ever": Fault(
        f"{FOLDER}/machine.py",
        [("y = write_in[tokens[-1]]", "y = write_in[tokens[0]]")],
        [THE_MODEL],
    ),
    "machine: a bias is left out": Fault(
        f"{FOLDER}/machine.py",
        [("matrix[:, :-1] @ x + matrix[:, -1]", "matrix[:, :-1] @ x")],
        [THE_MODEL],
    ),
    "machine: writing begins where the vector is handed on": Fault(
        f"{FOLDER}/__init__.py",
        [("self.step - len(self.source) - 1", "self.step - len(self.source)")],
        ["test_the_steps_read_hand_on_and_write"],
    ),
    "machine: the vector is handed on before the end mark": Fault(
        f"{FOLDER}/__init__.py",
        [
            (
                "self.run.states[-1] if self.step > len(self.source)",
                "self.run.states[-1] if self.step >= len(self.source)",
            )
        ],
        ["test_the_steps_read_hand_on_and_write"],
    ),
    "machine picture: the vector in the decoder's place": Fault(
        f"{FOLDER}/picture.py",
        [('"decoder": (shown.decoder_state', '"decoder": (shown.context')],
        ["test_the_bars_are_the_three_vectors"],
    ),
}
