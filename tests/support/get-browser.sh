#!/bin/sh
# Chromium for the end-to-end tests: what is there, else Debian's package where we may install it.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing chromium for the end-to-end tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    echo "note: no Chromium here: the browser tests are skipped (apt install chromium, or set DEVCORS_CHROMIUM)"
fi
