"""Connectors: textmend inside other people's pipelines, one small module for each library.

Importing this package loads none of them. All connectors take the same options (``docs/connect.md``) and share one
core: ``recipe`` says how to make a Mender, ``fields`` what is read and written, and ``mending`` uses both.
"""
