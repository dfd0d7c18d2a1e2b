#!/usr/bin/env bash
# Front-end seconds (processor time, not the clock's; -fsyntax-only, best of three) and memory of each
# public header, beside the budget of its time: with LP2P_SEPARATE_COMPILATION ("separate"), which the
# budget is for, and with the bodies too ("whole").
#
#   tests/bench/compile_time.sh [--check] [HEADER…]    HEADER as in an include: lp2p/wire/cursor.hpp
#
# --check: exit 1 where one is over its budget by more than 20 %. The budgets were set on a machine
# that reads Asio's sockets and timers in 0.77 s. That is measured here too, and the budgets are
# scaled by it. CXX: the compiler (default g++).
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
    lp2p/core/* | lp2p/crypto/botan.hpp | lp2p/full.hpp | lp2p/*src.hpp | lp2p/templates.hpp) ;;
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
measured() { # FLAGS…: sets `best`, the fewest milliseconds of three runs, and `memory`
    best=
    local figures took
    for _ in 1 2 3; do
        if ! figures=$(python3 -c "$measure" "${CXX:-g++}" "${flags[@]}" "$@" "$source" 2> "$errors"); then
            cat "$errors" >&2
            return 1
        fi
        read -r took memory <<< "$figures"
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
}
seconds() { printf '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10)); }

here=
scale() { # a busy machine is slow by turns, so Asio is measured beside every header
    printf '#include <asio/ip/tcp.hpp>\n#include <asio/steady_timer.hpp>\n' > "$source"
    measured || exit 2
    if [ -z "$here" ] || [ "$best" -lt "$here" ]; then here=$best; fi
}
scale
printf 'Asio takes %s s here, 0.77 s where the budgets were set: they are scaled by it.\n' "$(seconds "$here")"
over=0
printf '%-52s %8s %6s %8s %8s\n' header separate MiB budget whole
for header in "${headers[@]}"; do
    scale
    echo "#include <$header>" > "$source"
    if ! measured; then
        printf '%s does not compile\n' "$header" >&2
        exit 2
    fi
    whole=$best
    measured -DLP2P_SEPARATE_COMPILATION || exit 2
    most=$(budget "$header")
    [ -z "$most" ] || most=$((most * here / 770))
    note=
    if [ -n "$most" ] && [ $((best * 10)) -gt $((most * 12)) ]; then
        note='  over'
        over=$((over + 1))
    fi
    printf '%-52s %8s %6d %8s %8s%s\n' "$header" "$(seconds "$best")" "$memory" \
        "${most:+$(seconds "$most")}" "$(seconds "$whole")" "$note"
done
printf '%d over budget by more than 20 %%\n' "$over"
[ -z "$check" ] || [ "$over" -eq 0 ]
