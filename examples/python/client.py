"""Ask the reference: compare your own numpy functions with `deit subject`, gradients included.

    python3 client.py npx deit subject --engine reference

Needs numpy. What the subject skips is not compared, and what it has beside that is not asked: both are said. Exit code 0 where something was
compared and all of it agrees.
"""

import json
import math
import subprocess
import sys

import numpy as np

from frames import receive, send


# Unit roundoff of what a subject stores, by type, and how numpy holds the same numbers.
ROUNDOFF = {"F64": 2.0**-53, "F32": 2.0**-24, "F16": 2.0**-11, "BF16": 2.0**-8}
HELD = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


class Skipped(Exception):
    """The subject does not speak this operation."""


class Subject:
    """A subject of the oracle, as a process: one request, one reply."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0
        self.hello, _ = self.ask({"cmd": "hello", "proto": "1", "runner": "examples/python/client.py"})
        usual = json.loads(self.hello["dtypes"])[0]
        self.storage = json.loads(self.hello.get("profile", "{}")).get("storage", usual)

    def ask(self, meta, arrays=None):
        send(self.process.stdin, meta, arrays)
        reply = receive(self.process.stdout)
        if reply is None:
            raise EOFError("the subject ended without an answer")
        return reply

    def run(self, op, arrays, **attrs):
        """The outputs of an operation; raises with the subject's own words where there are none."""
        self.count += 1
        request = {"cmd": "run", "id": str(self.count), "op": op, "attrs": json.dumps(attrs), "wire": "F64", "storage": self.storage}
        meta, outputs = self.ask(request, arrays)
        if meta["status"] == "skip":
            raise Skipped(meta.get("message", ""))
        if meta["status"] != "ok" or meta["id"] != str(self.count):
            raise RuntimeError(f"{op}: {meta['status']}: {meta.get('message', '')}")
        return outputs

    def close(self):
        send(self.process.stdin, {"cmd": "bye"})
        self.process.stdin.close()
        return self.process.wait()


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def gelu(x):
    return x * 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2))


def layernorm(x, g, b, eps):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * g + b


def questions(draw):
    """What is asked: an operation, its inputs and attributes, and what numpy makes of them."""
    x, w, b, dy = draw((2, 3, 5)), draw((4, 5)), draw(4), draw((2, 3, 4))
    g, shift = draw(5), draw(5)
    dp, p = draw((2, 3, 5)), softmax(x)
    gradients = {"dx": dy @ w, "dw": np.einsum("bno,bni->oi", dy, x), "db": dy.sum((0, 1))}
    return [
        ("softmax", {"x": x}, {}, {"y": p}),
        ("softmax.vjp", {"x": x, "dy": dp}, {}, {"dx": p * (dp - (dp * p).sum(-1, keepdims=True))}),
        ("linear", {"x": x, "w": w, "b": b}, {}, {"y": x @ w.T + b}),
        ("linear.vjp", {"x": x, "w": w, "b": b, "dy": dy}, {}, gradients),
        ("gelu", {"x": x}, {}, {"y": gelu(x)}),
        ("layernorm", {"x": x, "g": g, "b": shift}, {"eps": 1e-6}, {"y": layernorm(x, g, shift, 1e-6)}),
    ]


def difference(got, want):
    """The largest difference of two arrays; infinite where they are not the same kind of array."""
    return float(np.abs(got - want).max()) if np.shape(got) == want.shape else math.inf


def main(command):
    subject = Subject(command)
    operations = json.loads(subject.hello["ops"])
    print(f"{subject.hello['name']} {subject.hello['version']}: {len(operations)} operations in {subject.storage}")
    normal = np.random.default_rng(1).standard_normal
    # Inputs that the subject's type holds: nobody is charged for rounding them.
    held = HELD.get(subject.storage, np.float64)
    # A few roundings on a few numbers; `deit check` has a proved bound for each.
    tolerance = 256 * ROUNDOFF[subject.storage]

    compared, wrong = 0, 0
    asked = questions(lambda shape: normal(shape).astype(held).astype(np.float64))
    for op, arrays, attrs, wanted in asked:
        try:
            outputs = subject.run(op, arrays, **attrs)
        except Skipped as why:
            print(f"{op:15} skipped: {why}")
            continue
        for name, want in wanted.items():
            error = difference(outputs.get(name), want)
            agrees = error < tolerance
            compared, wrong = compared + 1, wrong + (not agrees)
            print(f"{op + ' ' + name:15} {error:.1e} {'agrees' if agrees else 'DIFFERS'}")
    others = sorted(set(operations) - {op for op, *_ in asked})
    if others:
        print(f"not asked: {', '.join(others)}")
    try:
        subject.run("no_such_operation", {})
        raise AssertionError("an unknown operation was answered")
    except Skipped as refused:
        print(f"refused as it should be: {str(refused)[:60]}")
    if subject.close() != 0:
        print("the subject did not end well")
        wrong += 1
    return 0 if compared > 0 and wrong == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python3 client.py COMMAND …, for example npx deit subject --engine reference")
    sys.exit(main(sys.argv[1:]))
