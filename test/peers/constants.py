"""How a library computes in float32, measured: the error of its elementary functions, and what becomes of subnormal numbers.

    python3 test/peers/constants.py torch | jax | onnxruntime

An error is in units of u = 2^-24 relative to the exact result, the largest over some four million points; results that are not normal numbers are left
out. Exact results are the C library's in float64. For GELU the unit is u (|y| + |x|/2): what an implementation by 1 + erf is held to.
"""

import math
import sys

import numpy as np

U = 2.0**-24
MIN_NORMAL = np.float32(2.0**-126)
random = np.random.default_rng(1)


def spread(low, high, count=2_000_000):
    """Points in equal steps, and points of every magnitude."""
    even = np.linspace(low, high, count)
    size = np.exp2(random.uniform(-30, math.log2(max(abs(low), abs(high))), count))
    signed = size * random.choice([-1, 1], count)
    return np.unique(np.concatenate([even, signed[(signed >= low) & (signed <= high)]]).astype(np.float32))


def magnitudes(low, high, count=4_000_000):
    return np.unique(np.exp2(random.uniform(low, high, count)).astype(np.float32))


near_one = (1 + random.uniform(-0.5, 1, 2_000_000)).astype(np.float32)
erf = np.frompyfunc(math.erf, 1, 1)
erfc = np.frompyfunc(math.erfc, 1, 1)
exact = {
    "exp": np.exp,
    "log": np.log,
    "erf": lambda x: erf(x).astype(float),
    "tanh": np.tanh,
    "gelu": lambda x: 0.5 * x * erfc(-x / math.sqrt(2)).astype(float),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sqrt": np.sqrt,
    "div": lambda x: x[: len(x) // 2] / x[len(x) // 2 : 2 * (len(x) // 2)],
}
points = {
    "exp": spread(-87, 88),
    "log": np.unique(np.concatenate([magnitudes(-126, 127, 2_000_000), near_one])),
    "erf": spread(-4, 4),
    "tanh": spread(-9, 9),
    "gelu": spread(-12, 12),
    "rsqrt": magnitudes(-126, 127),
    "sqrt": magnitudes(-126, 127),
    "div": random.permutation(magnitudes(-60, 60)),
}


def of_torch():
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    on = lambda f: lambda x: f(torch.from_numpy(x)).numpy()
    half = lambda x: torch.div(x[: len(x) // 2], x[len(x) // 2 : 2 * (len(x) // 2)])
    table = {name: on(getattr(torch, name)) for name in ("exp", "log", "erf", "tanh", "rsqrt", "sqrt")}
    return f"PyTorch {torch.__version__}", {**table, "gelu": on(F.gelu), "div": on(half)}, on(lambda x: x * 1.5), on(lambda x: x[:1] * x[1:])


def of_jax():
    import jax
    import jax.numpy as jnp

    on = lambda f: lambda x: np.asarray(jax.jit(f)(x))
    table = {"exp": jnp.exp, "log": jnp.log, "erf": jax.scipy.special.erf, "tanh": jnp.tanh, "rsqrt": jax.lax.rsqrt, "sqrt": jnp.sqrt}
    table |= {"gelu": lambda x: jax.nn.gelu(x, approximate=False), "div": lambda x: x[: len(x) // 2] / x[len(x) // 2 : 2 * (len(x) // 2)]}
    return f"JAX {jax.__version__}", {name: on(f) for name, f in table.items()}, on(lambda x: x * 1.5), on(lambda x: x[:1] * x[1:])


def of_onnxruntime():
    import onnxruntime

    from onnx_runtime import Graph

    def node(kind, *more):
        def run(x):
            g = Graph()
            return g.run(g.node(kind, "x", *more), {"x": x})

        return run

    def pairs(kind):
        def run(x):
            g, half = Graph(), len(x) // 2
            return g.run(g.node(kind, "a", "b"), {"a": x[:half], "b": x[half : 2 * half]})

        return run

    def rsqrt(x):
        g = Graph()
        return g.run(g.node("Reciprocal", g.node("Sqrt", "x")), {"x": x})

    table = {name: node(name.capitalize()) for name in ("exp", "log", "erf", "tanh", "sqrt", "gelu")}
    scaled = lambda x: pairs("Mul")(np.concatenate([x, np.full(len(x), 1.5, np.float32)]))
    return f"ONNX Runtime {onnxruntime.__version__}", {**table, "rsqrt": rsqrt, "div": pairs("Div")}, scaled, pairs("Mul")


def worst(name, f):
    x = points[name]
    wide = x.astype(np.float64)
    got, want = f(x).astype(np.float64), exact[name](wide)
    unit = np.abs(want) + (np.abs(wide) / 2 if name == "gelu" else 0)
    normal = (np.abs(want) >= MIN_NORMAL) & (np.abs(want) < 3e38)
    error = np.where(normal, np.abs(got - want) / np.where(normal, unit, 1), 0) / U
    at = int(np.argmax(error))
    return error[at], x[at], int(normal.sum())


if __name__ == "__main__":
    name, functions, scaled, product = {"torch": of_torch, "jax": of_jax, "onnxruntime": of_onnxruntime}[sys.argv[1]]()
    print(name)
    for function in exact:
        error, at, count = worst(function, functions[function])
        print(f"{function:6} {error:8.3f} u at {at:.9g}, {count} points")
    tiny = np.array([1e-39], np.float32)
    print("a subnormal input times 1.5:", float(scaled(tiny)[0]), "for", float(tiny[0] * np.float32(1.5)))
    print("1e-20 times 1e-20:", float(product(np.array([1e-20, 1e-20], np.float32))[0]), "for", float(np.float32(1e-40)))
    print("exp(-90), exp(-100):", *(float(y) for y in functions["exp"](np.array([-90, -100], np.float32))), "for", math.exp(-90), math.exp(-100))
