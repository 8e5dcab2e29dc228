/** Files as bytes: what needs no file system, and so runs in a browser too. */
export { type ByteSink, type ByteSource, memorySource } from './byte-source.ts';
export { configMetadata, metadataConfig } from './config-metadata.ts';
export { bytesOf, type DType, dtypes, type FloatDType, isDType } from './dtype.ts';
export { type InputError, inputError } from './error.ts';
export { type DecodeOptions, decodeImage, encodePng } from './image.ts';
export { detectNaming, huggingFaceClass, huggingFaceNames, type Naming, timmShapes, toHuggingFace, toTimm, type Weights } from './names.ts';
export type { GlobalName, Namespace, Opaque, PickleValue, Storage, TensorRef } from './pickle-value.ts';
export { type ElementArray, fromTensor, type RawTensor, toTensor, typedArray } from './raw-tensor.ts';
export { type Checkpoint, readCheckpoint, readWeights, type WeightsChoice } from './read-weights.ts';
export { decode as decodeSafetensors, encode as encodeSafetensors, type SafeFile } from './safetensors.ts';
export { type Header, type HeaderLimits, parseHeader, type TensorEntry } from './safetensors-header.ts';
export { openSafetensors, rawSource, type SafeReader, type SafeSource, tensorSource } from './safetensors-stream.ts';
export { openTorch, stateDict, type TorchReader } from './torch.ts';
