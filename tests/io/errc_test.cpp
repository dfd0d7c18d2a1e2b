// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p {
namespace {

using io::errc;

TEST(IoErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names, sentences;
    std::uint16_t code = 1;
    for (; !name(static_cast<errc>(code)).empty(); ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        EXPECT_GT(describe(e).size(), 10U) << name(e);
        EXPECT_TRUE(sentences.insert(describe(e)).second) << name(e);
        const error made = e;
        EXPECT_TRUE(made);
        EXPECT_EQ(made.where, domain::io);
        EXPECT_EQ(made.kind, fault_of(e));
        EXPECT_EQ(made.code, code);
    }
    EXPECT_EQ(static_cast<errc>(code - 1), errc::other) << "the last one";
    EXPECT_TRUE(describe(static_cast<errc>(code)).empty());
}
TEST(IoErrc, TheSystemsErrorsAreNamedByWhoseFaultTheyAre) {
    const auto of = [](int value) {
        return io::from_system(std::error_code{value, std::system_category()});
    };
    EXPECT_FALSE(of(0));
    EXPECT_EQ(of(ECONNREFUSED), error{errc::connection_refused});
    EXPECT_EQ(of(ECONNREFUSED), fault::refused);
    EXPECT_EQ(of(ETIMEDOUT), error{errc::connect_timeout});
    EXPECT_EQ(of(ETIMEDOUT), fault::timeout);
    for (const int value : {EHOSTUNREACH, ENETUNREACH, ENETDOWN, EAFNOSUPPORT})
        EXPECT_EQ(of(value), error{errc::unreachable}) << value;
    for (const int value : {ECONNRESET, EPIPE, ECONNABORTED, ENETRESET})
        EXPECT_EQ(of(value), error{errc::reset}) << value;
    EXPECT_EQ(of(EADDRINUSE), error{errc::address_in_use});
    EXPECT_EQ(of(EADDRINUSE), fault::local);
    EXPECT_EQ(of(EADDRNOTAVAIL), error{errc::address_not_available});
    for (const int value : {EACCES, EPERM})
        EXPECT_EQ(of(value), error{errc::permission_denied}) << value;
    for (const int value : {EMFILE, ENFILE}) {
        EXPECT_EQ(of(value), error{errc::too_many_descriptors}) << value;
        EXPECT_EQ(of(value), fault::limit);
    }
    EXPECT_EQ(of(EIO), error{errc::other});
    EXPECT_EQ(io::from_system(asio::error::host_not_found), error{errc::name_not_found});
    EXPECT_EQ(io::from_system(asio::error::host_not_found_try_again), error{errc::lookup_failed});
    EXPECT_EQ(io::from_system(asio::error::no_recovery), error{errc::lookup_failed});
    EXPECT_EQ(error{errc::lookup_timeout}, fault::timeout);
    EXPECT_EQ(error{errc::bad_host_name}, fault::local);
    EXPECT_EQ(error{errc::dnsaddr_not_supported}, fault::local);
    EXPECT_EQ(io::from_system(asio::error::no_data), error{errc::name_not_found});
    EXPECT_EQ(io::from_system(asio::error::operation_aborted), error{errc::cancelled});
}
TEST(IoErrc, AnErrorSurvivesTheWayThroughAnErrorCode) {
    for (const error e : {error{errc::stream_reset}, error{domain::yamux, fault::limit, 65535},
                          error{domain::swarm, fault::refused, 1}}) {
        const std::error_code ec = io::to_error_code(e);
        EXPECT_TRUE(ec);
        EXPECT_EQ(io::from_error_code(ec), e);
    }
    EXPECT_FALSE(io::to_error_code(error{}));
    EXPECT_FALSE(io::from_error_code(std::error_code{}));
    EXPECT_EQ(io::from_error_code(asio::error::connection_refused),
              error{errc::connection_refused});
}
TEST(IoErrc, ItsMessageIsTheSentenceOfTheErrorWhateverItsDomain) {
    const error e = swarms::errc::not_connected;
    const std::error_code ec = io::to_error_code(e);
    EXPECT_EQ(ec.message(), std::string{text_of(e).sentence});
    EXPECT_EQ(io::to_error_code({domain::yamux, fault::limit, 9999}).message(),
              "yamux limit error 9999");
    EXPECT_STREQ(ec.category().name(), "lp2p");
    EXPECT_NE(ec, io::to_error_code({domain::noise, e.kind, e.code}));
    EXPECT_EQ(io::to_error_code(errc::stream_reset).message(),
              std::string{describe(errc::stream_reset)});
}

} // namespace
} // namespace lp2p
