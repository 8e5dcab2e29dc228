"""The protocol's side of a peer: operations of a library, by the names of the table of operations, served on standard input and output."""

import json
import os
import sys
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "python"))

import numpy as np

from frames import receive, send

# What a gradient is not taken of, and what is learned from but does not learn.
LABELS = "labels"
TEACHERS = {"soft_distill": ["z_teacher"], "hard_distill": ["z_teacher"]}


def split(op, tensors):
    """The operation of a request, its inputs, what flows in, and the names whose gradients are asked for; none where the value is."""
    if not op.endswith(".vjp"):
        return op, tensors, None, []
    base = op[: -len(".vjp")]
    inputs = {name: x for name, x in tensors.items() if name != "dy"}
    return base, inputs, tensors.get("dy"), [name for name in inputs if name != LABELS]


def serve(name, version, operations, compute):
    """Answers requests until the end: `compute(op, arrays, attributes)` gives arrays by name."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (frame := receive(requests)) is not None:
        meta, tensors = frame
        if meta.get("cmd") == "hello":
            lists = {"ops": operations, "dialects": ["deit-fb"], "dtypes": ["F32"], "features": ["vjp"]}
            said = {"cmd": "hello", "proto": "1", "name": name, "version": version, "language": "Python"}
            send(replies, {**said, **{key: json.dumps(value) for key, value in lists.items()}})
            continue
        if meta.get("cmd") == "bye":
            break
        try:
            outputs = compute(meta["op"], tensors, json.loads(meta.get("attrs", "{}")))
            outputs = {key: np.asarray(y, np.float64) for key, y in outputs.items()}
            send(replies, {"id": meta["id"], "status": "ok"}, outputs)
        except Exception as mistake:
            send(replies, {"id": meta.get("id", ""), "status": "error", "message": repr(mistake), "traceback": traceback.format_exc()})
