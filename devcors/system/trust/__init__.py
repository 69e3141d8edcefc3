"""Where a machine may be told to trust devcors' certificate authority: one file per store behind one interface."""
