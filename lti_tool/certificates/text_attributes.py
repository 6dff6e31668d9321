"""Text attributes that are given back: without this, every line that WeasyPrint measures keeps some for ever.

Its ``Layout`` makes a list of attributes for each text whose font has features (lining figures, small capitals: nearly
every one), hands it to Pango, and never gives up its own hold of it; each certificate leaves 4 KB behind. The lists of
pages whose fonts have ``features()`` are held by their layout alone, and go with it.
"""

from __future__ import annotations

from typing import Any

import weasyprint
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.line_break import Layout

FORGETFUL = frozenset({"70.0"})
"""Releases that were seen to do so. With another, letting go would free what is still in use."""

_set_up = Layout.setup


class _Features(dict[bytes, Any]):
    """An attribute for each list, because a list that goes frees what it holds."""

    def setdefault(self, key: bytes, default: Any = None) -> Any:
        """Keep nothing."""
        return default


def features() -> dict[bytes, Any]:
    """For ``font_features`` of a font configuration."""
    return _Features() if weasyprint.__version__ in FORGETFUL else {}


def _set_up_and_let_go(layout: Any, style: Any) -> None:
    _set_up(layout, style)
    if not isinstance(style.font_config.font_features, _Features):
        return
    made = pango.pango_layout_get_attributes(layout.layout)
    if made != ffi.NULL:
        pango.pango_attr_list_unref(made)


Layout.setup = _set_up_and_let_go
