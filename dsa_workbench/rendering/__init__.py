"""Model and Arrow data to HTML, Markdown and text: pure functions, no store, no IPython.

A view (`rendering.diff`, `rendering.history`, …) turns a thing into a `Document`; a writer (`rendering.html`,
`rendering.markdown`, `rendering.text`) turns a document into text. So each thing is described once.
"""
