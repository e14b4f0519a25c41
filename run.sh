#!/usr/bin/env bash
# One command: sets up what is missing, then loads the demo city, classifies its routes and serves the map.
#
#   ./run.sh                      the demo, on http://127.0.0.1:8000; Ctrl-C ends everything that it started
#   ./run.sh --port 8080          the same on another port
#   ./run.sh classify FILE …      any command of app.py (README, "Command line")
#
# WAIXIAN_HOME and DATABASE_URL are respected (README, "Settings").
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
. "$here/setup.sh"
trap interrupted INT # bash goes on where the program that it waits for did not die of the same Ctrl-C

called_from=$PWD
cd "$here"
prepare run
cd "$called_from"
case ${1:--} in
  -*) exec "${owner[@]}" "$here/.venv/bin/python" "$here/app.py" demo --serve "$@" ;;
  *) exec "${owner[@]}" "$here/.venv/bin/python" "$here/app.py" "$@" ;;
esac
