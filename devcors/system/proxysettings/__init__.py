"""The system's own proxy setting: one file for each desktop behind one interface, and a journal of what was changed.

`holding` is what others call: take the setting, renew it, give it back. `values` says what a desktop must do.
"""
