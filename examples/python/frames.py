"""Frames of the protocol, with numpy and nothing else: a length, a JSON header in the safetensors layout, the tensors."""

import json
import struct

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "|u1"}
NAMES = {np.dtype(code): name for name, code in DTYPES.items()}


def read_exactly(stream, count):
    """`count` bytes of a stream, or None where it ends before the first of them."""
    parts, got = [], 0
    while got < count:
        part = stream.read(count - got)
        if not part:
            if got == 0:
                return None
            raise EOFError(f"the stream ends after {got} of {count} bytes")
        parts.append(part)
        got += len(part)
    return b"".join(parts)


def receive(stream):
    """The next frame as (texts, arrays); None at the end."""
    first = read_exactly(stream, 8)
    if first is None:
        return None
    (length,) = struct.unpack("<Q", first)
    if length > 1 << 24:
        raise ValueError(f"protocol-error: expected a frame, got {first!r}")
    header = json.loads(read_exactly(stream, length))
    meta = header.pop("__metadata__", {})
    size = max((entry["data_offsets"][1] for entry in header.values()), default=0)
    data = read_exactly(stream, size) if size else b""
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return meta, arrays


def send(stream, meta, arrays=None):
    """Write one frame: texts by key, arrays by name."""
    header, blobs, at = {"__metadata__": meta}, [], 0
    # The widest types first, so that each begins at a multiple of its size.
    for name, array in sorted((arrays or {}).items(), key=lambda item: -np.asarray(item[1]).dtype.itemsize):
        array = np.asarray(array)
        blob = array.tobytes()
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    stream.write(struct.pack("<Q", len(text)) + text)
    for blob in blobs:
        stream.write(blob)
    stream.flush()
