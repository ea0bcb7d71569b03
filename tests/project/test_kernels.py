"""A kernel's answer is heard even where the event loop was not woken for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kernels import LOOK_AGAIN, WatchedChannel, WatchedKernelManager

SOON = 20 * LOOK_AGAIN


class Unwoken:
    """A socket that never wakes the loop: that it has a message shows when one looks anew."""

    def __init__(self, *, has_message):
        self.has_message, self.waited = has_message, []

    async def poll(self, milliseconds):
        self.waited.append(milliseconds)
        if len(self.waited) > 1 and self.has_message:
            return 1
        await asyncio.sleep(milliseconds / 1000)
        return 0


def channel(socket):
    found = WatchedChannel.__new__(WatchedChannel)
    found.socket = socket

    async def receive():
        return {"content": "an answer"}

    found._recv = receive
    return found


def run(work, *arguments):
    """Run a coroutine in a thread: in this one a browser's loop may be running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work(*arguments))).result()


@pytest.mark.parametrize("timeout", [300, None])
def test_an_answer_that_woke_nobody_is_found_soon(timeout):
    async def listen():
        return await asyncio.wait_for(channel(Unwoken(has_message=True)).get_msg(timeout), SOON)

    assert run(listen) == {"content": "an answer"}


@pytest.mark.parametrize("timeout", [0, 0.2, 0.7])
def test_where_nothing_comes_it_waits_as_long_as_it_was_told(timeout):
    socket = Unwoken(has_message=False)
    with pytest.raises(Empty):
        run(channel(socket).get_msg, timeout)
    assert sum(socket.waited) == pytest.approx(1000 * timeout, abs=2)


def test_notebooks_are_run_by_such_a_client():
    client = WatchedKernelManager().client_factory
    assert client.shell_channel_class.default_value is WatchedChannel
    assert client.iopub_channel_class.default_value is WatchedChannel
