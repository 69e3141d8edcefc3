"""One measurement each. They put what they find into the run's figures, and failures too."""
