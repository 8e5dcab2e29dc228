import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

const versionOf = (name) => JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules', name, 'package.json'), 'utf8')).version;

/** ONNX Runtime, as WebAssembly (`web`) or native (`node`), on the model that we exported. */
export const load = async ({ spec, tensors, folder, options: { library, threads } }) => {
  const name = `onnxruntime-${library}`;
  const ort = library === 'web' ? (await import('onnxruntime-web')).default : require('onnxruntime-node');
  if (library === 'web') ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(readFileSync(join(folder, 'model.onnx')), {
    executionProviders: [library === 'web' ? 'wasm' : 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const [input] = spec.onnx.inputs;
  const { shape, data } = tensors[input];
  const output = spec.onnx.output;
  return {
    describe: `${name} ${versionOf(name)}, ${threads} thread${threads === 1 ? '' : 's'}`,
    run: async () => ({ [spec.output]: (await session.run({ [input]: new ort.Tensor('float32', data, shape) }, [output]))[output].data }),
  };
};
