"""Making the two models: damage, training, calibration, export. Needs the extra ``textmend[train]``."""
