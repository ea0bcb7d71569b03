"""Kernels whose answers are not slept through.

A socket of ZeroMQ wakes an event loop once for several messages, and now and then, with two kernels
in one loop, not at all: the answer lies there, and is found when the wait for it ends, which for a
cell is after five minutes. Here one wait is many short ones, and each of them begins by looking.
"""

from __future__ import annotations

from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, default

LOOK_AGAIN = 0.5  # seconds


class WatchedChannel(AsyncZMQSocketChannel):  # type: ignore[misc]
    """A channel that looks for a message again and again while it waits for one."""

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message.

        Args:
            timeout: Seconds to wait for it at the longest; without end when not given.

        Raises:
            Empty: None came.
        """
        left = timeout
        while True:
            try:
                message: dict[str, Any] = await super().get_msg(
                    LOOK_AGAIN if left is None else min(LOOK_AGAIN, left)
                )
            except Empty:
                left = None if left is None else left - LOOK_AGAIN
                if left is not None and left <= 0:
                    raise
            else:
                return message


class WatchedClient(AsyncKernelClient):  # type: ignore[misc]
    """A client that hears a kernel's answers and outputs on such channels."""

    shell_channel_class = Type(WatchedChannel)
    iopub_channel_class = Type(WatchedChannel)


class WatchedKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts a kernel and gives such a client to whoever runs a notebook in it."""

    @default("client_factory")
    def _client_factory_default(self) -> type[WatchedClient]:
        return WatchedClient
