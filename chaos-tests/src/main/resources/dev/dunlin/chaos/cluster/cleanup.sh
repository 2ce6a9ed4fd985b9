#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Removes what one chaos run created: processes, network namespaces, interfaces, and the run's folder.
#
#   cleanup.sh watch DIR   waits until standard input ends or is silent for 20 s (the JVM died or hangs), then cleans up
#   cleanup.sh now DIR     cleans up
#
# DIR/resources lists what to remove. A process is ended only if its start time is the noted one: pids are reused.
set -u
mode=$1
dir=$2
trap '' INT TERM HUP

if [[ $mode == watch ]]; then
    while IFS= read -r -t 20 _; do :; done
fi

same_process() { # pid start-ticks
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -r -a fields <<<"${stat##*) }"
    [[ ${fields[19]} == "$2" && ${fields[0]} != Z ]]
}

left=0
if [[ -f $dir/resources ]]; then
    while read -r kind name start; do
        if [[ $kind == pid ]] && same_process "$name" "$start"; then
            kill -KILL "$name" 2>/dev/null
        fi
    done <"$dir/resources"
    while read -r kind name start; do
        [[ $kind == pid ]] || continue
        for _ in {1..100}; do
            same_process "$name" "$start" || break
            sleep 0.05
        done
        if same_process "$name" "$start"; then
            echo "process $name does not end" && left=1
        fi
    done <"$dir/resources"
    # A namespace takes its own ends of the wires with it; only then can the host's ends be judged.
    while read -r kind name _; do
        case $kind in
            netns) [[ ! -e /run/netns/$name ]] || ip netns del "$name" || left=1 ;;
            link) ip link show "$name" &>/dev/null && { ip link del "$name" || ! ip link show "$name" &>/dev/null || left=1; } ;;
        esac
    done <"$dir/resources"
fi
[[ $left == 0 ]] && rm -rf -- "$dir"
exit $left
