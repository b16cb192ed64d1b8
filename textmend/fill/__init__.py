"""What stood there: infilling with a masked language model, echoes of the article, ranking."""
