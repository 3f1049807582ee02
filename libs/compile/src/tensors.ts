import * as tf from '@tensorflow/tfjs'

/** Tensors, in lists and records as deep as one likes. `undefined` and `null` stand for nothing. */
export type Tensors = tf.Tensor | undefined | null | readonly Tensors[] | { readonly [name: string]: Tensors }

/** The tensors in it, in order. Records give theirs in the order of their keys. */
export function tensorsIn(structure: unknown): tf.Tensor[] {
  const found: tf.Tensor[] = []
  mapTensors(structure, tensor => {
    found.push(tensor)
    return tensor
  })
  return found
}

/**
 * The same structure with other tensors.
 *
 * @throws TypeError on anything else than tensors, lists and records: a number would be fixed
 */
export function mapTensors(structure: unknown, change: (tensor: tf.Tensor) => tf.Tensor, path = ''): unknown {
  if (structure instanceof tf.Tensor) return change(structure as tf.Tensor)
  if (structure === undefined || structure === null) return structure
  if (Array.isArray(structure)) return structure.map((part, i) => mapTensors(part, change, `${path}[${i}]`))
  if (typeof structure === 'object' && Object.getPrototypeOf(structure) === Object.prototype) {
    const entries = Object.entries(structure).map(([key, part]) => [
      key,
      mapTensors(part, change, `${path}.${key}`),
    ])
    return Object.fromEntries(entries) as Tensors
  }
  throw new TypeError(
    `a compiled function takes and gives tensors, lists and records of them; ${path === '' ? 'here' : path} is ` +
      `${typeof structure === 'object' ? 'another object' : `a ${typeof structure}`}. A number that may change goes in as tf.scalar(…)`,
  )
}

/** What has to be equal for one graph to serve two calls: shapes, types, structure; and which variables were given. */
export function signatureKey(structure: unknown): string {
  return keyOf(structure, tensor => {
    const { id, dtype, shape } = tensor
    return `${tensor instanceof tf.Variable ? `variable ${id} ` : ''}${dtype} ${shape.join()}`
  })
}

/** Lists, records and where in them tensors are. */
export function structureOf(structure: unknown): string {
  return keyOf(structure, () => 'tensor')
}

function keyOf(structure: unknown, ofTensor: (tensor: tf.Tensor) => string): string {
  const key = (part: unknown): unknown => {
    if (part instanceof tf.Tensor) return ['tensor', ofTensor(part as tf.Tensor)]
    if (Array.isArray(part)) return ['list', part.map(key)]
    if (part === undefined || part === null) return String(part)
    return ['record', Object.entries(part).map(([name, each]) => [name, key(each)])]
  }
  return JSON.stringify(key(structure))
}
