# Sourced: a wine of one's own without a display. $WINEPREFIX names it.
export WINEDEBUG=-all
# winedbg off: with it a crash ends with exit code 0 in about four of ten runs.
export WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=d;winedbg.exe=d"
unset DISPLAY
wine=/usr/lib/wine/wine64

# wine keeps no Event Log, but can be made to print the errors that go there: into $EVENTS, when a script names it.
EVENTS=${EVENTS:-/dev/null}
SERVER_SAYS=${SERVER_SAYS:-/dev/stderr}

# Without a lasting server every service dies with the last plain process, and each start costs a second.
wine_up() {
  wineserver -p 2>>"$SERVER_SAYS"
  WINEDEBUG=-all,err+eventlog "$wine" wineboot >/dev/null 2>>"$EVENTS"
}
wine_down() { wineserver -k 2>/dev/null || true; }
wine_new() { # as the newest Windows; the prefix must not exist
  mkdir -p "$WINEPREFIX"
  "$wine" wineboot -i >/dev/null 2>&1
  wineserver -w
  wine_up
  "$wine" winecfg -v win10 >/dev/null 2>&1
}
