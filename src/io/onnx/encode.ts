import { PbfWriter } from 'pbf';
import type { Shape } from '../../core/tensor/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { type FloatDType, narrow } from '../bytes/dtype.ts';
import type { Attribute } from './expression.ts';
import type { Graph, GraphConstant, GraphNode } from './graph.ts';

/** Types of numbers an exported model can compute in. */
export type OnnxDType = Exclude<FloatDType, 'BF16'>;

/** Field numbers and type codes are those of onnx/onnx: onnx.proto3; IR version 8 goes with opset 17 (LayerNormalization). */
const IR_VERSION = 8;
const OPSET = 17;
const INT64 = 7;
const TYPE_CODE: { readonly [D in OnnxDType]: number } = { F32: 1, F16: 10, F64: 11 };
const ATTRIBUTE_CODE = { float: 1, int: 2, ints: 7 };

/** What an exported model is made of. */
export interface OnnxModel {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly weights: Readonly<Record<string, Tensor>>;
}

const each = <A>(pbf: PbfWriter, field: number, items: readonly A[], write: (item: A, pbf: PbfWriter) => void): void => {
  for (const item of items) pbf.writeMessage(field, write, item);
};

const tensorProto = (code: number, name: string, shape: Shape, bytes: Uint8Array) => (_: null, pbf: PbfWriter) => {
  pbf.writePackedVarint(1, [...shape]);
  pbf.writeVarintField(2, code);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, bytes);
};

const constantProto = (dtype: OnnxDType) => (constant: GraphConstant, pbf: PbfWriter) => {
  if ('integers' in constant) {
    const bytes = new Uint8Array(BigInt64Array.from(constant.integers, BigInt).buffer);
    tensorProto(INT64, constant.name, constant.shape, bytes)(null, pbf);
  } else tensorProto(TYPE_CODE[dtype], constant.name, constant.shape, narrow(dtype, constant.numbers))(null, pbf);
};

const attributeProto = ([name, value]: readonly [string, Attribute], pbf: PbfWriter): void => {
  pbf.writeStringField(1, name);
  if ('float' in value) pbf.writeFloatField(2, value.float);
  else if ('int' in value) pbf.writeVarintField(3, value.int);
  else for (const int of value.ints) pbf.writeVarintField(8, int);
  pbf.writeVarintField(20, 'float' in value ? ATTRIBUTE_CODE.float : 'int' in value ? ATTRIBUTE_CODE.int : ATTRIBUTE_CODE.ints);
};

const nodeProto = (node: GraphNode, pbf: PbfWriter): void => {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, node.output);
  pbf.writeStringField(3, node.output);
  pbf.writeStringField(4, node.operator);
  each(pbf, 5, Object.entries(node.attributes), attributeProto);
};

const valueProto =
  (dtype: OnnxDType) =>
  ([name, shape]: readonly [string, Shape], pbf: PbfWriter) => {
    pbf.writeStringField(1, name);
    const dimension = (length: number, into: PbfWriter): void => into.writeVarintField(1, length);
    const tensorType = (_: null, type: PbfWriter): void => {
      type.writeVarintField(1, TYPE_CODE[dtype]);
      type.writeMessage(2, (_of: null, dims: PbfWriter) => each(dims, 1, shape, dimension), null);
    };
    pbf.writeMessage(2, (_: null, type: PbfWriter) => type.writeMessage(1, tensorType, null), null);
  };

/** The bytes of an ONNX model. */
export const encodeOnnx = ({ name, dtype, graph, inputs, outputs, weights }: OnnxModel): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, 'deit-oracle');
  const graphProto = (_: null, into: PbfWriter): void => {
    each(into, 1, graph.nodes, nodeProto);
    into.writeStringField(2, name);
    for (const [key, { shape, data }] of Object.entries(weights))
      into.writeMessage(5, tensorProto(TYPE_CODE[dtype], key, shape, narrow(dtype, data)), null);
    each(into, 5, graph.constants, constantProto(dtype));
    each(into, 11, Object.entries(inputs), valueProto(dtype));
    each(into, 12, Object.entries(outputs), valueProto(dtype));
  };
  pbf.writeMessage(7, graphProto, null);
  const opset = (_: null, into: PbfWriter): void => {
    into.writeStringField(1, '');
    into.writeVarintField(2, OPSET);
  };
  pbf.writeMessage(8, opset, null);
  return pbf.finish();
};
