"""Rivals: other ways to find gaps and to fill them, behind the same small protocols as textmend (``..system``)."""
