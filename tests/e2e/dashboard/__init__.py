"""The dashboard in a real Chromium. A package, so that its fixtures live as long as its tests and no longer."""
