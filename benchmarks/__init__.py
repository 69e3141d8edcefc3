"""devcors and its peers side by side in one run: ratios count, absolute times are this machine's noise.

docs/benchmarks.md says how it measures and how to read it. From the pure parts up:

    figures   what was measured, by measure, peer and round; medians, spreads, ratios within a round
    targets   what devcors is held to, beside what was measured
    table, chart, report    a run as text, as a picture, as JSON
    peers/    the proxies: how each is found, configured and started
    backends/ what stands behind them; load/ what stands before them
    sections/ one measurement each; run puts them in order, __main__ reads the command line
"""
