"""What commands draw on a terminal: articles with their gaps, differences, questions, progress."""
