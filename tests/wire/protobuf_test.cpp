// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/protobuf.hpp>

#include "bytes.hpp"

#include <cstdlib>

namespace {

using namespace lp2p;
using wire::errc;
using wire::message_reader;
using wire::message_writer;
using wire::wire_kind;
using wire_test::hex;

error why(std::string_view message) {
    const auto open = message_reader::open(hex(message));
    return open ? error{} : open.error();
}

TEST(WireProtobuf, ReadsFieldsInTheirOrder) {
    const byte_vector message = hex("08 9601 12 03 616263 08 01 1d 04030201 21 0807060504030201");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->field(), 1U);
    EXPECT_EQ(m->kind(), wire_kind::varint);
    EXPECT_EQ(m->varint(), 150U);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->field(), 2U);
    EXPECT_EQ(m->kind(), wire_kind::bytes);
    const auto text = m->bytes();
    ASSERT_TRUE(text);
    EXPECT_EQ(as_text(*text), "abc");
    EXPECT_EQ(text->data(), &message[5]); // a view, no copy
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint(), 1U);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->kind(), wire_kind::fixed32);
    m->skip();
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->kind(), wire_kind::fixed64);
    EXPECT_FALSE(m->next()); // not read, so skipped
    EXPECT_FALSE(m->next());
}

TEST(WireProtobuf, AnEmptyMessageHasNoFields) {
    auto m = message_reader::open({});
    ASSERT_TRUE(m);
    EXPECT_FALSE(m->next());
}

TEST(WireProtobuf, AFieldThatIsNotReadIsSkippedWhateverItIs) {
    const byte_vector message = hex("08 9601 12 03 616263 1d 04030201 21 0807060504030201 28 07");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m);
    for (std::uint32_t field = 1; field <= 5; ++field) {
        ASSERT_TRUE(m->next());
        EXPECT_EQ(m->field(), field);
    }
    EXPECT_EQ(m->varint(), 7U);
    EXPECT_FALSE(m->next());
}

TEST(WireProtobuf, AKnownFieldOfAnotherWireTypeIsAnErrorAndCanBeSkipped) {
    const byte_vector message = hex("08 01 12 01 61 1d 04030201 20 05");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->bytes().error(), errc::wrong_wire_type);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint().error(), errc::wrong_wire_type);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint().error(), errc::wrong_wire_type);
    EXPECT_EQ(m->bytes().error(), errc::wrong_wire_type);
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint(), 5U);
}

TEST(WireProtobuf, AFieldKeepsItsNumberAndKindWhenItWasRead) {
    const byte_vector message = hex("12 01 61 18 05 22 00");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m);
    EXPECT_EQ(m->field(), 0U);
    for (std::uint32_t field = 2; field <= 4; ++field) {
        ASSERT_TRUE(m->next());
        const wire_kind kind = m->kind();
        ASSERT_TRUE(kind == wire_kind::varint ? m->varint().has_value() : m->bytes().has_value());
        EXPECT_EQ(m->field(), field);
        EXPECT_EQ(m->kind(), kind);
    }
    EXPECT_FALSE(m->next());
    EXPECT_EQ(m->field(), 0U);
}

TEST(WireProtobuf, AFieldIsReadOnce) {
    const byte_vector message = hex("08 01 08 02");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m && m->next());
    EXPECT_EQ(m->varint(), 1U);
    EXPECT_FALSE(m->varint()); // and not the next field's bytes
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint(), 2U);
}

TEST(WireProtobuf, CutMessagesAreRefusedWhenOpened) {
    for (const auto* m : {"08", "0880", "12", "1203", "12036162", "1d040302", "21010203", "80",
                          "1280", "12ffffffffffffffff7f"})
        EXPECT_EQ(why(m), errc::message_truncated) << m;
}

TEST(WireProtobuf, FieldNumbersHaveBounds) {
    EXPECT_EQ(why("00 01"), errc::bad_field_number);
    EXPECT_EQ(why("02 01 61"), errc::bad_field_number);
    EXPECT_EQ(why("f8ffffff0f 01"), error{});                    // 2^29-1
    EXPECT_EQ(why("8080808010 01"), errc::uvarint_too_long);     // 2^29
    EXPECT_EQ(why("80808080808001 01"), errc::uvarint_too_long); // 43 bits
    EXPECT_EQ(why("b8a309 01"), error{});                        // 18999
    EXPECT_EQ(why("c0a309 01"), errc::bad_field_number);         // 19000
    EXPECT_EQ(why("f8e109 01"), errc::bad_field_number);         // 19999
    EXPECT_EQ(why("80e209 01"), error{});                        // 20000
}

TEST(WireProtobuf, GroupsAndUnknownWireTypesAreRefused) {
    EXPECT_EQ(why("0b 0c"), errc::bad_wire_type);
    EXPECT_EQ(why("0c"), errc::bad_wire_type);
    EXPECT_EQ(why("0e"), errc::bad_wire_type);
    EXPECT_EQ(why("0f"), errc::bad_wire_type);
}

