"""The command line's rooms: one module a command, and what they share (options, inputs, drawing, output)."""
