#!/usr/bin/env bash
# Front-end seconds (processor time, not the clock's; -fsyntax-only, best of three) and memory of each
# public header, beside the budget of its time.
#
#   tests/bench/compile_time.sh [--check] [HEADER…]    HEADER as in an include: lp2p/wire/cursor.hpp
#
# --check: exit 1 where one is over its budget by more than 20 %. The budgets are of one machine with
# few others to serve; elsewhere read the table, not the verdict. CXX: the compiler (default g++).
set -u
cd "$(dirname "$0")/../.." || exit 2
check=
[ "${1:-}" = --check ] && check=yes && shift
read -ra flags <<< "-std=c++20 -fsyntax-only -Iinclude -DASIO_STANDALONE -DASIO_NO_DEPRECATED"
read -ra botan <<< "$(pkg-config --cflags botan-3 2>/dev/null || pkg-config --cflags botan-2 2>/dev/null)"
flags+=("${botan[@]}")
headers=("$@")
[ ${#headers[@]} -gt 0 ] || mapfile -t headers < <(cd include && find lp2p -name '*.hpp' | sort)

budget() { # milliseconds; nothing where a header has none
    case $1 in
    lp2p/core/* | lp2p/crypto/botan.hpp | lp2p/full.hpp) ;;
    lp2p/lp2p.hpp | lp2p/connection/* | lp2p/swarm/* | lp2p/service/* | lp2p/node/*) echo 1500 ;;
    lp2p/io/*) echo 2500 ;;
    *) echo 800 ;;
    esac
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/header.cpp errors=$work/errors
# Runs a compiler; says its milliseconds of processor time and its largest memory in MiB.
measure='import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1000), used.ru_maxrss // 1024)
sys.exit(code)'
over=0
printf '%-52s %8s %8s %6s\n' header seconds budget MiB
for header in "${headers[@]}"; do
    best=
    for _ in 1 2 3; do
        echo "#include <$header>" > "$source"
        if ! figures=$(python3 -c "$measure" "${CXX:-g++}" "${flags[@]}" "$source" 2> "$errors"); then
            printf '%s does not compile\n' "$header" >&2
            cat "$errors" >&2
            exit 2
        fi
        read -r took memory <<< "$figures"
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    most=$(budget "$header")
    note=
    if [ -n "$most" ] && [ $((best * 10)) -gt $((most * 12)) ]; then
        note='  over'
        over=$((over + 1))
    fi
    printf '%-52s %5d.%02d %8s %6d%s\n' "$header" $((best / 1000)) $((best % 1000 / 10)) \
        "${most:+$((most / 1000)).$((most % 1000 / 100))}" "$memory" "$note"
done
printf '%d over budget by more than 20 %%\n' "$over"
[ -z "$check" ] || [ "$over" -eq 0 ]
