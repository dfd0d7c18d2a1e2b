// SPDX-License-Identifier: Apache-2.0 OR MIT
// 2_yamux_in_memory: two yamux sessions talk, in one process, without a socket or a clock.
//
// A session is a value. What it wants to send is asked of it, what it received is told to it, and
// then it says what happened. Who carries the bytes is the caller's business: here, a loop.
#include <lp2p/protocol/yamux/session.hpp>

#include <cstdio>
#include <string>

namespace {

namespace yamux = lp2p::yamux;

/// The bytes that `from` has to send, given to `to`. False where there were none.
bool carry(yamux::session& from, yamux::session& to, lp2p::instant now) {
    const lp2p::byte_view out = from.transmit(65536);
    if (out.empty()) return false;
    (void)to.receive(out, now); // an error is told by ended(), too
    from.transmitted(out.size());
    return true;
}

/// Sends back what came on a stream, and ends it when the peer has.
void echo(yamux::session& s, yamux::stream_id id) {
    for (auto got = s.read(id); !got.empty(); got = s.read(id)) {
        const auto put = s.write(id, got);
        if (!put || *put == 0) return; // no room: stream_writable follows, the rest stays unread
        s.consume(id, *put);           // only now may the peer send as much again
    }
    if (const auto at = s.inspect(id); at && at->remote_finished) (void)s.finish(id);
}
void serve(yamux::session& s) {
    while (const auto event = s.poll_event()) {
        if (const auto* opened = std::get_if<yamux::stream_opened>(&*event))
            (void)s.accept(opened->id);
        else if (const auto* readable = std::get_if<yamux::stream_readable>(&*event))
            echo(s, readable->id);
        else if (const auto* writable = std::get_if<yamux::stream_writable>(&*event))
            echo(s, writable->id);
        else if (const auto* finished = std::get_if<yamux::stream_finished>(&*event))
            echo(s, finished->id);
    }
}

/// Takes what comes on any stream. True when a stream is over as it should be.
bool listen(yamux::session& s, std::string& heard) {
    bool over = false;
    while (const auto event = s.poll_event()) {
        if (const auto* readable = std::get_if<yamux::stream_readable>(&*event)) {
            for (auto got = s.read(readable->id); !got.empty(); got = s.read(readable->id)) {
                heard += lp2p::as_text(got);
                s.consume(readable->id, got.size());
            }
        } else if (const auto* ended = std::get_if<yamux::stream_ended>(&*event)) {
            over = !ended->why.why;
        }
    }
    return over;
}

} // namespace

int main() {
    const lp2p::instant now{}; // any time will do: nothing here waits for a deadline
    yamux::session dialer{yamux::role::dialer, {}, now};
    yamux::session listener{yamux::role::listener, {}, now};

    const auto stream = dialer.open(now);
    if (!stream) return 1;
    (void)dialer.write(*stream, lp2p::as_bytes("hello"));
    (void)dialer.finish(*stream);

    std::string heard;
    bool over = false;
    for (bool busy = true; busy;) {
        busy = carry(dialer, listener, now);
        busy = carry(listener, dialer, now) || busy;
        serve(listener);
        over = listen(dialer, heard) || over;
    }
    std::printf("stream %u said \"hello\", heard \"%s\" and is %s\n", yamux::value_of(*stream),
                heard.c_str(), over ? "over" : "still open");
    return over && heard == "hello" ? 0 : 1;
}
