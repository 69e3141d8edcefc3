"""What happened: the exchange record, a bounded store, redaction, and the lines of the terminal."""
