import { checkSizes, type Network } from './network.ts'
import { normalisedNetwork } from './normalised-network.ts'

export interface FullyConnectedSizes {
  /** Units of each hidden layer. Default 512. */
  readonly width?: number
  /** Features of one example; images are flattened. Default 784 for F1 (MNIST), 360 for F2 (TIMIT). */
  readonly inputs?: number
  /** Default 10 for F1, 1973 for F2. */
  readonly classes?: number
}

/**
 * F1 of Keskar et al. 2016 (appendix B.1), for MNIST: five hidden layers of [dense, batch normalisation, ReLU], then a
 * dense one. Weights start uniform on ±1/√fanIn.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * const network = f1({ width: 256 })
 * network.name // 'f1 784–5×256–10'
 * parameterCount(network) // 467978
 */
export function f1({ width = 512, inputs = 784, classes = 10 }: FullyConnectedSizes = {}): Network {
  return fullyConnected('f1', 5, { width, inputs, classes })
}

/**
 * F2 of Keskar et al. 2016 (appendix B.2), for TIMIT: as F1 with seven hidden layers, 360 features and 1973 classes.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * parameterCount(f2()) // 2776501
 */
export function f2({ width = 512, inputs = 360, classes = 1973 }: FullyConnectedSizes = {}): Network {
  return fullyConnected('f2', 7, { width, inputs, classes })
}

function fullyConnected(owner: string, depth: number, sizes: Required<FullyConnectedSizes>): Network {
  checkSizes(owner, { ...sizes })
  const { width, inputs, classes } = sizes
  return normalisedNetwork({
    name: `${owner} ${inputs}–${depth}×${width}–${classes}`,
    inputShape: [inputs],
    layers: Array.from({ length: depth }, () => ({ kind: 'dense', units: width })),
    classes,
  })
}
