"""From the bytes of a page to its elements, in linear time for any page."""

from __future__ import annotations

from html import unescape
from typing import Any

import regex

from textmend.errors import InputError
from textmend.text.words import encodable

_UNREADABLE = regex.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")
_CHARSET = regex.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", regex.IGNORECASE)
_XML_ENCODING = regex.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{1,40})""")
_LOOKED_AT = 4096

_TAG = regex.compile(r"</[A-Za-z]|<(?:br|p|a|img|div|span|b|i|em|strong|time|h[1-6]|ul|li)\b[^<>]*>|<!--")
_ESCAPED_TAG = regex.compile(r"&(?:amp;)*(?:lt|#0*60|#x0*3c);/?[a-z]", regex.IGNORECASE)
_MOST_ESCAPES = 4

# A script or style with its content, or a tag up to its end. Both always match, so nothing is read twice.
_LONG_TAG = regex.compile(
    r"""<(?:(script|style)\b.*?(?:</\1|\Z)|([A-Za-z][^\s/>]*+)((?:=\s*+(?:"[^"]*+"?|'[^']*+'?)|[^>=]++|=)*+))""",
    regex.IGNORECASE | regex.DOTALL,
)
_ATTRIBUTE = regex.compile(r"""[^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?|=""")
_MOST_ATTRIBUTES = 256
_LONG = 2 * _MOST_ATTRIBUTES


def parsed(page: str | bytes) -> Any:
    """Return the root element of a page, or ``None`` if the page has neither markup nor text.

    Args:
        page: HTML. Bytes are decoded by ``decoded``. HTML that was escaped as a whole, as feeds do, is read as HTML.

    Raises:
        InputError: it is no string and no bytes.
    """
    return _parsed(unescaped(page_text(page)))


def page_text(page: str | bytes) -> str:
    """Return a page as text that can be parsed.

    Raises:
        InputError: it is no string and no bytes.
    """
    if not isinstance(page, str | bytes):
        raise InputError(f"html should be a string or bytes, not {type(page).__name__}")
    return _UNREADABLE.sub("\ufffd", encodable(page if isinstance(page, str) else decoded(page)))


def _parsed(text: str) -> Any:
    from lxml import etree, html

    if not text.strip():
        return None
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        return html.document_fromstring(_with_few_attributes(text).encode(), parser=parser)
    except etree.ParserError:  # nothing but comments
        return None


def is_html(text: str) -> bool:
    """Whether a text is HTML."""
    return _TAG.search(text) is not None


def unescaped(text: str) -> str:
    """Return HTML in which every tag was escaped, once or several times, as HTML; any other text as it is."""
    if is_html(text) or not _ESCAPED_TAG.search(text):
        return text
    plain = text
    for _ in range(_MOST_ESCAPES):
        plain = unescape(plain)
        if is_html(plain):
            return plain
    return text


def _with_few_attributes(text: str) -> str:
    """Remove the attributes of elements with hundreds of them: the parser's time is quadratic in their number."""

    def shortened(match: regex.Match[str]) -> str:
        tag = match.group()
        if match.group(1) or len(tag) < _LONG:
            return tag
        for count, _ in enumerate(_ATTRIBUTE.finditer(match.group(3))):
            if count >= _MOST_ATTRIBUTES:
                return f"<{match.group(2)}"
        return tag

    return _LONG_TAG.sub(shortened, text)


def decoded(page: bytes) -> str:
    """Return a page's text: a byte order mark, a declaration, UTF-8 and Windows-1252 are tried in this order.

    Names of encodings have the meaning that browsers give them (https://encoding.spec.whatwg.org); names unknown to
    browsers are ignored. Bytes that are invalid in the encoding become U+FFFD.
    """
    import webencodings

    start = page[:_LOOKED_AT]
    declared = _CHARSET.search(start) or _XML_ENCODING.search(start)
    encoding = webencodings.lookup(declared.group(1).decode("ascii")) if declared else None
    if encoding is None:
        try:
            page.decode()
            encoding = webencodings.UTF8
        except UnicodeError:
            encoding = webencodings.lookup("windows-1252")  # an old page: it declares nothing, and it is not UTF-8
    elif encoding.name.startswith("utf-16"):
        encoding = webencodings.UTF8  # the declaration could be read as ASCII
    text, _ = webencodings.decode(page, encoding)
    return str(text)
