import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { failureOf, objectiveWith, ones } from '../test/bad-input.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import * as h from './index.ts'

await tensorScope()

const four = h.diagonalMatrix([1, 2, 3, 4])
const good = (): h.ModelObjective => objectiveWith()
const two = (): tf.Tensor => tf.ones([2])
const double = ([w = two()]: readonly tf.Tensor[]): tf.Tensor => w.mul(2)
const point = { gradientNorm: 0, gradientTolerance: 1, size: 1 }
const elsewhere = { module: import.meta.url, name: 'nothing' }
const sure = { value: 1, errorBound: 0, converged: true }

/** Mismatched sizes, and more asked than there is. */
const badArguments: [called: string, call: () => unknown, message: string][] = [
  ['hessian', () => h.hessian(good()).apply(ones(5)), 'v has 5 numbers; it must have 6'],
  ['hessian', () => h.hessian(good()).apply(ones(6).fill(NaN)), 'v holds NaN at index 0'],
  ['gaussNewton', () => h.gaussNewton(good()).apply(ones(7)), 'v has 7 numbers; it must have 6'],
  [
    'gaussNewton',
    () => h.gaussNewton(objectiveWith({ outputs: double, outputLoss: z => z.sum() })),
    'The outputs of one example are of shape [2,3]: their first dimension must be the examples',
  ],
  ['empiricalFisher', () => h.empiricalFisher(good()).apply(ones(5)), 'v has 5 numbers; it must have 6'],
  ['monteCarloFisher', () => h.monteCarloFisher(good()).apply(ones(5)), 'v has 5 numbers; it must have 6'],
  ['monteCarloFisher', () => h.monteCarloFisher(good(), { samples: 0 }), 'samples is 0'],
  ['jacobian', () => h.jacobian(good()).apply(ones(5)), 'v has 5 numbers; it must have 6'],
  ['jacobian', () => h.jacobian(good()).applyTranspose(ones(6)), 'v has 6 numbers; it must have 12'],
  ['finiteDifferenceHessian', () => h.finiteDifferenceHessian(good()).apply(ones(5)), 'v has 5 numbers'],
  ['evaluateLoss', () => h.evaluateLoss(good(), { batchSize: 0 }), 'batchSize is 0'],
  ['evaluateGradient', () => h.evaluateGradient(good(), { batchSize: 0 }), 'batchSize is 0'],
  ['atPoint', () => h.atPoint(good(), ones(5), () => 0), 'the point has 5 numbers; it must have 6'],
  ['lossFunction', () => h.lossFunction(good()).value(ones(5)), 'the point has 5 numbers; it must have 6'],
  ['overBatches', () => h.overBatches(good(), 0), 'the size of a batch is 0; it must be an integer from 1'],
  ['moduleAddress', () => h.moduleAddress({ module: 'roots', name: 'of' }), "the module is 'roots'"],
  [
    'callExported',
    () => h.callExported({ module: 'node:path', name: 'nothing' }),
    'node:path exports no function nothing',
  ],
  ['quadraticModel', async () => (await h.quadraticModel(good())).value(ones(5)), 'has 5 numbers'],
  ['quadraticModel', async () => (await h.quadraticModel(good())).compare(ones(5)), 'has 5 numbers'],
  ['quadraticModel', async () => (await h.quadraticModel(good())).along(ones(5)), 'has 5 numbers'],
  ['findCriticalPoints', () => h.findCriticalPoints(good(), { starts: [ones(5)] }), 'start 0 has 5 numbers'],
  ['restrictParameters', () => h.restrictParameters(good(), [1]), 'it must be an integer from 0 to 0'],
  ['restrictParameters', () => h.restrictParameters(good(), []), 'give at least one'],
  ['gradientDescent', () => h.gradientDescent(good(), { learningRate: 0 }), 'learningRate is 0'],
  [
    'perturbedGradientDescent',
    () => h.perturbedGradientDescent(good(), { learningRate: NaN }),
    'learningRate is NaN',
  ],
  ['saddleFreeNewton', () => h.saddleFreeNewton(good(), { dimension: 0 }), 'dimension is 0'],
  [
    'escapeAlongNegativeCurvature',
    () => h.escapeAlongNegativeCurvature(good(), { firstLength: 0 }),
    'firstLength is 0',
  ],
  [
    'hessianVectorProduct',
    () => h.hessianVectorProduct(at => double(at).square().sum(), [two()], []),
    'v is of shape ; it must be of [2]',
  ],
  [
    'jacobianProduct',
    () => h.jacobianProduct(double, [two()], [tf.ones([1])], two()),
    'v is of shape [1]; it must be of [2]',
  ],
  [
    'jacobianProduct',
    () => h.jacobianProduct(double, [two()], [two()], tf.ones([1])),
    'the vector on the outputs is of shape [1]; it must be of [2]',
  ],
  [
    'jacobianTransposeProduct',
    () => h.jacobianTransposeProduct(double, [two()], tf.ones([1])),
    'the vector on the outputs is of shape [1]; it must be of [2]',
  ],
  [
    'layersModel',
    () => h.layersModel(tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2] })] })),
    'no trainable weight',
  ],
  ['tensorExamples', () => h.tensorExamples(tf.ones([3, 1]), tf.ones([2, 1])), 'the same number of rows'],
  ['tensorExamples', () => h.tensorExamples(tf.scalar(1), tf.scalar(1)), 'the same number of rows'],
  [
    'classification',
    () =>
      h.hessian(
        h.classification({ ...good(), logits: good().outputs, classes: 3, inputs: two(), labels: [0, 1, 2] }),
      ),
    'there are 3 labels, and inputs of shape [2]: give one row for each label',
  ],
  ['functionObjective', () => h.hessian(h.functionObjective([], () => tf.scalar(1))), 'has no parameters'],
  ['modelObjective', () => h.hessian(h.modelObjective({ ...good(), parameters: [] })), 'has no parameters'],
  ['denseMatrix', () => h.denseMatrix([[1, 2], [3]]), 'row 1 of the matrix has 1 numbers; it must have 2'],
  ['denseMatrix', () => h.denseMatrix([[1]]).apply(ones(2)), 'x has 2 numbers; it must have 1'],
  ['diagonalMatrix', () => h.diagonalMatrix([1, NaN]), 'the diagonal holds NaN at index 1'],
  ['diagonalMatrix', () => four.apply(ones(5)), 'x has 5 numbers; it must have 4'],
  ['sumOf', () => h.sumOf([four, h.diagonalMatrix([1])]), 'sizes 4, 1; all must be of one size'],
  ['scaledBy', () => h.scaledBy(2, four).apply(ones(5)), 'x has 5 numbers; it must have 4'],
  ['scaledBy', () => h.scaledBy(NaN, four), 'the factor is NaN'],
  ['shiftedBy', () => h.shiftedBy(2, four).apply(ones(5)), 'x has 5 numbers; it must have 4'],
  ['shiftedBy', () => h.shiftedBy(Infinity, four), 'the shift is Infinity'],
  ['subBlock', () => h.subBlock(four, [4]), 'an index of the block is 4; it must be an integer from 0 to 3'],
  ['subBlock', () => h.subBlock(four, [0, 1]).apply(ones(4)), 'x has 4 numbers; it must have 2'],
  ['lanczos', () => h.lanczos(four, ones(4), { steps: 5 }), 'steps is 5; it must be an integer from 1 to 4'],
  ['lanczos', () => h.lanczos(four, ones(5), { steps: 2 }), 'the start vector has 5 numbers; it must have 4'],
  ['lanczosEigenpairs', () => h.lanczosEigenpairs(four, { k: 5 }), 'there are only 4 eigenvalues'],
  [
    'lanczosEigenpairs',
    () => h.lanczosEigenpairs(four, { k: 3, which: 'both ends' }),
    'both ends take 2 k of the 4 eigenvalues',
  ],
  ['thickRestartLanczos', () => h.thickRestartLanczos(four, { k: 5 }), 'there are only 4 eigenvalues'],
  ['powerIteration', () => h.powerIteration(four, { k: 5 }), 'there are only 4 eigenvalues'],
  [
    'spectralDensity',
    () => h.spectralDensity(four, { steps: 5 }),
    'steps is 5; it must be an integer from 1 to 4',
  ],
  ['spectralDensity', () => h.spectralDensity(four, { probes: 1 }), 'probes is 1'],
  [
    'exactDensity',
    async () => h.exactDensity([], await h.spectralDensity(four)),
    'there are no eigenvalues; give all of them',
  ],
  [
    'exactDensity',
    async () => h.exactDensity([1, 2, 3], await h.spectralDensity(four)),
    'there are 3 eigenvalues of an operator of size 4; give all of them',
  ],
  ['mapInWorkers', () => h.mapInWorkers(elsewhere, [1], { workers: 0 }), 'workers is 0'],
  [
    'findCriticalPointsInWorkers',
    () => h.findCriticalPointsInWorkers(elsewhere, { starts: 0 }),
    'the number of starts is 0',
  ],
  ['outlierGap', () => h.outlierGap([3, 2, 1], 3), 'most is 3; it must be an integer from 2 to 2'],
  ['modelErrorGrowth', () => h.modelErrorGrowth([]), '0 directions are given; take at least 3'],
  [
    'logDeterminant',
    () => h.logDeterminant(four, { steps: 5 }),
    'steps is 5; it must be an integer from 1 to 4',
  ],
  ['xtrace', () => h.xtrace(four, { probes: 5 }), 'probes is 5; it must be an integer from 2 to 4'],
  ['xdiag', () => h.xdiag(four, { probes: 5 }), 'probes is 5; it must be an integer from 2 to 4'],
  ['hutchinsonTrace', () => h.hutchinsonTrace(four, { probes: 1 }), 'probes is 1'],
  ['hutchPlusPlusTrace', () => h.hutchPlusPlusTrace(four, { products: 5 }), 'products is 5'],
  ['frobeniusNorm', () => h.frobeniusNorm(four, { probes: 1 }), 'probes is 1'],
  ['diagonalEstimate', () => h.diagonalEstimate(four, { probes: 1 }), 'probes is 1'],
  ['symmetryError', () => h.symmetryError(four, { probes: 0 }), 'probes is 0'],
  ['explicitMatrix', () => h.explicitMatrix(four, { maxSize: 3 }), 'raise maxSize (3), or use an algorithm'],
  [
    'symmetricEigen',
    () => h.symmetricEigen({ rows: [ones(2), ones(3)], asymmetry: 0, relativeError: 0 }),
    'row 1 of the matrix has 3 numbers; it must have 2',
  ],
  ['conjugateGradients', () => h.conjugateGradients(four, ones(5)), 'b has 5 numbers; it must have 4'],
  ['conjugateGradients', () => h.conjugateGradients(four, ones(4).fill(NaN)), 'b holds NaN at index 0'],
  [
    'classifyCriticalPoint',
    () => h.classifyCriticalPoint({ ...point, eigenvalues: [sure, sure] }),
    'the number of eigenvalues is 2; it must be an integer from 1 to 1',
  ],
  [
    'classifyCriticalPoint',
    () => h.classifyCriticalPoint({ ...point, eigenvalues: [{ ...sure, value: NaN }] }),
    'an eigenvalue is NaN; all must be finite',
  ],
  ['gaussianField', () => h.gaussianField({ dimension: 0, waves: 1 }), 'dimension is 0'],
  ['gaussianFieldIndices', () => h.gaussianFieldIndices({ dimension: 1, draws: 1 }), 'draws is 1'],
  ['countPositiveDefinite', () => h.countPositiveDefinite({ size: 0, matrices: 1 }), 'size is 0'],
  ['randomMatrixIndices', () => h.randomMatrixIndices({ size: 0, matrices: 1 }), 'size is 0'],
  ['proportion', () => h.proportion(3, 2), 'successes is 3'],
  ['rankCorrelation', () => h.rankCorrelation([1, 2, 3], [1, 2, 3]), 'the number of pairs is 3'],
  ['quadraticDecay', () => h.quadraticDecay([{ n: 1, successes: 10, trials: 9 }]), 'successes is 10'],
]

test.each(badArguments)('%s refuses: %#', async (_, call, message) => {
  const { error } = await failureOf(call)
  expect(error).toBeInstanceOf(RangeError)
  expect(String(error)).toContain(message)
})

test('every function of the package stands in the table', () => {
  const functions = Object.entries(h).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
  const called = new Set(badArguments.map(([name]) => name))
  expect(functions.filter(name => !called.has(name))).toEqual([])
})
