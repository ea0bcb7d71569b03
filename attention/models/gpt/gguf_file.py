"""A GGUF file: named fields, then named tensors, whose numbers are packed in few bits.

The package ``gguf`` knows the packings, and we leave them to it. The frame around them is read
here: its reader makes several arrays of every token's text, which takes seconds, and does not say
which part of a file is missing.
"""

import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType, dequantize
from torch import Tensor

_FORMATS = {
    GGUFValueType.UINT8: "B",
    GGUFValueType.INT8: "b",
    GGUFValueType.UINT16: "H",
    GGUFValueType.INT16: "h",
    GGUFValueType.UINT32: "I",
    GGUFValueType.INT32: "i",
    GGUFValueType.FLOAT32: "f",
    GGUFValueType.BOOL: "?",
    GGUFValueType.UINT64: "Q",
    GGUFValueType.INT64: "q",
    GGUFValueType.FLOAT64: "d",
}
"""How :mod:`struct` calls each kind of number."""


class PackedTensor(NamedTuple):
    """A tensor as a file holds it.

    Attributes:
        name: Its name.
        kind: How its numbers are packed.
        shape: The sizes of its axes, in PyTorch's order.
        packed: Its bytes, uint8 (number of rows, bytes of a row).
    """

    name: str
    kind: Any
    shape: tuple[int, ...]
    packed: Any

    def unpack(self) -> Tensor:
        """Its numbers in float32, in memory of their own.

        Raises:
            ValueError: If the package ``gguf`` does not know the packing.
        """
        try:
            numbers = dequantize(self.packed, self.kind)
        except NotImplementedError as error:
            raise ValueError(f"tensor {self.name} should be of a known type: {error}") from error
        # Numbers that were float32 already are still the file's own: a model needs its own copy.
        copy = None if numbers.flags.writeable else True
        return torch.from_numpy(np.array(numbers, dtype=np.float32, copy=copy).reshape(self.shape))


class GGUFFile(NamedTuple):
    """What a file holds.

    Attributes:
        path: The file.
        fields: Its fields by name: numbers, truth values, texts, and lists of these.
        tensors: Its tensors by name.
    """

    path: Path
    fields: dict[str, Any]
    tensors: dict[str, PackedTensor]


def open_gguf(path: Path) -> GGUFFile:
    """Read the fields of a GGUF file, and find its tensors.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, is a part of a split one, or was written in the other byte
            order; the message names the file, and the field or the tensor that is not whole.
    """
    if not path.is_file():
        raise FileNotFoundError(f"path should be a GGUF file, but there is none at {path}")
    try:
        return GGUFFile(path, *_read(memoryview(np.memmap(path, mode="r"))))  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{path} should be a whole GGUF file, but was not: {error}") from error


def _read(data: memoryview) -> tuple[dict[str, Any], dict[str, PackedTensor]]:
    """The fields and the tensors."""
    cursor = _Cursor(data)
    if bytes(cursor.take(4)) != b"GGUF":
        raise ValueError(f"it should begin with GGUF, but began with {bytes(data[:4])!r}")
    version = cursor.number("I")
    if version & 0xFFFF == 0:
        raise ValueError(
            "its GGUF.version should be 2 or 3, but is so in the other byte order only "
            "(big-endian); write it again in little-endian"
        )
    if version not in (2, 3):
        raise ValueError(f"its GGUF.version should be 2 or 3, but was {version}")
    n_tensors, n_fields = cursor.number("Q"), cursor.number("Q")
    fields: dict[str, Any] = {}
    for _ in range(n_fields):
        name = cursor.text("the name of a field")
        if name in fields:
            raise ValueError(f"its field {name} should be there once, but was there twice")
        fields[name] = cursor.value(name, cursor.number("I"))
    if fields.get("split.count", 1) not in (0, 1):
        raise ValueError(
            f"its split.count is {fields['split.count']}, so that it is one part of several; join "
            "them (llama.cpp has gguf-split --merge for that)"
        )
    infos = [_TensorInfo.read(cursor) for _ in range(n_tensors)]
    alignment = fields.get("general.alignment", 32)
    if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
        raise ValueError(f"its general.alignment should be a power of two, but was {alignment!r}")
    begin = math.ceil(cursor.place / alignment) * alignment
    for info in sorted(infos, key=lambda info: info.end):
        if begin + info.end > len(data):
            raise ValueError(f"the tensor {info.name} is not whole, nor what follows it")
    tensors = {info.name: info.packed(data[begin:]) for info in infos}
    if len(tensors) < len(infos):
        raise ValueError("each of its tensors should have a name of its own, but two share one")
    return fields, tensors


