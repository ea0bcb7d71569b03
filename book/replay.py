"""A kernel that has run already, for nbval: it answers each cell with what its execution gave.

`make test` executes the chapters once, for the pages, and nbval compares what they printed with
what is stored in them, by its own rules. The outputs come from the execution of this very code with
these very inputs, or there is no answer.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from execute import code_of, kept, note_on, read
from inputs import Package, changes, inputs_of

if TYPE_CHECKING:
    from pathlib import Path


class NotExecutedError(Exception):
    """The chapter, as it is, has not been executed; the message says what has changed."""


class FinishedKernel:
    """What nbval asks a running kernel for, from a chapter that has been executed.

    Args:
        source: The chapter.

    Raises:
        NotExecutedError: Something that its outputs depend on has changed since.
    """

    def __init__(self, source: Path) -> None:
        inputs = inputs_of(code_of(read(source)), Package())
        changed = changes(note_on(source).get("inputs", {}), inputs)
        if changed:
            raise NotExecutedError(
                f"{source.name} was not executed since this changed: {', '.join(changed[:3])}. "
                "Run: make test-notebooks"
            )
        self._cells = iter([c for c in read(kept(source)).cells if c.cell_type == "code"])
        self._messages: deque[dict[str, Any]] = deque()
        self._asked = 0

    def is_alive(self) -> bool:
        """Whether it takes questions: always."""
        return True

    def stop(self) -> None:
        """End: there is nothing to end."""

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Get ready to answer with the outputs of the next cell with this code."""
        self._asked += 1
        question = str(self._asked)
        same = (cell for cell in self._cells if cell.source.rstrip() == cell_input.rstrip())
        cell = next(same, None)
        if cell is None:
            raise NotExecutedError(
                f"this cell was not executed, or not in this order: {cell_input}"
            )
        answers = [(output.output_type, dict(output)) for output in cell.outputs]
        answers.append(("status", {"execution_state": "idle"}))
        for kind, content in answers:
            header = {"msg_id": question}
            message = {"msg_type": kind, "content": content, "parent_header": header}
            self._messages.append(message)
        return question

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the end of a cell that has ended."""

    def await_idle(self, parent_id: str, timeout: float | None = None) -> None:
        """Take what is left of a cell's messages."""
        self._messages.clear()

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """The next message of the cell."""
        return self._messages.popleft()
