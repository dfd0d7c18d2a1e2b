// SPDX-License-Identifier: Apache-2.0 OR MIT
// A service's host without connections: a table of substreams that a test fills, reads and breaks.
//
// It models service::host and tells nothing by itself: the test calls the service as a node would.
#pragma once

#include <lp2p/connection/errc.hpp>
#include <lp2p/service/host.hpp>

#include <map>

namespace lp2p::test {

class fake_host {
public:
    struct substream {
        std::uint64_t order = 0; ///< a later `open` has a larger one
        direction dir{};
        purpose use{};
        std::vector<std::string> proposals; ///< of an outbound one
        std::string protocol;               ///< empty until agreed
        instant deadline{};                 ///< of an outbound one
        byte_vector in;                     ///< came and was not consumed
        byte_vector out;                    ///< everything that was written
        std::size_t room = ~std::size_t{0}; ///< what `write` still takes
        bool finished = false;              ///< by the service
        std::optional<std::uint32_t> reset; ///< by the service, with this code
        bool over = false;                  ///< the connection under it ended

        [[nodiscard]] bool gone() const noexcept { return over || reset; }
    };
    struct connection_state {
        wire::peer_id peer;
        protocol_knowledge knows;
        std::uint32_t last = 0;
    };

    std::map<conn_id, connection_state> connections;
    std::map<substream_id, substream> streams;       ///< gone ones too
    std::optional<error> open_fails;                 ///< every `open` fails at once with it
    std::vector<std::pair<conn_id, error>> replaced; ///< what `replace` was asked

    conn_id connect(const wire::peer_id& peer) {
        const conn_id id{++last_conn_};
        connections[id].peer = peer;
        return id;
    }
    /// The remote opened a substream of this protocol.
    substream_id remote_opens(conn_id conn, std::string_view protocol, byte_view first = {}) {
        const substream_id id = next(conn);
        streams[id].protocol = protocol;
        streams[id].in = to_vector(first);
        return id;
    }
    /// The remote takes what the service proposes first, or this one.
    void agree(substream_id id, std::string_view protocol = {}) {
        substream& s = streams.at(id);
        s.protocol = protocol.empty() ? s.proposals.front() : std::string{protocol};
        connections.at(id.conn).knows.confirmed(s.protocol);
    }
    /// The remote answers `na`: what the connection then knows.
    void refuse(substream_id id) {
        for (const auto& p : streams.at(id).proposals) connections.at(id.conn).knows.refused(p);
    }
    /// The connection is gone with everything on it; the test tells the service.
    void disconnect(conn_id conn) {
        for (auto& [id, s] : streams)
            if (id.conn == conn) s.over = true;
        connections.erase(conn);
    }
    void arrives(substream_id id, byte_view bytes) { append(streams.at(id).in, bytes); }

    /// Outbound substreams of a connection that nobody answered yet, oldest first.
    [[nodiscard]] std::vector<substream_id> opening(conn_id conn) const {
        std::vector<substream_id> all;
        for (const auto& [id, s] : streams)
            if (id.conn == conn && s.dir == direction::outbound && s.protocol.empty() && !s.gone())
                all.push_back(id);
        return all;
    }
    /// Every outbound substream there ever was that proposed this protocol first, oldest first.
    [[nodiscard]] std::vector<substream_id> opened_for(std::string_view protocol) const {
        std::vector<substream_id> all;
        for (const auto& [id, s] : streams)
            if (s.dir == direction::outbound && s.proposals.front() == protocol) all.push_back(id);
        std::sort(all.begin(), all.end(), [&](substream_id a, substream_id b) {
            return streams.at(a).order < streams.at(b).order;
        });
        return all;
    }

    // --- service::host
    // ----------------------------------------------------------------------------
    result<substream_id> open(conn_id conn, std::span<const std::string> protocols, purpose use,
                              instant deadline, confirm, instant) {
        if (open_fails) return fail(*open_fails);
        const substream_id id = next(conn);
        substream& s = streams[id];
        s.order = ++opens_;
        s.dir = direction::outbound;
        s.use = use;
        s.deadline = deadline;
        s.proposals.assign(protocols.begin(), protocols.end());
        return id;
    }
    [[nodiscard]] byte_view read(substream_id id) const {
        const substream* s = find(id);
        return s == nullptr ? byte_view{} : byte_view{s->in};
    }
    void consume(substream_id id, std::size_t n, instant) {
        if (substream* s = find(id))
            s->in.erase(s->in.begin(), s->in.begin() + static_cast<std::ptrdiff_t>(n));
    }
    result<std::size_t> write(substream_id id, byte_view bytes, instant) {
        substream* s = find(id);
        if (s == nullptr) return fail(connections::errc::unknown_substream);
        if (s->finished) return fail(connections::errc::write_after_finish);
        const std::size_t n = std::min(bytes.size(), s->room);
        s->room -= n;
        append(s->out, bytes.first(n));
        return n;
    }
    result<std::size_t> write(substream_id id, const shared_bytes& bytes, instant now) {
        return write(id, bytes.view(), now);
    }
    void finish(substream_id id, instant) {
        if (substream* s = find(id)) s->finished = true;
    }
    void reset(substream_id id, std::uint32_t code, instant) {
        if (substream* s = find(id)) s->reset = code;
    }
    [[nodiscard]] std::string_view protocol(substream_id id) const {
        const auto at = streams.find(id);
        return at == streams.end() ? std::string_view{} : std::string_view{at->second.protocol};
    }
    [[nodiscard]] wire::peer_id peer(conn_id conn) const {
        const auto at = connections.find(conn);
        return at == connections.end() ? wire::peer_id{} : at->second.peer;
    }
    [[nodiscard]] std::optional<conn_id> established(const wire::peer_id& peer) const {
        for (auto at = connections.rbegin(); at != connections.rend(); ++at)
            if (at->second.peer == peer) return at->first;
        return std::nullopt;
    }
    [[nodiscard]] support supports(const wire::peer_id& peer, std::string_view name) const {
        support best = support::unknown;
        for (const auto& [id, c] : connections) {
            if (c.peer != peer) continue;
            if (c.knows.of(name) == support::supported) return support::supported;
            if (c.knows.of(name) == support::unsupported) best = support::unsupported;
        }
        return best;
    }
    [[nodiscard]] protocol_knowledge* knowledge(conn_id conn) {
        const auto at = connections.find(conn);
        return at == connections.end() ? nullptr : &at->second.knows;
    }

    status replace(conn_id conn, error why, instant) {
        replaced.emplace_back(conn, why);
        return {};
    }

private:
    [[nodiscard]] substream_id next(conn_id conn) {
        return {conn, substream_index{++connections.at(conn).last}};
    }
    [[nodiscard]] substream* find(substream_id id) {
        const auto at = streams.find(id);
        return at == streams.end() || at->second.gone() ? nullptr : &at->second;
    }
    [[nodiscard]] const substream* find(substream_id id) const {
        return const_cast<fake_host*>(this)->find(id); // NOLINT: same look-up
    }

    std::uint64_t last_conn_ = 0;
    std::uint64_t opens_ = 0;
};

static_assert(service::host<fake_host>);

} // namespace lp2p::test
