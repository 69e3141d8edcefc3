"""The Fetch standard's CORS rules as Chromium and Firefox carry them out, and the policy that puts headers right."""
