/** A dashed grey line across the plot at one value, with a label. */
export interface Rule {
  /** The axis the value is on: 'x' makes a vertical line. */
  readonly axis: 'x' | 'y'
  /** In the axis' unit. */
  readonly value: number
  /** Stands beside the line. */
  readonly label: string
}

/** The layers of rules; `placeOf` says where on its axis, 0…1, a rule lies. */
export function ruleLayers(rules: readonly Rule[], placeOf: (rule: Rule) => number) {
  const vertical = rules.filter(rule => rule.axis === 'x')
  const last = Math.max(...vertical.map(placeOf))
  return rules.flatMap(rule => {
    const place = placeOf(rule)
    const label =
      rule.axis === 'x' ? besideLine(place, place < last, vertical.indexOf(rule)) : alongLine(place)
    const at = { [rule.axis]: { datum: rule.value } }
    return [
      { data: oneRow, mark: 'rule' as const, encoding: at },
      {
        data: oneRow,
        mark: { ...label.mark, type: 'text' as const, text: rule.label },
        encoding: { ...label.encoding, ...at },
      },
    ]
  })
}

/** Without data of its own, a rule would be drawn once for each row of the chart. */
const oneRow = { values: [{}] }

/**
 * At the top, each label on a line of its own. It stands on the left where another rule follows on the right, so that
 * no line crosses it; near an end of the axis, on the side where there is room.
 */
function besideLine(place: number, isFollowed: boolean, line: number) {
  const isLeft = place > 0.7 || (place > 0.3 && isFollowed)
  return {
    mark: {
      align: isLeft ? ('right' as const) : ('left' as const),
      baseline: 'top' as const,
      dx: isLeft ? -5 : 5,
      dy: 3 + 16 * line,
    },
    encoding: { y: { value: 0 } },
  }
}

/** At the right end, above the line, or below it in the upper half. */
function alongLine(place: number) {
  const isBelow = place > 0.5
  return {
    mark: {
      align: 'right' as const,
      baseline: isBelow ? ('top' as const) : ('bottom' as const),
      dy: isBelow ? 5 : -5,
    },
    encoding: { x: { value: 'width' as const } },
  }
}
