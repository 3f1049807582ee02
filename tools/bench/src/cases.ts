/** The sizes of a network, as plain data: every runner builds its own network from them. */
export type NetworkSizes =
  | {
      readonly kind: 'mlp'
      readonly inputs: number
      readonly hidden: readonly number[]
      readonly classes: number
    }
  | {
      readonly kind: 'cnn'
      /** Height, width, channels. */
      readonly image: readonly [number, number, number]
      readonly filters: readonly [number, number]
      readonly hidden: readonly [number, number]
      readonly classes: number
    }

/** What is timed: one SGD update, the gradient alone, or one product of the Hessian with a vector. */
export type Work = 'step' | 'gradient' | 'product'

/** One row of the table. */
export interface Case {
  /** What `--only` takes. */
  readonly name: string
  readonly title: string
  readonly network: NetworkSizes
  readonly batch: number
  readonly work: Work
  /** The ratio of native to PyTorch that the project promises on two cores; none where it promises nothing. */
  readonly nativeLimit?: number
}

const MLP: NetworkSizes = { kind: 'mlp', inputs: 784, hidden: [512, 512, 512, 512, 512], classes: 10 }
const CNN: NetworkSizes = {
  kind: 'cnn',
  image: [32, 32, 3],
  filters: [32, 64],
  hidden: [384, 192],
  classes: 10,
}

/** A promise is what was measured once with kernels of this kind on two idle cores, and 15 % on top. */
const SLACK = 1.15

/** Of a Hessian-vector product, before steps are compiled. */
const PRODUCT_LIMIT = 1.9

/** How many gradients' time a Hessian-vector product may take natively, of the same network and batch. */
export const PRODUCT_IN_GRADIENTS_LIMIT = 3.5

/** The rows of the table, in order. */
export const CASES: readonly Case[] = [
  {
    name: 'mlp-16',
    title: 'MLP step, batch 16',
    network: MLP,
    batch: 16,
    work: 'step',
    nativeLimit: SLACK * 3.1,
  },
  {
    name: 'mlp-256',
    title: 'MLP step, 256',
    network: MLP,
    batch: 256,
    work: 'step',
    nativeLimit: SLACK * 2.1,
  },
  {
    name: 'mlp-2048',
    title: 'MLP step, 2048',
    network: MLP,
    batch: 2048,
    work: 'step',
    nativeLimit: SLACK * 1.3,
  },
  {
    name: 'mlp-16384',
    title: 'MLP step, 16384',
    network: MLP,
    batch: 16384,
    work: 'step',
    nativeLimit: SLACK * 0.84,
  },
  {
    name: 'mlp-hvp',
    title: 'HVP of the MLP, 1024',
    network: MLP,
    batch: 1024,
    work: 'product',
    nativeLimit: PRODUCT_LIMIT,
  },
  { name: 'mlp-gradient', title: 'gradient of the MLP, 1024', network: MLP, batch: 1024, work: 'gradient', nativeLimit: SLACK * 1.3 }, // prettier-ignore
  { name: 'cnn-32', title: 'CNN step, 32', network: CNN, batch: 32, work: 'step', nativeLimit: SLACK * 1.5 },
  {
    name: 'cnn-256',
    title: 'CNN step, 256',
    network: CNN,
    batch: 256,
    work: 'step',
    nativeLimit: SLACK * 0.54,
  },
  {
    name: 'cnn-hvp',
    title: 'HVP of the CNN, 32',
    network: CNN,
    batch: 32,
    work: 'product',
    nativeLimit: PRODUCT_LIMIT,
  },
  { name: 'cnn-gradient', title: 'gradient of the CNN, 32', network: CNN, batch: 32, work: 'gradient' },
]

/**
 * The cases of these names, in the order of the table; all where no name is given.
 *
 * @throws RangeError on a name that no case has
 *
 * @example
 * chooseCases(['cnn-32'])[0].batch // 32
 */
export function chooseCases(names: readonly string[]): readonly Case[] {
  const known = CASES.map(({ name }) => name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new RangeError(`'${unknown}' is no case of the benchmark; choose from ${known.join(', ')}`)
  }
  return names.length === 0 ? CASES : CASES.filter(({ name }) => names.includes(name))
}
