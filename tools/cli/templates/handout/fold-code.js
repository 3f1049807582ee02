/** The button that unfolds all code and folds it again; and the table of contents is folded where the page is narrow. */
const button = document.querySelector('.fold')
const cells = [...document.querySelectorAll('.code')]
if (button !== null && cells.length > 0) {
  let shown = false
  button.hidden = false
  button.addEventListener('click', () => {
    shown = !shown
    for (const cell of cells) cell.open = shown
    const other = button.dataset.other
    button.dataset.other = button.textContent
    button.textContent = other
  })
}
if (matchMedia('(width < 60rem)').matches) document.querySelector('.contents')?.removeAttribute('open')
