/* global vega, vegaLite */
for (const figure of document.querySelectorAll('.flatland-chart:has(> script)')) void makeLive(figure)

/** Draws the chart anew, live, and takes the drawn one away only when that worked. */
async function makeLive(figure) {
  const live = figure.appendChild(document.createElement('div'))
  try {
    const spec = JSON.parse(figure.querySelector('script').textContent)
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), {
      renderer: 'svg',
      container: live,
      hover: true,
    })
    await view.description(figure.getAttribute('aria-label')).runAsync()
    dropUnlabelledRoles(live)
    figure.querySelector('img, pre')?.remove()
  } catch (error) {
    live.remove()
    console.warn(`A chart stays as drawn: ${error}`)
  }
}

/** Vega calls the group of some marks a symbol and does not say of what: a screen reader would read out nothing. */
function dropUnlabelledRoles(live) {
  for (const part of live.querySelectorAll('[role="graphics-symbol"]:not([aria-label])')) {
    part.removeAttribute('role')
    part.removeAttribute('aria-roledescription')
  }
}
