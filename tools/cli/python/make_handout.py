"""Converts an executed notebook to one HTML file that runs offline.

Usage: python make_handout.py EXECUTED.ipynb OUTPUT.html SCRIPT.js...

The scripts are inlined at the end of the page in this order, and nothing else may run in it.
"""
import base64
import hashlib
import logging
import re
import sys
from pathlib import Path

import bleach
import nbformat
from bleach.css_sanitizer import CSSSanitizer
from nbconvert import HTMLExporter
from traitlets.config import Config

TEMPLATES = Path(__file__).parent.parent / "templates"

#: What markdown makes, and HTML that notebooks write by hand; the rest shows as text. nbconvert's own list lacks even <p>.
TAGS = """a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img kbd li mark ol p pre progress s small span strong sub summary sup table tbody td tfoot th thead tr u ul""".split()

#: What the tables and progress bars of the kernel use. None of it can load anything or cover the page.
STYLES = """background-color border-collapse caption-side font-variant-numeric font-weight outline outline-offset padding
text-align vertical-align white-space width""".split()

#: Of an output's formats the first of these is shown. A chart comes before them, and JavaScript is not among them.
FORMATS = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]


def main(executed: Path, output: Path, scripts: list[Path]) -> None:
    # Its warnings are about images without a description.
    logging.disable(logging.WARNING)
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata.setdefault("title", first_heading(notebook) or executed.stem)
    exporter = HTMLExporter(
        template_name="flatland",
        extra_template_basedirs=[str(TEMPLATES)],
        sanitize_html=True,
        embed_images=True,
        config=Config({"NbConvertBase": {"display_data_priority": FORMATS}}),
        filters={"clean_html": clean_html},
    )
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"path": str(executed.parent), "name": executed.stem}})
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(with_scripts(page, [script.read_text("utf-8") for script in scripts]), "utf-8")


def with_scripts(page: str, scripts: list[str]) -> str:
    """Inlines the scripts, and lets nothing run but them and nothing load at all.

    Vega compiles its expressions, which are not JavaScript but checked by its own parser: hence 'unsafe-eval'.
    """
    safe = [inline(script) for script in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in safe)
    policy = (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    page = replace_mark(page, r'<meta name="flatland-policy"\s*/?>', f'<meta http-equiv="Content-Security-Policy" content="{policy}">')
    tags = "\n".join(f"<script>{script}</script>" for script in safe)
    return replace_mark(page, r'<template id="flatland-scripts"></template>', tags)


def inline(script: str) -> str:
    """A script's own text may hold what HTML takes for its end, or for a comment that hides the end."""
    escaped = re.sub(r"</(script)", r"<\\/\1", script.replace("\r\n", "\n"), flags=re.IGNORECASE)
    return escaped.replace("<!--", r"<\!--")


def replace_mark(page: str, mark: str, text: str) -> str:
    # The page's own mark is unique: sanitised content cannot hold one. The lambda keeps backslashes as they are.
    page, count = re.subn(mark, lambda _: text, page)
    if count != 1:
        raise ValueError(f"The template must hold {mark} once, and holds it {count} times")
    return page


def clean_html(html: str) -> str:
    return bleach.clean(
        str(html),
        tags=TAGS,
        attributes=attribute_is_allowed,
        protocols=["http", "https", "mailto", "data"],
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
    )


def attribute_is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    if name == "href":
        return tag == "a" and not value.startswith("data:")
    if name in ("value", "max"):
        return tag == "progress"
    return name in ("style", "aria-label", "class", "id", "title", "alt", "width", "height", "align", "colspan", "rowspan", "start", "open")


def first_heading(notebook: nbformat.NotebookNode) -> str:
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.search(r"^#\s+(.+)$", prose, re.MULTILINE)
    return found.group(1).strip() if found else ""


main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(script) for script in sys.argv[3:]])
