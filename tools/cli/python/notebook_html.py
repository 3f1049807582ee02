"""What a notebook holds, as HTML that can be trusted: markdown, code and outputs, all sanitised.

Math is left as `<span class="flatland-math">TeX</span>` for the typesetter (src/handout-math.ts), display math with the class
`display` too. One that a notebook's own HTML brings is typeset as well, and does no harm.
"""
import json
import re
from html import escape

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TypeScriptLexer

from small_svg import small_svg

#: What markdown makes, and HTML that notebooks write by hand; the rest shows as text.
TAGS = """a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img kbd li mark ol p pre progress s small span strong sub summary sup table tbody td tfoot th thead tr u ul""".split()

#: What the tables and progress bars of the kernel use. None of it can load anything or cover the page.
STYLES = """background-color border-collapse caption-side font-variant-numeric font-weight outline outline-offset padding
text-align vertical-align white-space width""".split()

#: Of an output's formats the first of these is shown. A chart comes before them, and JavaScript is not among them.
FORMATS = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]

SPEC = "application/vnd.vegalite.v5+json"
SVG = "image/svg+xml"


class Renderer(IPythonRenderer):
    """Marks the math, and gives every heading an id of its own and a place in `contents`."""

    def __init__(self, contents: list, **options):
        super().__init__(escape=False, embed_images=True, **options)
        self.contents = contents

    def heading(self, text: str, level: int, **attrs) -> str:
        name = re.sub(r"[^\w]+", "-", re.sub(r"<[^>]*>", "", text).lower()).strip("-") or "section"
        taken = {entry["id"] for entry in self.contents}
        unique = next(id for id in numbered(f"s-{name}") if id not in taken)
        self.contents.append({"id": unique, "level": level, "html": label(text)})
        return f'<h{level} id="{unique}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        return f'<span class="flatland-math">{escape(body)}</span>'

    def block_math(self, body: str) -> str:
        return f'<span class="flatland-math display">{escape(body)}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def numbered(name: str):
    """name, name-2, name-3 …"""
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def label(text: str) -> Markup:
    """A heading's text for the table of contents: no links in it."""
    return Markup(bleach.clean(text, tags={"span", "code", "em", "strong"}, attributes={"span": ["class"]}, strip=True))


def markdown(source: str, contents: list, attachments: dict | None = None, folder: str = "") -> Markup:
    renderer = Renderer(contents, attachments=attachments, path=folder)
    return clean(MarkdownWithMath(renderer=renderer).render(source))


def clean(html: str) -> Markup:
    safe = Cleaner(
        tags=TAGS,
        attributes=attribute_is_allowed,
        protocols=["http", "https", "mailto", "data"],
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
        filters=[ImagesWithSource],
    ).clean(html)
    # A table that is wider than the page scrolls in a box of its own, which the keyboard reaches.
    boxed = safe.replace("<table", '<div class="wide" tabindex="0"><table').replace("</table>", "</table></div>")
    return Markup(boxed)


class ImagesWithSource(Filter):
    """In place of an image that would have to be fetched, the text that describes it."""

    def __iter__(self):
        for token in super().__iter__():
            if token.get("name") == "img" and (None, "src") not in token["data"]:
                token = {"type": "Characters", "data": token["data"].get((None, "alt"), "")}
            yield token


def attribute_is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    if name == "href":
        return tag == "a" and not value.startswith("data:")
    if name in ("value", "max"):
        return tag == "progress"
    return name in ("style", "aria-label", "class", "id", "title", "alt", "width", "height", "align", "colspan", "rowspan", "start", "open")


def code(source: str) -> Markup:
    return Markup(highlight(source, TypeScriptLexer(), HtmlFormatter(nowrap=True)))


def text(plain: str) -> Markup:
    """With the colours that terminals have."""
    return Markup(ansi2html(plain))


def output(found: dict) -> dict:
    """What the template needs of an output: its kind, and its content."""
    if found["output_type"] == "stream":
        return {"kind": "text", "html": text(found["text"]), "error": found["name"] == "stderr"}
    if found["output_type"] == "error":
        lines = found["traceback"] or [f"{found['ename']}: {found['evalue']}"]
        return {"kind": "text", "html": text("\n".join(lines)), "error": True}
    return display(found["data"])


def display(data: dict) -> dict:
    plain = data.get("text/plain", "")
    if SPEC in data or SVG in data:
        return chart(data)
    kind = next((each for each in FORMATS if each in data), None)
    if kind == "text/html":
        return {"kind": "html", "html": clean(data[kind])}
    if kind == "text/markdown":
        return {"kind": "html", "html": markdown(data[kind], [])}
    if kind == "text/latex":
        return {"kind": "html", "html": markdown(data[kind].strip(), [])}
    if kind in ("image/png", "image/jpeg"):
        return {"kind": "image", "source": f"data:{kind};base64,{data[kind].strip()}", "alt": plain}
    return {"kind": "text", "html": text(plain), "error": False}


def chart(data: dict) -> dict:
    # A chart's plain text begins with its heading, then an empty line and its table.
    heading = data.get("text/plain", "").split("\n\n")[0]
    drawn = svg_source(small_svg(data[SVG])) if SVG in data else None
    spec = script_json(data[SPEC]) if SPEC in data else None
    return {"kind": "chart", "alt": heading, "drawn": drawn, "spec": spec, "plain": data.get("text/plain", "")}


def svg_source(svg: str) -> Markup:
    """As an address in single quotes: shorter than base64, for only what would end the address or the attribute is escaped."""
    return Markup("data:image/svg+xml," + re.sub(r"[<%#&'\n\r\t]", lambda found: f"%{ord(found[0]):02X}", svg))


def script_json(value) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    packed = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Markup(packed.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
