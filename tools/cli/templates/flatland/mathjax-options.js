window.MathJax = {
  tex: {
    inlineMath: [
      ['$', '$'],
      ['\\(', '\\)'],
    ],
    processEscapes: true,
    tags: 'ams',
  },
  // Its menu would load more parts from elsewhere.
  options: { enableMenu: false },
  // Prose only: a dollar in a chart or in code is a dollar.
  startup: { elements: ['.jp-RenderedMarkdown', '.jp-RenderedLatex'] },
}
