import {
  bert,
  bertClassifier,
  c1,
  c2,
  c3,
  c4,
  cnn,
  davidnet,
  f1,
  f2,
  lenet,
  mlp,
  type Network,
} from '@flatland/networks'
import { vocabularySize } from '@flatland/datasets'
import { DATA_SETS, type DataSetKind } from './data-sets.ts'
import { NETWORK_KINDS, type TrialFields } from './trial-fields.ts'

/** What of a trial makes its network. */
export interface NetworkOfTrial {
  readonly network: TrialFields['network']
  readonly data: Pick<TrialFields['data'], 'name'>
}

/**
 * The network that a trial describes, for the examples of its data set.
 *
 * @throws RangeError when it does not take examples of that shape
 */
export function trialNetwork({ network, data }: NetworkOfTrial): Network {
  const { shape: image, classes, tokens, predictions } = DATA_SETS[data.name]
  const inputs = image[0] * image[1] * image[2]
  switch (network.kind) {
    case 'mlp':
      return mlp({ inputs, hidden: network.hidden, classes })
    case 'cnn':
      return cnn({ image, filters: network.filters, hidden: network.hidden, classes })
    case 'lenet':
      return lenet({ image, classes })
    case 'F1':
    case 'F2':
      return FLAT[network.kind]({ width: network.width, inputs, classes })
    case 'C1':
    case 'C2':
    case 'C3':
    case 'C4':
      return CONVOLUTIONAL[network.kind]({ image, width: network.width, classes })
    case 'davidnet':
      return davidnet({ image, width: network.width, classes })
    case 'bert': {
      const { layers, width, heads, feedForward, norm } = network
      const sizes = {
        layers,
        width,
        heads,
        feedForward,
        norm,
        vocabulary: vocabularySize,
        length: tokens ?? 0,
      }
      // All sentences have one class each, all sequences several hidden tokens.
      return predictions === 1 ? bertClassifier({ ...sizes, classes }) : bert({ ...sizes, predictions })
    }
  }
}

const FLAT = { F1: f1, F2: f2 }
const CONVOLUTIONAL = { C1: c1, C2: c2, C3: c3, C4: c4 }

/** What examples a network takes. */
function takes(kind: NetworkOfTrial['network']['kind']): readonly Examples[] {
  if (kind === 'bert') return ['text']
  return kind === 'mlp' || kind in FLAT ? ['images', 'features'] : ['images']
}

type Examples = 'images' | 'features' | 'text'

function examplesOf({ shift, tokens }: DataSetKind): Examples {
  if (tokens !== null) return 'text'
  return shift === null ? 'features' : 'images'
}

/** @returns why there is no such network for these examples, if there is none */
export function refusedNetwork(trial: NetworkOfTrial): string | undefined {
  const { network, data } = trial
  const examples = examplesOf(DATA_SETS[data.name])
  if (!takes(network.kind).includes(examples)) {
    const fitting = NETWORK_KINDS.filter(kind => takes(kind).includes(examples))
    return `is ${network.kind}; for ${data.name}, which has ${examples}, it must be one of ${fitting.join(', ')}`
  }
  try {
    trialNetwork(trial)
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

export function hasNormalization(trial: NetworkOfTrial): boolean {
  return trialNetwork(trial).statisticShapes.length > 0
}

export function hasDropout({ network }: NetworkOfTrial): boolean {
  return network.kind === 'bert' ? network.dropout : network.kind in CONVOLUTIONAL
}

/** Over how many examples at once batch normalisation takes its statistics, where they are less than a batch. */
export function ghostBatchOf({ network }: NetworkOfTrial): number | null {
  return 'ghostBatch' in network ? network.ghostBatch : null
}
