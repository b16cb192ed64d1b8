"""How a text is read: words, white space, sentences, function words, echoes. Pure functions; no model, no file."""
