"""What widgets share that show one attention: its weights and its context, as PyTorch has them."""

from torch import Tensor

from attention.widgets.base.widget import BookWidget


class AttendingWidget(BookWidget):
    """A widget whose ``_attend()`` gives the context and the weights of its present state."""

    @property
    def weights(self) -> Tensor:
        """The weights, in PyTorch, (T, S); of several heads (H, T, S), of one query (S,)."""
        return self._attend()[1]

    @property
    def context(self) -> Tensor:
        """The contexts, in PyTorch, (T, d_v); of heads (H, T, d_head), of one query (d_v,)."""
        return self._attend()[0]

    def _attend(self) -> tuple[Tensor, Tensor]:
        """The context and the weights."""
        raise NotImplementedError
