/**
 * The layers that draw other random numbers at each step of training, as texts.
 *
 * @param configuration of layers, as `getConfig` gives them: those within others are found too
 */
export function randomLayers(configuration: unknown): string[] {
  if (Array.isArray(configuration)) return configuration.flatMap(randomLayers)
  if (typeof configuration !== 'object' || configuration === null) return []
  const { className, config } = configuration as { readonly className?: unknown; readonly config?: unknown }
  const own = typeof className === 'string' && isRecord(config) ? drawing(className, config) : undefined
  const name = isRecord(config) && typeof config['name'] === 'string' ? ` '${config['name']}'` : ''
  const inner = Object.values(configuration).flatMap(randomLayers)
  return own === undefined ? inner : [`the layer${name} (${String(className)}, ${own})`, ...inner]
}

/** What makes this layer random. */
function drawing(className: string, config: Readonly<Record<string, unknown>>): string | undefined {
  // With a seed of its own `Dropout` has the same mask at each step.
  if (className === 'Dropout' && typeof config['seed'] === 'number') return undefined
  if (className === 'RandomWidth') return 'random by nature'
  const setting = (RANDOM[className] ?? ['dropout', 'recurrentDropout']).find(
    name => Number(config[name]) > 0,
  )
  return setting && `${setting} ${String(config[setting])}`
}

/** By its class, the setting that says how much a layer draws; the others are recurrent, or draw nothing. */
const RANDOM: Readonly<Record<string, readonly string[]>> = {
  AlphaDropout: ['rate'],
  Dropout: ['rate'],
  GaussianDropout: ['rate'],
  GaussianNoise: ['stddev'],
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
