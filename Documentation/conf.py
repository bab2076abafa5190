# SPDX-License-Identifier: GPL-2.0
"""Sphinx: `make docs` runs it."""
project = "ndproxy"
author = "ndproxy developers"
copyright = "2026, " + author                   # pylint: disable=redefined-builtin
root_doc = "index"
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px"}
html_show_sphinx = False
html_show_copyright = False
smartquotes = False
