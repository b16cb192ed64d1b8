"""Reading a text: words, white space, sentences, function words, echoes. Pure functions; no model, no file."""
