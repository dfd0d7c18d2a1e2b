// SPDX-License-Identifier: Apache-2.0 OR MIT
// 5_gossip_chat: what you type is published to a topic, what others publish is printed.
#include <lp2p/full.hpp>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>

#include <unistd.h>

#include <cstdio>

namespace {

class chat {
public:
    explicit chat(asio::io_context& context)
        : driver_{context.get_executor(), lp2p::make_node()}
        , input_{context} {
        driver_.on_event([this](const lp2p::node_event& event) {
            if (const auto* message = std::get_if<lp2p::service::pubsub_message>(&event))
                hear(*message);
            else if (const auto* joined = std::get_if<lp2p::service::peer_subscribed>(&event))
                say(name(joined->peer), "* joins");
        });
        (void)driver_.node().subscribe(topic, lp2p::io::now());
    }
    std::error_code start() {
        const auto at = driver_.listen(*lp2p::wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
        if (!at) return lp2p::io::to_error_code(at.error());
        say("* this is", at->with_peer(driver_.node().id()).to_string());
        std::error_code ec;
        input_.assign(::dup(STDIN_FILENO), ec); // a terminal or a pipe
        if (!ec) read_line();
        return ec;
    }
    void dial(const lp2p::wire::multiaddr& to) {
        driver_.async_dial(to, [to](std::error_code ec, lp2p::conn_id) {
            if (ec) say("* cannot reach " + to.to_string(), ec.message());
        });
    }

private:
    void hear(const lp2p::service::pubsub_message& event) {
        const auto message = driver_.node().take(event.id);
        if (!message) return;
        const auto author = lp2p::wire::peer_id::from_bytes(message->view.from);
        say(author ? name(*author) : "?", std::string{lp2p::as_text(message->view.data)});
    }
    void read_line() {
        asio::async_read_until(input_, asio::dynamic_buffer(text_), '\n',
                               [this](std::error_code ec, std::size_t n) { send(ec, n); });
    }
    void send(std::error_code ec, std::size_t n) {
        if (ec) return driver_.async_shut_down([](std::error_code) {}); // the end of the input
        const auto text = lp2p::as_bytes(std::string_view{text_}.substr(0, n - 1));
        const auto sent = driver_.node().publish(topic, text, lp2p::io::now());
        if (!sent) say("* not sent", lp2p::io::to_error_code(sent.error()).message());
        text_.erase(0, n);
        read_line();
    }
    /// The last letters of a peer id tell peers apart.
    static std::string name(const lp2p::wire::peer_id& peer) {
        const std::string text = peer.to_string();
        return text.substr(text.size() - 6);
    }
    static void say(const std::string& who, const std::string& what) {
        std::printf("%s: %s\n", who.c_str(), what.c_str());
        std::fflush(stdout);
    }

    static constexpr const char* topic = "chat";
    lp2p::driver driver_;
    asio::posix::stream_descriptor input_;
    std::string text_;
};

} // namespace

int main(int argc, char** argv) {
    asio::io_context context;
    chat self{context};
    for (int i = 1; i < argc; ++i) {
        const auto to = lp2p::wire::multiaddr::parse(argv[i]);
        if (!to) {
            std::puts(
                "5_gossip_chat [ADDRESS…]: joins the topic \"chat\" and prints its own address."
                "\nLines of its input are said; the end of the input ends it.");
            return std::string_view{argv[i]} == "--help" ? 0 : 2;
        }
        self.dial(*to);
    }
    if (const auto ec = self.start()) {
        std::fprintf(stderr, "5_gossip_chat: %s\n", ec.message().c_str());
        return 1;
    }
    context.run();
    return 0;
}
