"""Reviewing: a person decides what the machine is unsure of; decisions are recorded, replayed and learnt from."""
