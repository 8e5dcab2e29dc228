import { showList } from '../../core/text/show-value.ts';
import { refuse } from '../error/refusal.ts';
import { quoted } from '../error/wording.ts';
import { type Constructor, mentioned, objects } from './pickle-objects.ts';
import { describe, type GlobalName, isDictionary, isList, isTagged, type PickleValue } from './pickle-value.ts';
import { counts, storages, types, view } from './view.ts';

const FORMAT = 'torch checkpoint';

/** Refuses marks that change what the stored numbers mean: `neg` and `conj`. */
const checkUnmarked = (marks: PickleValue | undefined): void => {
  if (marks === undefined || marks === null || (isDictionary(marks) && marks.size === 0)) return;
  const named = isDictionary(marks) ? [...marks.keys()].map((mark) => (typeof mark === 'string' ? quoted(mark) : describe(mark))) : [];
  refuse(
    FORMAT,
    `a tensor is marked ${showList(named) || describe(marks)}, so it is not what is stored; save tensor.resolve_neg().resolve_conj()`,
  );
};

/** The functions that rebuild a tensor from its storage. */
const rebuilders: Readonly<Record<string, Constructor>> = {
  'torch._utils._rebuild_tensor_v2': ([storage, offset, sizes, stride, , , marks]) => {
    checkUnmarked(marks);
    return view(storage, offset, sizes, stride);
  },
  'torch._utils._rebuild_tensor_v3': ([storage, offset, sizes, stride, , , dtype, marks]) => {
    checkUnmarked(marks);
    return isTagged(dtype, 'GlobalName') && Object.hasOwn(types, dtype.name)
      ? view(storage, offset, sizes, stride, types[dtype.name])
      : refuse(FORMAT, `a tensor's type is ${describe(dtype)}`);
  },
};

const parameter: Constructor = ([tensor]) =>
  isTagged(tensor, 'TensorRef') ? tensor : refuse(FORMAT, `a parameter holds ${describe(tensor)}, not a tensor`);

/** The functions that a checkpoint may call. Each makes data from data. */
const constructors: Readonly<Record<string, Constructor>> = {
  ...rebuilders,
  'torch._utils._rebuild_parameter': parameter,
  'torch._utils._rebuild_parameter_with_state': parameter,
  // A tensor with attributes, which are left out.
  'torch._tensor._rebuild_from_type_v2': ([make, , args]) =>
    isTagged(make, 'GlobalName') && Object.hasOwn(rebuilders, make.name) && isList(args)
      ? rebuilders[make.name](args)
      : refuse(FORMAT, `a tensor with attributes is made by ${describe(make)}, not from a storage`),
  'torch.Size': ([sizes]) => counts(sizes, 'a torch.Size'),
  ...objects,
};

/** Everything that a checkpoint may name. */
const known = new Set([...Object.keys(constructors), ...Object.keys(storages), ...Object.keys(types), ...mentioned]);

/** A name from the pickle, if it is one of those that build data; any other ends the surrounding attempt, having run nothing. */
export const allowed = (name: string, at: number): GlobalName =>
  known.has(name)
    ? { _tag: 'GlobalName', name }
    : refuse(
        FORMAT,
        `byte ${at} of data.pkl asks for ${quoted(name)}, which only running Python code could make and is refused${
          name.startsWith('torch.nn.') || name.startsWith('timm.')
            ? '; this is a whole module: save model.state_dict() instead'
            : '; save only the state dict'
        }`,
      );

/** Calls one of the allowed constructors. */
export const construct = (callee: PickleValue | undefined, args: PickleValue | undefined, at: number): PickleValue => {
  const make = isTagged(callee, 'GlobalName') && Object.hasOwn(constructors, callee.name) ? constructors[callee.name] : undefined;
  if (make === undefined) return refuse(FORMAT, `byte ${at} of data.pkl calls ${describe(callee)}, which makes no tensor and no container`);
  return isList(args) ? make(args) : refuse(FORMAT, `byte ${at} of data.pkl calls ${describe(callee)} with ${describe(args)}, not a tuple`);
};
