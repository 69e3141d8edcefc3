"""Cookies as browsers treat them: parsing, sites, what is refused or held back, rewriting for the front door."""
