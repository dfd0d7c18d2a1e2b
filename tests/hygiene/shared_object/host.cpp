// SPDX-License-Identifier: Apache-2.0 OR MIT
// The other half: errors that come out of a shared object with hidden symbols are those of here.
#include "plugin.hpp"

#include <lp2p/protocol/yamux/session.hpp>

#include <dlfcn.h>

#include <cstdio>

namespace {
int faults = 0;
void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "fault: %s\n", what);
    ++faults;
}
} // namespace

int main(int, char** argv) {
    void* object = ::dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    void* symbol = object == nullptr ? nullptr : ::dlsym(object, "fill");
    if (symbol == nullptr) return std::fprintf(stderr, "%s\n", ::dlerror()), 2;
    plugin_errors theirs;
    reinterpret_cast<fill_function>(symbol)(&theirs);

    using lp2p::yamux::errc;
    expect(theirs.wrong_version == errc::wrong_version, "an error is not equal");
    expect(theirs.wrong_version == lp2p::fault::remote, "a fault is not equal");
    lp2p::yamux::session s{lp2p::yamux::role::dialer, {}, {}};
    expect(theirs.unknown_stream == s.write(lp2p::yamux::stream_id{77}, lp2p::as_bytes("x")),
           "results differ");

    // What a std::error_code is worth here: its category is another one, unless asked by name.
    const std::error_code ours = lp2p::io::to_error_code(errc::wrong_version);
    expect(theirs.as_error_code != ours, "the symbols are not hidden: this test shows nothing");
    expect(lp2p::io::from_error_code(theirs.as_error_code) == errc::wrong_version,
           "an error does not come back out of an error_code");
    expect(theirs.as_error_code.message() == ours.message(), "they say different things");
    return faults;
}
