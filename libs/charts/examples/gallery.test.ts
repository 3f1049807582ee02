import { expect, test } from 'vitest'
import { ratios } from './ratios.ts'
import { fittedKnee, linearBesideLog, oneLine, sixLines } from './time-per-update.ts'

/** The spec without its data and theme: what a change of the library changes. */
const shape = (spec: unknown) =>
  JSON.parse(
    JSON.stringify(spec, (key, value: unknown) =>
      key === 'config'
        ? undefined
        : key === 'values' && Array.isArray(value) && typeof value[0] === 'object'
          ? `${value.length} rows`
          : value,
    ),
  ) as unknown

test.each(Object.entries({ fittedKnee, linearBesideLog, oneLine, ratios, sixLines }))(
  '%s',
  async (_, chart) => {
    expect(shape(chart.spec)).toMatchSnapshot()
    await expect(chart.svg()).resolves.toMatch(/^<svg .*<\/svg>$/s)
  },
)
