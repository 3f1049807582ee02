"""Makes one HTML page of an executed notebook, or of several an index; math and scripts are left to src/handout-page.ts.

Usage: python make_handout.py < request.json > page.html

The request: `words` (what the page itself says, in the reader's language) and `facts` (pairs of name and value) for the footer,
and either `notebook` (the executed notebook: `content`, `name`, and the `folder` of its pictures) or `entries` (for each its `notebook`,
the page's `href`, or `failed`).
"""
import json
import re
import sys
from pathlib import Path

import quick_jsonschema  # noqa: F401, first
import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from notebook_html import chart, code, markdown, output, SPEC, SVG

TEMPLATES = Path(__file__).parent.parent / "templates" / "handout"


def main(request: dict) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    common = {"words": request["words"], "facts": request["facts"]}
    if "notebook" in request:
        return environment.get_template("page.html.j2").render(**common, **page(request["notebook"]))
    entries = [entry(each) for each in request["entries"]]
    return environment.get_template("index.html.j2").render(**common, entries=entries)


def read(source: dict) -> nbformat.NotebookNode:
    return nbformat.reads(json.dumps(source["content"]), as_version=4)


def page(source: dict) -> dict:
    notebook = read(source)
    contents: list = []
    cells = [cell(each, contents, source["folder"]) for each in notebook.cells if each.source.strip()]
    return {"title": title(notebook) or source["name"], "contents": contents, "cells": cells}


def cell(found: nbformat.NotebookNode, contents: list, folder: str) -> dict:
    if found.cell_type == "markdown":
        html = markdown(found.source, contents, found.get("attachments"), folder)
        return {"kind": "prose", "html": html}
    if found.cell_type == "raw":
        return {"kind": "raw", "text": found.source}
    lines = found.source.strip().count("\n") + 1
    outputs = [output(each) for each in found.outputs]
    return {"kind": "code", "html": code(found.source), "number": found.execution_count, "lines": lines, "outputs": outputs}


def title(notebook: nbformat.NotebookNode) -> str:
    """The first heading of the first level, without its markup."""
    prose = "\n".join(each.source for each in notebook.cells if each.cell_type == "markdown")
    found = re.search(r"^#\s+(.+)$", prose, re.MULTILINE)
    return found.group(1).strip() if found else ""


def entry(asked: dict) -> dict:
    """A notebook's place in the index: title, a chart that stands for it, and claims."""
    notebook = read(asked["notebook"])
    shown = [(each, data) for each in notebook.cells if each.cell_type == "code" for data in shown_data(each)]
    # The first chart of the cell tagged `picture`; a notebook without that tag is shown by its first chart.
    drawn = sorted(((each, data) for each, data in shown if SVG in data), key=lambda found: "picture" not in tags(found[0]))
    picture = chart(drawn[0][1]) if drawn else None
    claims = [data["text/markdown"] for each, data in shown if "claimsTable(" in each.source and "text/markdown" in data]
    return {
        "title": title(notebook) or asked["notebook"]["name"],
        "href": asked.get("href"),
        "failed": asked.get("failed"),
        "picture": picture,
        "claims": [markdown(each, []) for each in claims],
    }


def tags(found: nbformat.NotebookNode) -> list[str]:
    return found.metadata.get("tags", [])


def shown_data(found: nbformat.NotebookNode) -> list[dict]:
    return [each.data for each in found.outputs if each.output_type in ("display_data", "execute_result")]


if __name__ == "__main__":
    sys.stdout.write(main(json.load(sys.stdin)))
