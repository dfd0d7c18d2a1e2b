// SPDX-License-Identifier: Apache-2.0 OR MIT
// identify and identify/push: the bytes of one stream, and then its end.
#include "judge.hpp"

#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/protocol/identify/push.hpp>

namespace conformance {

using namespace lp2p;

namespace {

json value_of(const identify::message& m) {
    json protocols = json::array(), addresses = json::array();
    for (const std::string& p : m.protocols) protocols.push_back(printable(p));
    for (const wire::multiaddr& a : m.listen_addrs) addresses.push_back(a.to_string());
    return {{"protocols", protocols},
            {"listen_addrs", addresses},
            {"agent", printable(m.agent_version.value_or(""))},
            {"protocol_version", printable(m.protocol_version.value_or(""))},
            {"observed", m.observed ? m.observed->to_string() : ""}};
}

template <class Machine>
verdict receive(Machine machine, const vector& v, cut how,
                json (*tell)(const vector&, identify::message)) {
    for (const byte_vector& piece : peer_bytes(v, how))
        if (!machine.ended()) (void)machine.receive(piece, instant{});
    if (!machine.ended()) machine.receive_end(end{}, instant{});
    if (machine.ended()->why) return refused(machine.ended()->why);
    return accepted(tell(v, machine.take()));
}

/// What is known of the peer's protocols behind the push.
json known_after(const vector& v, identify::message pushed) {
    protocol_knowledge known;
    known.listed(v.context("known").get<std::vector<std::string>>());
    known.listed(std::move(pushed.protocols));
    return {{"protocols", known.supported()}};
}

} // namespace

verdict judge_identify(const vector& v, cut how) {
    identify::requester::config config{.remote_key = bytes_of(v.context("public_key"))};
    if (v.context("push") == true)
        return receive(identify::push_receiver{std::move(config), instant{}}, v, how, known_after);
    return receive(identify::requester{std::move(config), instant{}}, v, how,
                   [](const vector&, identify::message m) { return value_of(m); });
}

} // namespace conformance
