"""The built-in front end and backends of `devcors demo`: everything that devcors does, tried on one page."""
