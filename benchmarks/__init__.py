"""devcors and its peers side by side in one run: ratios count, absolute times are this machine's noise."""
