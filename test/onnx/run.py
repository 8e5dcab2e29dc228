"""Runs exported models in ONNX Runtime and compares every logit with the golden float64 value.

Usage: python3 test/onnx/run.py DEIT, where DEIT is the command line of the built `deit`; needs numpy and onnxruntime.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "data")
# Logits of these small models are of order 1 and pass through two or three blocks in float32.
TOLERANCE = 1e-5


def tensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f8").reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F64"
    }


def check(deit, model, folder):
    with open(os.path.join(DATA, "manifest.json")) as file:
        sizes = next(m for m in json.load(file)["config"]["models"] if m["name"] == model)
    config = {"dim": sizes["D"], "depth": sizes["depth"], "heads": sizes["h"], "patch": sizes["P"], "image": sizes["img"]}
    config |= {"classes": sizes["C"], "distilled": sizes["distilled"]}
    config_file, onnx = os.path.join(folder, f"{model}.json"), os.path.join(folder, f"{model}.onnx")
    with open(config_file, "w") as file:
        json.dump(config, file)
    weights = os.path.join(DATA, f"model_{model}.safetensors")
    subprocess.run([*deit, "convert", weights, onnx, "--to", "onnx", "--config", config_file, "--batch", str(sizes["B"])], check=True)
    golden = tensors(os.path.join(DATA, f"model_{model}.acts.safetensors"))
    session = onnxruntime.InferenceSession(onnx)
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {"image": golden["image"].astype("f4")})
    for name, value in zip(names, values):
        want = golden.get(f"act/{name}", golden["act/logits_cls"])
        worst = float(np.abs(value - want).max())
        print(f"{model} {name} {value.shape}: largest difference {worst:.1e}")
        if not (value.shape == want.shape and worst <= TOLERANCE):
            sys.exit(f"{model} {name} is off by {worst:.1e}, more than {TOLERANCE:.0e}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for model in ("square_distilled", "square_plain", "rect_distilled"):
            check(sys.argv[1:], model, folder)
    print(f"ONNX Runtime {onnxruntime.__version__} agrees")
