"""ONNX Runtime's own operators on the CPU, in float32: each request is a graph of a few nodes. It has no gradients."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from subject import LABELS, serve

OPSET = 20


class Graph:
    """Nodes one after another; each gives the name of what it computes."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def node(self, kind, *inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def reshape(self, x, *shape):
        return self.node("Reshape", x, self.constant(shape, np.int64))

    def transpose(self, x, *axes):
        return self.node("Transpose", x, perm=axes)

    def linear(self, x, w, b=None):
        """x (M, K) times the transpose of w (N, K), plus b (N): Gemm."""
        return self.node("Gemm", x, w, *([] if b is None else [b]), transB=1)

    def total(self, x):
        return self.node("ReduceSum", x, keepdims=0)

    def scale(self, x, factor):
        return self.node("Mul", x, self.constant(factor))

    def run(self, y, arrays):
        inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name, x in arrays.items()]
        outputs = [helper.make_tensor_value_info(y, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "peer", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run([y], arrays)[0]


def rows(g, name, shape):
    """A tensor of any rank as a matrix of rows."""
    return g.reshape(name, int(np.prod(shape[:-1])), shape[-1])


def linear(g, t, a):
    y = g.linear(rows(g, "x", t["x"].shape), "w", "b" if "b" in t else None)
    return g.reshape(y, *t["x"].shape[:-1], t["w"].shape[0])


def attended(g, x, shape, heads, names):
    """Tokens (B N, D) through the layers of `names`, attention between them: MatMul, Softmax, MatMul."""
    batch, tokens, dim = shape
    qkv = g.reshape(g.linear(x, *names[:2]), batch, tokens, 3, heads, dim // heads)
    part = lambda i, *axes: g.transpose(g.node("Gather", qkv, g.constant(i, np.int64), axis=2), *axes)
    q, k, v = part(0, 0, 2, 1, 3), part(1, 0, 2, 3, 1), part(2, 0, 2, 1, 3)
    shares = g.node("Softmax", g.scale(g.node("MatMul", q, k), (dim // heads) ** -0.5), axis=-1)
    merged = g.reshape(g.transpose(g.node("MatMul", shares, v), 0, 2, 1, 3), batch * tokens, dim)
    return g.linear(merged, *names[2:])


def mhsa(g, t, a):
    shape = t["x"].shape
    return g.reshape(attended(g, rows(g, "x", shape), shape, a["heads"], ["qkv_w", "qkv_b", "proj_w", "proj_b"]), *shape)


def fed_forward(g, x, names):
    return g.linear(g.node("Gelu", g.linear(x, *names[:2])), *names[2:])


def block(g, t, a):
    shape = t["x"].shape
    of = lambda layer, *names: [f"p.{layer}.{name}" for name in names]
    norm = lambda x, name: g.node("LayerNormalization", x, *of(name, "weight", "bias"), axis=-1, epsilon=a["eps"])
    x = rows(g, "x", shape)
    x = g.node("Add", x, attended(g, norm(x, "norm1"), shape, a["heads"], of("attn", "qkv.weight", "qkv.bias", "proj.weight", "proj.bias")))
    x = g.node("Add", x, fed_forward(g, norm(x, "norm2"), of("mlp", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")))
    return g.reshape(x, *shape)


def mlp(g, t, a):
    return g.reshape(fed_forward(g, rows(g, "x", t["x"].shape), ["w1", "b1", "w2", "b2"]), *t["x"].shape)


def patch_embed(g, t, a):
    dim, _, side, _ = t["w"].shape
    batch, _, height, width = t["img"].shape
    y = g.node("Conv", "img", "w", "b", strides=[side, side], kernel_shape=[side, side])
    return g.transpose(g.reshape(y, batch, dim, height * width // side**2), 0, 2, 1)


def pos_interp(g, t, a):
    dim, prefix, (h2, w2) = t["pe"].shape[-1], a["prefix"], a["to"]
    head, tail = (g.node("Slice", "pe", *(g.constant([n], np.int64) for n in ends)) for ends in ((0, prefix, 1), (prefix, t["pe"].shape[1], 1)))
    grid = g.transpose(g.reshape(tail, 1, *a["from"], dim), 0, 3, 1, 2)
    how = {"cubic_coeff_a": -0.75} if a["variant"] == "facebook" else {"cubic_coeff_a": -0.5, "antialias": 1, "exclude_outside": 1}
    sizes = g.constant([1, dim, h2, w2], np.int64)
    grid = g.node("Resize", grid, "", "", sizes, mode="cubic", coordinate_transformation_mode="half_pixel", **how)
    return g.node("Concat", head, g.transpose(g.reshape(grid, 1, dim, h2 * w2), 0, 2, 1), axis=1)


def target(g, t, classes, smoothing, variant="timm"):
    if "target" in t:
        return "target"
    eye = np.eye(classes, dtype=np.float32)[t[LABELS].astype(int)]
    if variant == "timm":
        return g.constant(eye * np.float32(1 - smoothing) + np.float32(smoothing / classes))
    return g.constant(np.where(eye == 1, 1 - smoothing, smoothing / (classes - 1)))


def cross_entropy(g, z, y, batch):
    return g.scale(g.total(g.node("Mul", y, g.node("LogSoftmax", z, axis=-1))), -1 / batch)


def kl(g, teacher, student, shape, tau, direction="teacher-student", reduction="batchmean"):
    p, q = (teacher, student) if direction == "teacher-student" else (student, teacher)
    p, q = (g.node("LogSoftmax", g.node("Div", z, g.constant(tau)), axis=-1) for z in (p, q))
    terms = g.node("Mul", g.node("Exp", p), g.node("Sub", p, q))
    return g.node("Div", g.total(terms), g.constant(shape[0] if reduction == "batchmean" else shape[0] * shape[1]))


def heads(t):
    return ("z", "z") if "z" in t else ("z_cls", "z_dist")


def blend(g, weight, base, taught):
    return g.node("Add", g.scale(base, 1 - weight), g.scale(taught, weight))


def soft_distill(g, t, a):
    (cls, dist), shape = heads(t), t["z_teacher"].shape
    how = {"paper": {}, "paper-literal": {"direction": "student-teacher"}, "facebook": {"reduction": "numel"}}[a["variant"]]
    taught = g.scale(kl(g, "z_teacher", dist, shape, a["tau"], **how), a["tau"] ** 2)
    return blend(g, a["lambda"], cross_entropy(g, cls, target(g, t, shape[1], a["smoothing"]), shape[0]), taught)


def hard_distill(g, t, a):
    (cls, dist), shape = heads(t), t["z_teacher"].shape
    decided = g.node("ArgMax", "z_teacher", axis=-1, keepdims=0)
    decided = g.node("OneHot", decided, g.constant([shape[1]], np.int64), g.constant([0, 1]))
    taught = cross_entropy(g, dist, decided, shape[0])
    return blend(g, a["alpha"], cross_entropy(g, cls, target(g, t, shape[1], a["smoothing"]), shape[0]), taught)


OPERATIONS = {
    "linear": linear,
    "softmax": lambda g, t, a: g.node("Softmax", "x", axis=-1),
    "log_softmax": lambda g, t, a: g.node("LogSoftmax", "x", axis=-1),
    "gelu": lambda g, t, a: g.node("Gelu", "x"),
    "layernorm": lambda g, t, a: g.node("LayerNormalization", "x", "g", "b", axis=-1, epsilon=a["eps"]),
    "mhsa": mhsa,
    "mlp": mlp,
    "patch_embed": patch_embed,
    "block": block,
    "pos_interp": pos_interp,
    "cross_entropy": lambda g, t, a: cross_entropy(
        g, "z", target(g, t, t["z"].shape[1], a["smoothing"], a["variant"]), t["z"].shape[0]
    ),
    "kl": lambda g, t, a: kl(g, "z_teacher", "z_student", t["z_teacher"].shape, a["tau"], a["direction"], a["reduction"]),
    "soft_distill": soft_distill,
    "hard_distill": hard_distill,
}


def compute(op, arrays, attributes):
    g, t = Graph(), {name: np.asarray(x, np.float32) for name, x in arrays.items()}
    y = OPERATIONS[op](g, t, attributes)
    return {"y": g.run(y, {name: x for name, x in t.items() if name != LABELS})}


if __name__ == "__main__":
    serve("ONNX Runtime", onnxruntime.__version__, list(OPERATIONS), compute)
