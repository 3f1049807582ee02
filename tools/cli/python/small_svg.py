"""Makes a drawn chart smaller and leaves its looks: an image shows no labels for screen readers, and nothing of it can be clicked."""
import re
from xml.etree import ElementTree

NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}
for prefix, uri in NAMESPACES.items():
    ElementTree.register_namespace(prefix, uri)

#: They say what a shape is to a script or to a screen reader; the page's own `alt` describes the image.
UNSEEN = {"class", "role", "pointer-events"}
SVG, GROUP = (f"{{{NAMESPACES['']}}}{name}" for name in ("svg", "g"))


def small_svg(svg: str) -> str:
    """
    The same picture without ARIA labels, classes, what is not displayed and empty groups.

    What is no well-formed SVG, or has a style sheet that may name classes, or a document type, stays as it is.
    """
    if "<style" in svg or "<!DOCTYPE" in svg:
        return svg
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return svg
    if root.tag != SVG:
        return svg
    strip(root)
    return ElementTree.tostring(root, encoding="unicode")


def strip(element: ElementTree.Element) -> None:
    for name in [name for name in element.attrib if name in UNSEEN or name.startswith("aria-")]:
        del element.attrib[name]
    for child in list(element):
        strip(child)
        if is_unseen(child):
            # The text after it belongs to its parent.
            element.remove(child)


def is_unseen(element: ElementTree.Element) -> bool:
    if element.get("id") is not None:
        return False
    return element.get("display") == "none" or (element.tag == GROUP and len(element) == 0)
