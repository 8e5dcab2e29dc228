/** Weights and images in and out: everything of `browser.ts`, and files. */
export * from './browser.ts';
export { loadModel } from './checkpoint/load-model.ts';
export { loadCheckpoint, loadWeights, type SaveOptions, saveWeights } from './checkpoint/weights-file.ts';
export { readFile, withFile, writeWhole } from './file/whole-file.ts';
export { readImage, writePng } from './image/file.ts';
export { deitOnnx, type OnnxDType, saveOnnx } from './onnx/export.ts';
export { withSafetensors, writeSafetensors } from './safetensors/file.ts';
