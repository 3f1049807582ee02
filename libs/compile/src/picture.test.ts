import { cnn, initialParameters, mlp, type Network } from '@flatland/networks'
import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { graphPicture, type GraphPicture } from './picture.ts'
import { trainingStep } from './training-step.ts'

beforeAll(async () => {
  await useBackend('native')
})

function pictureOf(f: {
  explain: () => readonly Parameters<typeof graphPicture>[0][]
}): Promise<GraphPicture> {
  return graphPicture(f.explain()[0] ?? expect.fail('no graph'))
}

/** All that is written in a picture. */
const textsIn = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text)

test.each<[string, Network]>([
  ['MLP', mlp({ inputs: 20, hidden: [16, 16], classes: 5 })],
  ['CNN', cnn({ image: [8, 8, 3], filters: [4, 6], hidden: [12, 8], classes: 5 })],
])(
  'a training step of an %s: each variable is assigned once, each shape stands on an edge',
  async (_, network) => {
    const parameters = initialParameters(network, randomStream(1))
    const step = trainingStep(tf.train.sgd(0.1), parameters, (at, x: tf.Tensor, y: tf.Tensor) =>
      crossEntropy(network.logits(at, x), y),
    )
    for (let i = 0; i < 2; i++)
      step(tf.ones([7, ...network.inputShape]), tf.oneHot(tf.zeros([7], 'int32'), 5).toFloat())
    const { svg } = await pictureOf(step)
    const texts = textsIn(svg)
    // Whatever else the session has made before.
    for (const i of parameters.keys())
      expect(texts.filter(text => text === `→ variable ${i}`)).toHaveLength(1)
    expect(texts).toEqual(expect.arrayContaining(['argument 1', 'argument 2', 'result 0', '7×5']))
    expect(texts.some(text => /^(mlp|cnn)\.ts:\d+$/.test(text))).toBe(true)
    expect(texts).toContain('elementwise')
    step.dispose()
    tf.dispose(parameters)
  },
)

test('names are text, whatever is in them', async () => {
  const name = '<script>"\\n</script> & ]'
  const w = tf.variable(tf.ones([2]), true, name)
  const f = compile((x: tf.Tensor) => x.mul(w))
  for (let i = 0; i < 2; i++) f(tf.ones([2]))
  const { svg } = await pictureOf(f)
  expect(svg).not.toContain('<script')
  const read = textsIn(svg).find(text => text.startsWith('←') && text.includes('script')) ?? ''
  const plain = read
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#160;', ' ')
    .replaceAll('&#45;', '-')
    .replaceAll('&amp;', '&')
  expect(plain).toBe(`← ${name}: 2`)
  f.dispose()
  w.dispose()
})

test('a notebook shows it, with a text for readers without pictures', async () => {
  const f = compile((x: tf.Tensor) => x.exp().sum())
  for (let i = 0; i < 2; i++) f(tf.ones([2]))
  const picture = await pictureOf(f)
  const display = (picture as unknown as Record<symbol, () => unknown>)[Symbol.for('Jupyter.display')]
  expect(display?.()).toEqual({
    'image/svg+xml': picture.svg,
    'text/plain': expect.stringMatching(/^A graph of these operations: .*Exp 1/) as unknown,
  })
  expect(picture.svg).toMatch(/^<svg width="\d+" style="max-width:100%;height:auto"/)
  f.dispose()
})

test('all that is written stands out from what is behind it, on white and on #111111', async () => {
  const f = compile((x: tf.Tensor2D, seed: tf.Tensor) => x.matMul(x).sum(0).add(seed).reshape([2, 1]))
  for (let i = 0; i < 2; i++) f(tf.ones([2, 2]), tf.ones([2]))
  const { svg } = await pictureOf(f)
  const fills = new Set([...svg.matchAll(/<(?:path|polygon|ellipse) fill="(#[0-9a-f]{6}|white)"/g)].map(([, fill = '']) => fill)) // prettier-ignore
  expect(fills.size).toBeGreaterThanOrEqual(5)
  for (const fill of fills) if (fill !== '#797979') expect(contrast('#000000', fill.replace('white', '#ffffff'))).toBeGreaterThan(9) // prettier-ignore
  const written = new Set([...svg.matchAll(/<text[^>]* fill="([^"]*)"/g)].map(([, fill]) => fill))
  expect([...written]).toEqual(['#797979'])
  for (const page of ['#ffffff', '#111111']) expect(contrast('#797979', page)).toBeGreaterThan(4.3)
  f.dispose()
})

/** Of two colours, as WCAG 2 has it. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
