"""An implementation to be judged: a few operations in numpy, served to an oracle on standard input and output.

Put your own functions in OPERATIONS; the rest is the protocol. Names and attributes are those of the table of operations.
"""

import json
import math
import os
import sys
import traceback

import numpy as np

from frames import receive, send


def softmax(t, a):
    e = np.exp(t["x"] - t["x"].max(-1, keepdims=True))
    return {"y": e / e.sum(-1, keepdims=True)}


def linear(t, a):
    y = t["x"] @ t["w"].T
    return {"y": y + t["b"] if "b" in t else y}


def gelu(t, a):
    return {"y": t["x"] * 0.5 * np.vectorize(math.erfc)(-t["x"] / math.sqrt(2))}


def layernorm(t, a):
    centred = t["x"] - t["x"].mean(-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + a.get("eps", 1e-6))
    return {"y": normal * t["g"] + t["b"]}


OPERATIONS = {"softmax": softmax, "linear": linear, "gelu": gelu, "layernorm": layernorm}


def answer(meta, tensors):
    """The reply to one request. Only an unknown operation is skipped: a mistake inside a known one is an error."""
    if meta.get("cmd") != "run":
        return {"status": "error", "message": f"cmd must be hello, run or bye, got {meta.get('cmd')}"}, {}
    operation = OPERATIONS.get(meta.get("op"))
    if operation is None:
        return {"status": "skip", "message": f"operation {meta.get('op')} is not implemented"}, {}
    try:
        return {"status": "ok"}, operation(tensors, json.loads(meta.get("attrs", "{}")))
    except Exception as mistake:
        return {"status": "error", "message": repr(mistake), "traceback": traceback.format_exc()}, {}


def main():
    requests = sys.stdin.buffer
    # Frames alone go to standard output: whatever is printed from here on goes to standard error.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (frame := receive(requests)) is not None:
        meta, tensors = frame
        if meta.get("cmd") == "bye":
            break
        if meta.get("cmd") == "hello":
            said = {"proto": "1", "name": "numpy example", "version": np.__version__, "language": "Python"}
            lists = {"ops": list(OPERATIONS), "dialects": ["deit-fb"], "dtypes": ["F64", "F32"], "features": []}
            more = {**lists, "profile": {"storage": "F64", "deterministic": True}}
            send(replies, {"cmd": "hello", **said, **{key: json.dumps(value) for key, value in more.items()}})
            continue
        reply, outputs = answer(meta, tensors)
        send(replies, {"id": meta.get("id", ""), **reply}, outputs)


if __name__ == "__main__":
    main()
