"""A published page inside a notebook: one self-contained document in a sandboxed frame.

A Jupyter server hands out HTML files only into a sandbox, and refuses that sandbox the files beside the page: opened
from there, a page of a site stays bare. So its style, script, pictures and video travel with it.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from html import escape
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import CourseError

EMBED_LIMIT = 32_000_000  # bytes of one file; notebooks get saved
_ADDRESS = re.compile(r'\b(src|poster)="(media/[^"]+)"')
_WAY_OUT = re.compile(r'\bhref="(?!#|data:)[^"]*"')


class SitePreview(msgspec.Struct, frozen=True):
    """A page to be shown by a cell: `html` is the whole document, `height` in pixels."""

    html: str
    height: int
    title: str

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="{escape(self.title, quote=True)}" sandbox="allow-scripts" width="100%" '
            f'height="{self.height}" style="border: 1px solid #8884; border-radius: 4px" '
            f'srcdoc="{escape(self.html, quote=True)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"SitePreview({self.title!r})"


def preview(site: Path, page: str, height: int) -> SitePreview:
    """The page `page` of the site published in the folder `site`, with all it needs inside.

    A file over 32 MB is left out: the page then shows its poster. Raises CourseError when there is no such page.
    """
    path = site / page
    if path.parent != site or not path.is_file():
        raise CourseError(f"the published site has no page {page!r}", where=str(site), hint="Publish the course again.")
    html = path.read_text(encoding="utf-8")
    css = (site / "assets" / "site.css").read_text(encoding="utf-8")
    script = (site / "assets" / "site.js").read_text(encoding="utf-8")
    html = html.replace('<link rel="stylesheet" href="assets/site.css">', f"<style>\n{css}</style>")
    html = html.replace('<script src="assets/site.js"></script>', f"<script>\n{script}</script>")
    html = _ADDRESS.sub(lambda found: f'{found[1]}="{_embedded(site, found[2])}"', html)
    html = _WAY_OUT.sub("", html)  # the frame has no other pages to go to
    return SitePreview(html, height, f"{page} of {site.name}")


def _embedded(site: Path, address: str) -> str:
    path = site / address
    if not path.resolve().is_relative_to(site.resolve()) or not path.is_file():
        return ""
    if path.stat().st_size > EMBED_LIMIT:
        return ""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
