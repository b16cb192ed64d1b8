"""Ablations: what each part brings, seen by leaving it out. All else stays, the weights of the ranking too."""
