"""The command line: parse, call one function, print. `--help` imports neither mitmproxy nor the config model."""
