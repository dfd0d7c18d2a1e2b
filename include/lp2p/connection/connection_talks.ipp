// SPDX-License-Identifier: Apache-2.0 OR MIT
// How the substreams of a connection agree on a protocol: part of connection.hpp.
//
// A limit, a reset and a deadline end one substream, never what is known of the remote; only an
// explicit `na` does that (H2).
#pragma once

#include <lp2p/connection/connection.hpp>

namespace lp2p::inline v0 {

template <class Stack>
void connection<Stack>::start_queued(instant now) {
    while (substream_entry* e = ledger_.first_queued()) {
        const auto stream = session_->open(now);
        if (!stream && stream.error() == yamux::errc::ack_backlog) return;
        if (!stream) {
            const substream_index index = e->index;
            tell_failed(index, stream.error());
            drop(index);
            continue;
        }
        ledger_.bind(*e, *stream);
        start_dialing(*e, now);
    }
}

template <class Stack>
void connection<Stack>::start_dialing(substream_entry& e, instant now) {
    const auto until = talks_.at(e.index);
    const duration left = until ? *until - now : config_.bounds->negotiation_timeout;
    e.phase = substream_phase::negotiating;
    e.talk = propose(e.proposals, left, *config_.bounds, now);
    const substream_index index = e.index;
    const bool lazy = e.lazy;
    talk(index, now);
    substream_entry* still = lazy ? ledger_.find(index) : nullptr;
    if (still != nullptr && still->phase == substream_phase::negotiating) {
        still->phase = substream_phase::open;
        ledger_.agree(*still, still->proposals.front());
        tell_open(*still);
    }
}

template <class Stack>
void connection<Stack>::start_listening(substream_entry& e, instant now) {
    (void)session_->accept(*e.stream);
    e.phase = substream_phase::negotiating;
    e.talk = answer(config_.serves, *config_.bounds, now);
    talks_.set(e.index, after(now, config_.bounds->negotiation_timeout));
}

/// Moves bytes between the stream and its negotiation, and tells how it went.
template <class Stack>
void connection<Stack>::talk(substream_index index, instant now) {
    substream_entry* e = ledger_.find(index);
    const yamux::stream_id stream = *e->stream;
    if (!pump(*e->talk, *session_, stream, now)) return; // an answer counts once it is queued
    if (e->finished_by_remote && session_->read(stream).empty())
        lp2p::receive_end(*e->talk, {end::fin, 0}, now);
    talk_result(*e);
}

template <class Stack>
void connection<Stack>::talk_ends(substream_entry& e, end how, instant now) {
    lp2p::receive_end(*e.talk, how, now);
    talk_result(e);
}

template <class Stack>
void connection<Stack>::talk_expired(substream_index index) {
    substream_entry* e = ledger_.find(index);
    if (e == nullptr) return;
    if (e->phase == substream_phase::queued) {
        tell(trace_names::limit_hit, index,
             {{"limit", std::string_view{"streams_unacknowledged"}},
              {"value", std::int64_t{session_->counts().unacked}},
              {"most", std::int64_t{config_.bounds->streams_unacknowledged}}});
        tell_failed(index, connections::errc::ack_backlog);
        drop(index);
        return;
    }
    talk_failed(*e, {connections::errc::negotiation_timeout, party::local});
}

template <class Stack>
void connection<Stack>::talk_result(substream_entry& e) {
    const talk_outcome went = lp2p::outcome(*e.talk);
    if (went.agreed)
        talk_agreed(e, *went.agreed);
    else if (went.failed)
        talk_failed(e, *went.failed);
}

template <class Stack>
void connection<Stack>::talk_agreed(substream_entry& e, const std::string& protocol) {
    const bool was_open = e.phase == substream_phase::open; // lazy
    talks_.erase(e.index);
    e.talk.reset();
    e.phase = substream_phase::open;
    std::vector<std::string>{}.swap(e.proposals);
    if (e.dir == direction::outbound)
        knowledge_.confirmed(protocol);
    else if (config_.purpose_of != nullptr)
        e.use = config_.purpose_of(protocol);
    ledger_.agree(e, protocol);
    if (!was_open) tell_open(e);
    if (!session_->read(*e.stream).empty()) events_.push(connections::substream_readable{e.index});
    if (e.finished_by_remote) events_.push(connections::substream_finished{e.index});
}

template <class Stack>
void connection<Stack>::talk_failed(substream_entry& e, reason how) {
    const error why = how.why;
    const substream_index index = e.index;
    const bool was_open = e.phase == substream_phase::open; // lazy: reader and writer hear of it
    if (e.dir == direction::outbound) {
        if (why == fault::refused)
            for (const std::string& p : e.proposals) knowledge_.refused(p);
        if (was_open)
            tell_ended(index, how);
        else
            tell_failed(index, why);
    }
    const auto farewell = lp2p::wants_end(*e.talk);
    if (!farewell || farewell->how == end::reset || !session_->finish(*e.stream))
        return forget(e, multistream::negotiation_failed);
    drop(index); // a `na` must arrive: a reset would take it back (H2)
}

/// Resets what is not open (or, lazily open, was refused) and drops its entry: nobody hears
/// more.
template <class Stack>
void connection<Stack>::forget(substream_entry& e, std::uint32_t code) {
    const auto stream = e.stream;
    const party blame = e.dir == direction::inbound ? party::remote : party::local;
    drop(e.index);
    if (stream) (void)session_->reset(*stream, code, blame);
}

template <class Stack>
void connection<Stack>::drop(substream_index index) {
    talks_.erase(index);
    ledger_.erase(index);
}

} // namespace lp2p::inline v0
