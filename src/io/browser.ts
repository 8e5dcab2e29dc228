/** Files as bytes: what needs no file system, and so runs in a browser too. */
export { type ByteSink, type ByteSource, memorySource } from './bytes/byte-source.ts';
export { bytesOf, type DType, dtypes, type FloatDType, isDType } from './bytes/dtype.ts';
export { type ElementArray, fromTensor, type RawTensor, toTensor, typedArray } from './bytes/raw-tensor.ts';
export { configMetadata, metadataConfig } from './checkpoint/config-metadata.ts';
export { type Checkpoint, readCheckpoint, readWeights, type WeightsChoice } from './checkpoint/read-checkpoint.ts';
export { type LoadedModel, type ModelOptions, readModel } from './checkpoint/read-model.ts';
export { type InputError, inputError } from './error/error.ts';
export { type DecodeOptions, decodeImage, encodePng } from './image/decode.ts';
export {
  detectNaming,
  huggingFaceClass,
  huggingFaceNames,
  type Naming,
  timmShapes,
  toHuggingFace,
  toTimm,
  type Weights,
} from './naming/rename.ts';
export { decode as decodeSafetensors, encode as encodeSafetensors, type SafeFile } from './safetensors/codec.ts';
export { type Header, type HeaderLimits, parseHeader, type TensorEntry } from './safetensors/header.ts';
export { openSafetensors, rawSource, type SafeReader, type SafeSource, tensorSource } from './safetensors/stream.ts';
export { openTorch, stateDict, type TorchReader } from './torch/open.ts';
export type { GlobalName, Namespace, Opaque, PickleValue, Storage, TensorRef } from './torch/pickle-value.ts';