TEST(WireProtobuf, NumbersHave64BitsAndMayBeOverlong) {
    const byte_vector message = hex("08 ffffffffffffffffff01 08 8000 8800 03");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m && m->next());
    EXPECT_EQ(m->varint(), ~std::uint64_t{0});
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->varint(), 0U); // protobuf, unlike multiformats, does not ask for the shortest form
    ASSERT_TRUE(m->next());
    EXPECT_EQ(m->field(), 1U);
    EXPECT_EQ(m->varint(), 3U);
    EXPECT_EQ(why("08 ffffffffffffffffff02"), errc::uvarint_too_long);
    EXPECT_EQ(why("08 8080808080808080808000"), errc::uvarint_too_long);
    EXPECT_EQ(why("12 ffffffffffffffffff02"), errc::uvarint_too_long);
}

TEST(WireProtobuf, NestedMessagesAreScannedWhenTheyAreOpened) {
    const byte_vector message = hex("0a 02 0880");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m && m->next());
    const auto inner = m->bytes();
    ASSERT_TRUE(inner);
    EXPECT_EQ(message_reader::open(*inner).error(), errc::message_truncated);
}

TEST(WireProtobuf, ReadGivesBytesOnceAndOnlyBytes) {
    const byte_vector message = hex("0801 1202aabb 1200");
    auto m = message_reader::open(message);
    ASSERT_TRUE(m && m->next());
    byte_view to;
    EXPECT_FALSE(m->read(to)) << "a number";
    ASSERT_TRUE(m->next());
    EXPECT_TRUE(m->read(to));
    EXPECT_EQ(to_vector(to), hex("aabb"));
    EXPECT_FALSE(m->read(to)) << "once";
    ASSERT_TRUE(m->next());
    EXPECT_TRUE(m->read(to));
    EXPECT_TRUE(to.empty());
    EXPECT_FALSE(m->next());
}

TEST(WireProtobuf, WritesTheEncodingDocumentsExamples) { // protobuf.dev, "Encoding"
    byte_vector out;
    message_writer w{out};
    w.varint(1, 150);
    w.text(2, "testing");
    w.nested(3, [](message_writer& inner) { inner.varint(1, 150); });
    EXPECT_EQ(out, hex("08 9601 12 07 74657374696e67 1a 03 08 9601"));
}

TEST(WireProtobuf, WritesBehindWhatIsThereAndEmptyFieldsToo) {
    byte_vector out = hex("ff");
    message_writer w{out};
    w.varint(1, 0);
    w.bytes(2, {});
    w.nested(16, [](message_writer&) {});
    w.varint(1, ~std::uint64_t{0});
    EXPECT_EQ(out, hex("ff 0800 1200 820100 08ffffffffffffffffff01"));
}

TEST(WireProtobuf, ANestedMessageOf128BytesHasALengthOfTwo) {
    byte_vector out;
    message_writer w{out};
    const byte_vector body(130, std::byte{7});
    w.nested(1, [&](message_writer& outer) {
        outer.nested(2, [&](message_writer& inner) { inner.bytes(3, body); });
        outer.varint(4, 1);
    });
    byte_vector expected = hex("0a 8a01 12 8501 1a 8201");
    append(expected, body);
    append(expected, hex("20 01"));
    EXPECT_EQ(out, expected);
}

/// Reads everything as deep as it goes; how many fields.
std::size_t walk(byte_view message, int depth) {
    auto m = message_reader::open(message);
    if (!m) return 0;
    std::size_t fields = 0;
    while (m->next()) {
        ++fields;
        if (const auto n = m->varint(); n) continue;
        const auto inner = m->bytes();
        if (inner && depth < 10) fields += walk(*inner, depth + 1);
    }
    return fields;
}

RC_GTEST_PROP(WireProtobuf, AnyBytesAreReadOrRefused, ()) {
    const byte_vector message = wire_test::any_bytes();
    const std::size_t fields = walk(message, 0);
    RC_ASSERT(fields <= message.size() * 10);
}

RC_GTEST_PROP(WireProtobuf, WhatIsWrittenIsRead, ()) {
    const auto count = *rc::gen::inRange(0, 20);
    byte_vector out;
    message_writer w{out};
    std::vector<std::pair<std::uint32_t, std::uint64_t>> numbers;
    for (int i = 0; i < count; ++i) {
        const auto field = *rc::gen::inRange<std::uint32_t>(1, 19000);
        numbers.emplace_back(field, *rc::gen::arbitrary<std::uint64_t>());
        w.varint(field, numbers.back().second);
        w.bytes(field, wire_test::any_bytes());
    }
    auto m = message_reader::open(out);
    RC_ASSERT(m.has_value());
    for (const auto& [field, value] : numbers) {
        RC_ASSERT(m->next() && m->field() == field && m->varint() == value);
        RC_ASSERT(m->next() && m->field() == field && m->bytes().has_value());
    }
    RC_ASSERT(!m->next());
}

} // namespace
