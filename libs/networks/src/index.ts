export { cnn, type CnnSizes } from './cnn.ts'
export { mlp, type MlpSizes } from './mlp.ts'
export { initialParameters, type Network, parameterCount, type ParameterShape } from './network.ts'
