import { expect, test } from 'vitest'
import { ratios } from './ratios.ts'
import { coloured, density, indexAndLoss, spectrum } from './spectra.ts'
import { saddleMap, saddleSurface, valley } from './surfaces.ts'
import { fittedKnee, linearBesideLog, oneLine, sixLines } from './time-per-update.ts'

/** The spec without its data and what all charts share: what a change of the library changes. */
const shape = (spec: unknown) =>
  JSON.parse(
    JSON.stringify(spec, (key, value: unknown) =>
      key === 'config' || key === 'usermeta'
        ? undefined
        : key === 'values' && Array.isArray(value) && typeof value[0] === 'object'
          ? `${value.length} rows`
          : value,
    ),
  ) as unknown

const gallery = {
  coloured,
  density,
  fittedKnee,
  indexAndLoss,
  linearBesideLog,
  oneLine,
  ratios,
  saddleMap,
  saddleSurface,
  sixLines,
  spectrum,
  valley,
}

test.each(Object.entries(gallery))('%s', async (_, chart) => {
  expect(shape(chart.spec)).toMatchSnapshot()
  await expect(chart.svg()).resolves.toMatch(/^<svg .*<\/svg>$/s)
})
