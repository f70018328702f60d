#!/bin/sh
# Runs a command of Dialog digital as the server runs: as its user, with its settings. For /usr/local/sbin/dialog.
while IFS= read -r line; do
  case $line in DIALOG_*=*) export "${line%%=*}=${line#*=}" ;; esac
done </etc/dialog/dialog.env
cd /var/lib/dialog || exit
exec runuser -u dialog -- /opt/dialog/bin/dialog "$@"
