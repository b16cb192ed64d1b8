"""Connectors: textmend inside other people's pipelines, one small module for each library.

Importing this package loads none of them. All connectors take the same options, which ``docs/connect.md`` lists,
and share one core: ``recipe`` (how to make a Mender), ``fields`` (what is read and written) and ``mending`` (the
two at work).
"""
