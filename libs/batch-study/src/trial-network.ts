import { cnn, mlp, type Network } from '@flatland/networks'
import { CLASSES, DATA_SETS, type Trial } from './trial.ts'

/** The network that a trial describes, for the images of its data set. */
export function trialNetwork({ network, data }: Trial): Network {
  const { image } = DATA_SETS[data.name]
  const [height, width, channels] = image
  if (network.kind === 'cnn') return cnn({ image, ...network, classes: CLASSES })
  return mlp({ inputs: height * width * channels, hidden: network.hidden, classes: CLASSES })
}
