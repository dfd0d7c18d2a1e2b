// SPDX-License-Identifier: Apache-2.0 OR MIT
// What was found, for people and for programs.
#pragma once

#include "diagnosis.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <string>

namespace doctor {

/// `{healthy, findings: [{fault, observer, peer, conn, severity, evidence, cause, remedy}],
/// records:
/// [{observer, impl, peer, facts, ms, unread, left_out}]}`; conn is null where it is not about one.
[[nodiscard]] inline std::string as_json(std::span<const finding> found,
                                         std::span<const record> all) {
    using out = nlohmann::ordered_json;
    out findings = out::array(), records = out::array();
    for (const finding& f : found)
        findings.push_back({{"fault", to_string(f.what)},
                            {"observer", f.observer},
                            {"peer", f.peer},
                            {"conn", f.conn == 0 ? out{} : out(f.conn)},
                            {"severity", to_string(f.how)},
                            {"evidence", f.evidence},
                            {"cause", f.cause},
                            {"remedy", f.remedy}});
    for (const record& r : all)
        records.push_back({{"observer", r.observer},
                           {"impl", r.impl},
                           {"peer", r.self},
                           {"facts", r.facts.size()},
                           {"ms", r.ends_ms},
                           {"unread", r.unread},
                           {"left_out", r.left_out}});
    const out all_of_it{{"healthy", found.empty()}, {"findings", findings}, {"records", records}};
    return all_of_it.dump(2, ' ', false, out::error_handler_t::replace) + "\n";
}

namespace detail {

/// `text` in lines of at most 100 characters, each behind `indent` blanks but the first.
[[nodiscard]] inline std::string wrapped(const std::string& text, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find(' ', from), text.size());
        const std::string word = text.substr(from, to - from);
        if (column != indent && column + 1 + word.size() > 100) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        }
        if (column != indent) out += ' ', ++column;
        out += word;
        column += word.size();
        from = to + 1;
    }
    return out;
}

} // namespace detail

[[nodiscard]] inline std::string as_text(std::span<const finding> found,
                                         std::span<const record> all) {
    std::size_t facts = 0, left_out = 0;
    for (const record& r : all) facts += r.facts.size(), left_out += r.left_out;
    std::string out = found.empty() ? "healthy"
                                    : "sick: " + std::to_string(found.size()) +
                                          (found.size() == 1 ? " finding" : " findings");
    out += " (" + std::to_string(facts) + " facts of " + std::to_string(all.size()) +
           (all.size() == 1 ? " observer" : " observers") +
           (left_out == 0 ? "" : "; " + std::to_string(left_out) + " more were not kept") + ")\n";
    std::size_t number = 0;
    for (const finding& f : found) {
        out += "\n" + std::to_string(++number) + ". " + std::string{to_string(f.what)} + " (" +
               std::string{to_string(f.how)} + "), seen by " + f.observer;
        if (!f.peer.empty()) out += ", peer " + f.peer;
        if (f.conn != 0) out += ", connection " + std::to_string(f.conn);
        out += "\n";
        for (const std::string& e : f.evidence) out += "   - " + detail::wrapped(e, 5) + "\n";
        out += "   cause: " + detail::wrapped(f.cause, 10) + "\n";
        out += "   do:    " + detail::wrapped(f.remedy, 10) + "\n";
    }
    return out;
}

} // namespace doctor
