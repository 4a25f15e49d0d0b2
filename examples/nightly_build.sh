#!/bin/sh
# A build and a backup a night, by cron:
#   30 3 * * *  BULLETIN_ARCHIVE=/srv/bulletin/archive /srv/bulletin/nightly_build.sh /srv/bulletin/issues /srv/bulletin/backups
# Pages that are open go on answering meanwhile. Ends with 0, with 1 where a file was left out, with 2 where nothing was done;
# a backup of each weekday takes the place of that of the week before.
set -u
issues=$1
backups=$2
bulletin=${BULLETIN:-bulletin}
mkdir -p "$backups"
log="$backups/nightly.log"

printf '%s ' "$(date '+%F %T')" >>"$log"
"$bulletin" build "$issues" --json >"$backups/last_build.json" 2>>"$log"
code=$?
if [ "$code" -lt 2 ]; then
    "$bulletin" backup "$backups/$(date +%u).zip" >/dev/null 2>>"$log" || code=2
fi
echo "code $code" >>"$log"
[ "$code" -eq 0 ] || echo "bulletin: build of $issues ended with $code, see $log" >&2
exit "$code"
