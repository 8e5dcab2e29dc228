"""Ask the reference: compare your own numpy functions with `deit subject`, gradients included.

    python3 client.py npx deit subject --engine reference

Needs numpy. Exit code 0 where everything agrees.
"""

import json
import math
import subprocess
import sys

import numpy as np

from frames import receive, send


class Subject:
    """A subject of the oracle, as a process: one request, one reply."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0

    def ask(self, meta, arrays=None):
        send(self.process.stdin, meta, arrays)
        reply = receive(self.process.stdout)
        if reply is None:
            raise EOFError("the subject ended without an answer")
        return reply

    def run(self, op, arrays, **attrs):
        """The outputs of an operation; raises with the subject's own words where there are none."""
        self.count += 1
        request = {"cmd": "run", "id": str(self.count), "op": op, "attrs": json.dumps(attrs), "wire": "F64", "storage": "F64"}
        meta, outputs = self.ask(request, arrays)
        if meta["status"] != "ok" or meta["id"] != str(self.count):
            raise RuntimeError(f"{op}: {meta['status']}: {meta.get('message', '')}")
        return outputs

    def close(self):
        send(self.process.stdin, {"cmd": "bye"})
        self.process.stdin.close()
        return self.process.wait()


def gelu(x):
    return x * 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2))


def layernorm(x, g, b, eps):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * g + b


def main(command):
    draw = np.random.default_rng(1).standard_normal
    subject = Subject(command)
    hello, _ = subject.ask({"cmd": "hello", "proto": "1", "runner": "examples/python/client.py"})
    print(f"{hello['name']} {hello['version']}: {len(json.loads(hello['ops']))} operations")

    x, w, b, dy = draw((2, 3, 5)), draw((4, 5)), draw(4), draw((2, 3, 4))
    g, shift = draw(5), draw(5)
    there = subject.run("linear", {"x": x, "w": w, "b": b})
    back = subject.run("linear.vjp", {"x": x, "w": w, "b": b, "dy": dy})
    compared = {
        "linear": (there["y"], x @ w.T + b),
        "linear.vjp dx": (back["dx"], dy @ w),
        "linear.vjp dw": (back["dw"], np.einsum("bno,bni->oi", dy, x)),
        "linear.vjp db": (back["db"], dy.sum((0, 1))),
        "gelu": (subject.run("gelu", {"x": x})["y"], gelu(x)),
        "layernorm": (subject.run("layernorm", {"x": x, "g": g, "b": shift}, eps=1e-6)["y"], layernorm(x, g, shift, 1e-6)),
    }
    try:
        subject.run("no_such_operation", {"x": x})
        raise AssertionError("an unknown operation was answered")
    except RuntimeError as refused:
        print(f"refused as it should be: {str(refused)[:60]}")

    wrong = 0
    for name, (got, want) in compared.items():
        error = float(np.abs(got - want).max())
        wrong += not error < 1e-12
        print(f"{name:15} {error:.1e} {'agrees' if error < 1e-12 else 'DIFFERS'}")
    if subject.close() != 0:
        print("the subject did not end well")
        wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python3 client.py COMMAND …, for example npx deit subject --engine reference")
    sys.exit(main(sys.argv[1:]))
