// SPDX-License-Identifier: Apache-2.0 OR MIT
// The lines that the node prints: one JSON object each, on stdout and nowhere else.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/io/clock.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/node/describe.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>

namespace example {

using json = nlohmann::ordered_json;

[[nodiscard]] inline std::string text(std::string_view view) { return std::string{view}; }

/// An error's name as logs search for it.
[[nodiscard]] inline std::string code_of(lp2p::error e) {
    if (!e) return "ok";
    if (e.where == lp2p::domain::io)
        return text(lp2p::io::name(static_cast<lp2p::io::errc>(e.code)));
    return text(lp2p::text_of(e).name);
}
[[nodiscard]] inline std::string sentence_of(lp2p::error e) {
    if (e.where == lp2p::domain::io)
        return text(lp2p::io::describe(static_cast<lp2p::io::errc>(e.code)));
    return text(lp2p::text_of(e).sentence);
}

[[nodiscard]] inline std::string hex(lp2p::byte_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[std::to_integer<unsigned>(b) >> 4U];
        out += digits[std::to_integer<unsigned>(b) & 15U];
    }
    return out;
}

class lines {
public:
    /// `log_level`: which of the lines a person reads on stderr, too; 0 none, 1 what went wrong, 2
    /// connections as well, 3 all.
    lines(std::string name, int log_level)
        : name_{std::move(name)}
        , log_level_{log_level}
        , start_{lp2p::io::now()} {}

    /// Prints one line; what a reader cannot take (a closed pipe) is not our trouble.
    void say(std::string_view ev, json fields = json::object()) {
        if (level_of(ev) <= log_level_)
            std::fprintf(stderr, "%s: %.*s %s\n", name_.c_str(), static_cast<int>(ev.size()),
                         ev.data(),
                         fields.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
        json line{{"impl", "lp2p"}, {"name", name_}, {"t_ms", elapsed()}, {"ev", ev}};
        line.update(fields);
        const std::string out = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
        std::fwrite(out.data(), 1, out.size(), stdout);
        std::fflush(stdout);
    }
    /// `code`, `fault`, `text`, beside the fields of `about`.
    void say_error(std::string_view ev, lp2p::error why, json about) {
        about["code"] = code_of(why);
        about["fault"] = text(lp2p::to_string(why.kind));
        about["text"] = sentence_of(why);
        say(ev, std::move(about));
    }
    [[nodiscard]] std::int64_t elapsed() const {
        return std::chrono::duration_cast<lp2p::milliseconds>(lp2p::io::now() - start_).count();
    }

private:
    [[nodiscard]] static int level_of(std::string_view ev) {
        if (ev == "warning" || ev == "reject" || ev.ends_with("_error") || ev.ends_with("_failed"))
            return 1;
        return ev.starts_with("conn_") || ev.starts_with("dial_") || ev == "listening" ||
                       ev == "identified" || ev == "duplicate" || ev == "exit"
                   ? 2
                   : 3;
    }

    std::string name_;
    int log_level_;
    lp2p::instant start_;
};

} // namespace example