class _TensorInfo(NamedTuple):
    """Where a tensor's numbers are, from the first tensor's on, and how they are packed."""

    name: str
    kind: Any
    shape: tuple[int, ...]
    start: int

    @classmethod
    def read(cls, cursor: "_Cursor") -> "_TensorInfo":
        """Read what stands of one tensor before all tensors."""
        name = cursor.text("the name of a tensor")
        n_axes = cursor.number("I")
        # GGUF lists a shape from the last axis on.
        shape = struct.unpack(f"<{n_axes}Q", cursor.take(8 * n_axes))[::-1]
        kind, start = cursor.number("I"), cursor.number("Q")
        if kind not in [known.value for known in GGMLQuantizationType]:
            raise ValueError(f"the tensor {name} should be of a known type, but was of {kind}")
        info = cls(name, GGMLQuantizationType(kind), shape, start)
        n_in_block, _ = GGML_QUANT_SIZES[info.kind]
        if not shape or 0 in shape or shape[-1] % n_in_block:
            raise ValueError(
                f"the tensor {name} should have rows of whole blocks of {n_in_block}, but has "
                f"shape {shape}"
            )
        return info

    @property
    def n_bytes_of_row(self) -> int:
        """How long a row is."""
        n_in_block, n_bytes = GGML_QUANT_SIZES[self.kind]
        return int(self.shape[-1] // n_in_block * n_bytes)

    @property
    def end(self) -> int:
        """Where the numbers end."""
        return self.start + math.prod(self.shape[:-1]) * self.n_bytes_of_row

    def packed(self, data: memoryview) -> PackedTensor:
        """The tensor, out of all tensors' bytes."""
        found = np.frombuffer(data[self.start : self.end], dtype=np.uint8)
        rows = found.reshape(-1, self.n_bytes_of_row)
        return PackedTensor(self.name, self.kind, self.shape, rows)


class _Cursor:
    """A place in a file, which moves on with all that is read."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.place = data, 0

    def take(self, n: int) -> memoryview:
        """The next ``n`` bytes."""
        if self.place + n > len(self.data):
            raise ValueError(f"it ends within what begins at byte {self.place}")
        found = self.data[self.place : self.place + n]
        self.place += n
        return found

    def number(self, code: str) -> Any:
        """The next number, of a kind that :mod:`struct` knows."""
        return struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]

    def text(self, of_what: str) -> str:
        """The next text, which stands behind its length."""
        raw = self.take(self.number("Q"))
        try:
            return str(raw, encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{of_what} should be text: {error}") from error

    def value(self, name: str, kind: int) -> Any:
        """The value of a field: a number, a text or a list of either."""
        if kind != GGUFValueType.ARRAY:
            return self._one(name, kind)()
        kind, n = self.number("I"), self.number("Q")
        if kind not in _FORMATS:
            one = self._one(name, kind)
            return [one() for _ in range(n)]
        code = _FORMATS[GGUFValueType(kind)]
        return list(struct.unpack(f"<{n}{code}", self.take(n * struct.calcsize(f"<{code}"))))

    def _one(self, name: str, kind: int) -> Callable[[], Any]:
        """What reads one value of that kind."""
        if kind == GGUFValueType.STRING:
            return lambda: self.text(f"its field {name}")
        if kind in _FORMATS:
            return lambda: self.number(_FORMATS[GGUFValueType(kind)])
        raise ValueError(f"its field {name} should be of a known type, but was of {kind}")
