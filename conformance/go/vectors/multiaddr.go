package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	ma "github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-varint"
)

const (
	addressSpec     = "multiformats/multiaddr, \"Specification\" and protocols.csv"
	addressTextSpec = "multiformats/multiaddr, \"Specification\""
)

const (
	ed25519ID  = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq" // the specification's Ed25519 key
	sha256ID   = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"       // the specification's example
	sha256CID  = "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"
	certHash   = "uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g"
	onion3Name = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd"
)

// Addresses that are written as text and as bytes, each the one form of the other.
func goodAddresses() []struct{ name, text, note string } {
	return []struct{ name, text, note string }{
		{"ip4_tcp", "/ip4/127.0.0.1/tcp/4001", "the usual one"},
		{"ip4_zeros", "/ip4/0.0.0.0/tcp/0", "all zeros"},
		{"ip4_ones", "/ip4/255.255.255.255/tcp/65535", "all ones"},
		{"ip4_alone", "/ip4/192.0.2.7", "one component"},
		{"ip4_udp", "/ip4/192.0.2.7/udp/4001", "a code of two bytes"},
		{"ip4_cidr", "/ip4/192.0.2.0/ipcidr/24", "a network"},
		{"ip6_tcp", "/ip6/::1/tcp/4001", "the loopback address"},
		{"ip6_any", "/ip6/::/tcp/0", "all zeros are one ::"},
		{"ip6_full", "/ip6/2001:db8:1:2:3:4:5:6/tcp/80", "nothing to shorten"},
		{"ip6_first_run", "/ip6/2001:db8::1:0:0:1/tcp/80", "RFC 5952 §4.2.3: of two equal runs of zeros the first is shortened"},
		{"ip6_longest_run", "/ip6/2001:0:0:1::1/tcp/80", "RFC 5952 §4.2.3: the longer run is shortened"},
		{"ip6_single_zero", "/ip6/2001:db8:0:1:1:1:1:1/tcp/80", "RFC 5952 §4.2.2: one zero group is written out"},
		{"ip6_mapped", "/ip6/::ffff:192.0.2.7/tcp/80", "an IPv4 address inside"},
		{"ip6_zone", "/ip6zone/eth0/ip6/fe80::1/tcp/80", "the zone stands first"},
		{"dns", "/dns/example.com/tcp/443", "any address of a name"},
		{"dns4", "/dns4/example.com/tcp/443", "its IPv4 addresses"},
		{"dns6", "/dns6/example.com/tcp/443", "its IPv6 addresses"},
		{"dnsaddr", "/dnsaddr/bootstrap.libp2p.io", "addresses in TXT records"},
		{"dns_unicode", "/dns4/b\u00fccher.example/tcp/80", "a name in UTF-8"},
		{"dns_long", "/dns4/" + strings.Repeat("a", 200) + "/tcp/80", "a length of two bytes"},
		{"p2p_ed25519", "/ip4/127.0.0.1/tcp/4001/p2p/" + ed25519ID, "with the peer, whose key is inside its id"},
		{"p2p_sha256", "/ip4/127.0.0.1/tcp/4001/p2p/" + sha256ID, "with the peer, whose key is hashed"},
		{"p2p_alone", "/p2p/" + ed25519ID, "a peer and no place"},
		{"relay", "/ip4/192.0.2.7/tcp/4001/p2p/" + sha256ID + "/p2p-circuit/p2p/" + ed25519ID, "a peer behind a relay"},
		{"relay_alone", "/p2p-circuit", "through any relay"},
		{"quic", "/ip4/192.0.2.7/udp/4001/quic", "QUIC, draft 29"},
		{"quic_v1", "/ip4/192.0.2.7/udp/4001/quic-v1", "QUIC, RFC 9000"},
		{"webtransport", "/ip4/192.0.2.7/udp/4001/quic-v1/webtransport/certhash/" + certHash, "with the hash of a certificate"},
		{"webrtc_direct", "/ip4/192.0.2.7/udp/4001/webrtc-direct/certhash/" + certHash, "with the hash of a certificate"},
		{"webrtc", "/ip4/192.0.2.7/tcp/4001/p2p/" + sha256ID + "/p2p-circuit/webrtc/p2p/" + ed25519ID, "WebRTC by way of a relay"},
		{"ws", "/dns4/example.com/tcp/80/ws", "WebSocket"},
		{"wss", "/dns4/example.com/tcp/443/wss", "secure WebSocket, the old form"},
		{"tls_ws", "/dns4/example.com/tcp/443/tls/ws", "secure WebSocket"},
		{"tls_sni_ws", "/ip4/192.0.2.7/tcp/443/tls/sni/example.com/ws", "with the name for TLS"},
		{"http", "/dns/example.com/tcp/80/http", "HTTP"},
		{"https", "/dns/example.com/tcp/443/https", "HTTPS, the old form"},
		{"tls_http", "/dns/example.com/tcp/443/tls/http", "HTTPS"},
		{"http_path", "/dns/example.com/tcp/443/tls/http/http-path/a%2Fb", "a path with its slash in percent form"},
		{"noise", "/ip4/127.0.0.1/tcp/4001/noise", "the security named"},
		{"onion", "/onion/timaq4ygg2iegci7:1234", "ten bytes in base32 and a port"},
		{"onion3", "/onion3/" + onion3Name + ":1234", "35 bytes in base32 and a port"},
		{"garlic32", "/garlic32/566niximlxdzpanmn4qouucvua3k7neniwss47li5r6ugoertzuq", "32 bytes in base32"},
		{"garlic64", "/garlic64/" + strings.Repeat("jT~I", 128) + strings.Repeat("AAAA", 1) + "jT~I", "bytes in the alphabet of I2P"},
		{"sctp", "/ip4/127.0.0.1/sctp/4001", "a port"},
		{"dccp", "/ip4/127.0.0.1/dccp/4001", "a port"},
		{"udt", "/ip4/127.0.0.1/udp/4001/udt", "UDT"},
		{"utp", "/ip4/127.0.0.1/udp/4001/utp", "uTP"},
		{"unix", "/unix/tmp/p2p.sock", "the rest of the text is one path"},
		{"memory", "/memory/1234567890123456789", "a number of eight bytes"},
	}
}

func multiaddrCases() []draft {
	t := table{protocol: "multiaddr", kind: "multiaddr", source: "go-multiaddr", spec: addressSpec}
	for _, c := range goodAddresses() {
		t.good(c.name, c.note, raw(must(ma.NewMultiaddr(c.text)).Bytes()))
	}
	t.cases = append(t.cases, badAddresses()...)
	t.cases = append(t.cases, addressTexts()...)
	t.cases = append(t.cases, badAddressTexts()...)
	return t.cases
}

func component(code uint64, value []byte) []byte { return joined(varint.ToUvarint(code), value) }
func sized(code uint64, value []byte) []byte {
	return joined(varint.ToUvarint(code), varint.ToUvarint(uint64(len(value))), value)
}

func badAddresses() []draft {
	t := table{protocol: "multiaddr", kind: "multiaddr", source: "go-multiaddr", spec: addressSpec}
	ip4 := component(ma.P_IP4, []byte{192, 0, 2, 7})
	tcp := component(ma.P_TCP, []byte{0x0f, 0xa1})
	t.bad("empty", "empty_address", "no component", raw())
	t.bad("unknown_code", "unknown_protocol", "code 3 is nobody's: where its value ends cannot be known", raw(ip4, []byte{3, 0, 80})).ruled(refuse)
	t.bad("unknown_code_large", "unknown_protocol", "code 2^31-1", raw(varint.ToUvarint(1<<31-1), []byte{0})).ruled(refuse)
	t.bad("code_open", "truncated", "the code says that another byte follows", raw(ip4, []byte{0x91})).ruled(refuse)
	t.bad("code_not_minimal", "uvarint_not_minimal", "code 4 in two bytes", raw([]byte{0x84, 0x00, 192, 0, 2, 7})).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	t.bad("zero_byte_behind", "unknown_protocol", "a zero byte behind an address", raw(ip4, tcp, []byte{0})).ruled(refuse)
	t.bad("ip4_short", "truncated", "three bytes of four", raw([]byte{4, 192, 0, 2})).ruled(refuse)
	t.bad("ip6_short", "truncated", "15 bytes of 16", raw(component(ma.P_IP6, make([]byte, 15)))).ruled(refuse)
	t.bad("tcp_short", "truncated", "one byte of two", raw(ip4, []byte{6, 0x0f})).ruled(refuse)
	t.bad("tcp_without_value", "truncated", "the port is missing", raw(ip4, []byte{6})).ruled(refuse)
	t.bad("memory_short", "truncated", "four bytes of eight", raw(component(ma.P_MEMORY, []byte{0, 0, 0, 1})))
	t.bad("dns_without_length", "truncated", "the length is missing", raw([]byte{ma.P_DNS4})).ruled(refuse)
	t.bad("dns_length_open", "truncated", "the length says that another byte follows", raw([]byte{ma.P_DNS4, 0x80})).ruled(refuse)
	t.bad("dns_length_over", "truncated", "more is announced than there is", raw([]byte{ma.P_DNS4, 12}, []byte("example.com"))).ruled(refuse)
	t.bad("dns_length_huge", "truncated", "2^56 bytes are announced", raw([]byte{ma.P_DNS4}, varint.ToUvarint(1<<56), []byte("example.com"))).ruled(refuse)
	t.bad("dns_length_not_minimal", "uvarint_not_minimal", "11 in two bytes", raw([]byte{ma.P_DNS4, 0x8b, 0x00}, []byte("example.com"))).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	t.bad("dns_empty", "bad_name_value", "a name of no bytes", raw(sized(ma.P_DNS4, nil)))
	t.bad("dns_slash", "bad_name_value", "a name with a slash, which no text can hold", raw(sized(ma.P_DNS4, []byte("a/b"))))
	t.bad("dns_not_utf8", "bad_name_value", "a name that is not UTF-8", raw(sized(ma.P_DNS4, []byte{0xff, 0xfe})))
	t.bad("dnsaddr_empty", "bad_name_value", "a name of no bytes", raw(sized(ma.P_DNSADDR, nil)))
	t.bad("sni_empty", "bad_name_value", "a name of no bytes", raw(ip4, tcp, component(ma.P_TLS, nil), sized(ma.P_SNI, nil)))
	t.bad("sni_slash", "bad_name_value", "a name with a slash", raw(ip4, tcp, component(ma.P_TLS, nil), sized(ma.P_SNI, []byte("a/b"))))
	t.bad("ip6zone_empty", "bad_name_value", "a zone of no bytes", raw(sized(ma.P_IP6ZONE, nil), component(ma.P_IP6, make([]byte, 16))))
	t.bad("ip6zone_slash", "bad_name_value", "a zone with a slash", raw(sized(ma.P_IP6ZONE, []byte("a/b")), component(ma.P_IP6, make([]byte, 16))))
	t.bad("p2p_empty", "bad_peer_value", "a peer id of no bytes", raw(ip4, tcp, sized(ma.P_P2P, nil))).ruled(refuse)
	t.bad("p2p_short", "bad_peer_value", "a peer id whose hash is cut", raw(ip4, tcp, sized(ma.P_P2P, joined([]byte{0x12, 32}, make([]byte, 31))))).ruled(refuse)
	t.bad("p2p_sha1", "bad_peer_value", "a peer id of a hash that peer ids are not made with", raw(ip4, tcp, sized(ma.P_P2P, joined([]byte{0x11, 20}, make([]byte, 20))))).ruled(refuse).
		citing(peerIDSpec)
	t.bad("p2p_trailing_byte", "bad_peer_value", "a byte behind the hash, inside the value", raw(ip4, tcp, sized(ma.P_P2P, joined([]byte{0x12, 32}, make([]byte, 33))))).ruled(refuse)
	t.bad("p2p_identity_43", "bad_peer_value", "a key that is too long to stand in an id", raw(ip4, tcp, sized(ma.P_P2P, joined([]byte{0, 43}, make([]byte, 43))))).
		citing(peerIDSpec)
	t.bad("onion_port_0", "bad_onion_value", "port 0", raw(component(ma.P_ONION, make([]byte, 12))))
	t.bad("onion3_port_0", "bad_onion_value", "port 0", raw(component(ma.P_ONION3, make([]byte, 37))))
	t.bad("garlic32_33", "bad_garlic_value", "33 bytes are neither a hash nor an encrypted address", raw(sized(ma.P_GARLIC32, make([]byte, 33))))
	t.bad("garlic64_385", "bad_garlic_value", "a byte less than the least", raw(sized(ma.P_GARLIC64, bytes.Repeat([]byte{7}, 385))))
	t.bad("certhash_empty", "bad_certhash_value", "no hash", raw(ip4, sized(ma.P_CERTHASH, nil)))
	t.bad("certhash_no_multihash", "bad_certhash_value", "bytes that are no multihash", raw(ip4, sized(ma.P_CERTHASH, []byte{0x12, 32, 1, 2, 3}))).ruled(refuse)
	t.bad("unix_relative", "bad_path_value", "a path without its slash", raw(sized(ma.P_UNIX, []byte("tmp/x"))))
	t.bad("unix_directory", "bad_path_value", "a path that ends in a slash", raw(sized(ma.P_UNIX, []byte("/tmp/"))))
	t.bad("unix_root", "bad_path_value", "the path /", raw(sized(ma.P_UNIX, []byte("/"))))
	t.bad("unix_empty", "bad_path_value", "no path", raw(sized(ma.P_UNIX, nil)))
	t.bad("unix_not_utf8", "bad_path_value", "a path that is not UTF-8", raw(sized(ma.P_UNIX, []byte{'/', 0xff})))
	t.bad("path_not_last", "path_not_last", "something behind a path", raw(sized(ma.P_UNIX, []byte("/tmp/x")), tcp))
	t.bad("http_path_empty", "bad_http_path_value", "a path of no bytes", raw(sized(ma.P_HTTP_PATH, nil)))
	t.bad("plaintextv2", "unknown_protocol", "a code of go's own", raw(ip4, tcp, component(7367777, nil)))
	t.bad("webrtc_star", "unknown_protocol", "code 275, which only rust still knows", raw(ip4, tcp, component(275, nil)))
	t.bad("websocket_star", "unknown_protocol", "code 479, which only rust still knows", raw(ip4, tcp, component(479, nil)))
	t.bad("stardust", "unknown_protocol", "code 277, which only rust still knows", raw(ip4, tcp, component(277, nil)))
	t.bad("parity_ws", "unknown_protocol", "code 4770 of rust, WebSocket with a path", raw(ip4, tcp, sized(4770, []byte("/x"))))
	t.bad("parity_wss", "unknown_protocol", "code 4780 of rust, secure WebSocket with a path", raw(ip4, tcp, sized(4780, []byte("/x"))))
	t.good("p2p_twice", "two peers and no relay between them: readable, whatever it means",
		raw(sized(ma.P_P2P, must(ma.NewMultiaddr("/p2p/" + sha256ID)).Bytes()[3:]), sized(ma.P_P2P, must(ma.NewMultiaddr("/p2p/" + ed25519ID)).Bytes()[3:])))
	t.good("tcp_alone", "a port and no host: readable, not dialable", raw(tcp))
	t.good("ipcidr_255", "a mask longer than any address has", raw(ip4, component(ma.P_IPCIDR, []byte{255})))
	port := binary.BigEndian.AppendUint16(nil, 80)
	t.good("certhash_identity", "any multihash is allowed", raw(ip4, component(ma.P_UDP, port), sized(ma.P_CERTHASH, []byte{0, 2, 1, 2})))
	return t.cases
}

func addressTexts() []draft {
	t := table{protocol: "multiaddr", kind: "multiaddr_text", source: "go-multiaddr", spec: addressTextSpec}
	for _, c := range goodAddresses() {
		t.goodText("text_"+c.name, c.note, c.text)
	}
	t.goodText("text_ipfs", "the old name of p2p", "/ip4/127.0.0.1/tcp/4001/ipfs/"+sha256ID)
	t.goodText("text_p2p_cid", "the peer as a CID: written back in base58", "/p2p/"+sha256CID).citing(peerIDTextSpec)
	t.goodText("text_ip6_upper", "upper case digits: written back in lower case", "/ip6/2001:DB8::A/tcp/80").citing("RFC 5952 §4.3")
	t.goodText("text_ip6_long", "zeros written out: written back in short", "/ip6/2001:0db8:0000:0000:0000:0000:0000:0001/tcp/80").citing("RFC 5952 §4.1")
	t.goodText("text_ip6_mapped_hex", "an IPv4 address inside, in hexadecimal", "/ip6/::ffff:c000:207/tcp/80").citing("RFC 5952 §5")
	t.goodText("text_tcp_leading_zero", "port 0080", "/ip4/192.0.2.7/tcp/0080")
	return t.cases
}

func badAddressTexts() []draft {
	t := table{protocol: "multiaddr", kind: "multiaddr_text", source: "go-multiaddr", spec: addressTextSpec}
	for _, c := range []struct{ name, fault, note, text string }{
		{"empty", "empty_address", "no text", ""},
		{"slash", "empty_component", "a slash and nothing else", "/"},
		{"no_slash", "no_leading_slash", "it must begin with a slash", "ip4/192.0.2.7/tcp/80"},
		{"two_slashes", "empty_component", "an empty protocol name", "/ip4/192.0.2.7//tcp/80"},
		{"trailing_slash", "empty_component", "a slash at the end", "/ip4/192.0.2.7/tcp/80/"},
		{"unknown_name", "unknown_protocol_name", "nobody's name", "/ip4/192.0.2.7/xyz/80"},
		{"upper_case_name", "unknown_protocol_name", "names are in lower case", "/IP4/192.0.2.7/TCP/80"},
		{"space_in_front", "no_leading_slash", "a space in front", " /ip4/192.0.2.7/tcp/80"},
		{"newline_behind", "bad_port", "a newline at the end", "/ip4/192.0.2.7/tcp/80\n"},
		{"ip4_missing", "missing_value", "the value is missing", "/ip4"},
		{"ip4_empty", "empty_component", "the value is empty", "/ip4//tcp/80"},
		{"ip4_256", "bad_ip4", "256 is too large", "/ip4/256.0.2.7/tcp/80"},
		{"ip4_three_parts", "bad_ip4", "a part is missing", "/ip4/192.0.2/tcp/80"},
		{"ip4_five_parts", "bad_ip4", "a part too many", "/ip4/192.0.2.7.1/tcp/80"},
		{"ip4_leading_zero", "bad_ip4", "some read 010 as octal", "/ip4/192.0.2.010/tcp/80"},
		{"ip4_hex", "bad_ip4", "hexadecimal", "/ip4/0xc0.0.2.7/tcp/80"},
		{"ip4_of_ip6", "bad_ip4", "an IPv6 address", "/ip4/::1/tcp/80"},
		{"ip6_of_ip4", "bad_ip6", "an IPv4 address", "/ip6/192.0.2.7/tcp/80"},
		{"ip6_seven_groups", "bad_ip6", "a group is missing", "/ip6/1:2:3:4:5:6:7/tcp/80"},
		{"ip6_nine_groups", "bad_ip6", "a group too many", "/ip6/1:2:3:4:5:6:7:8:9/tcp/80"},
		{"ip6_two_runs", "bad_ip6", ":: twice", "/ip6/1::2::3/tcp/80"},
		{"ip6_five_digits", "bad_ip6", "a group of five digits", "/ip6/12345::1/tcp/80"},
		{"ip6_zone_inside", "bad_ip6", "a zone belongs into ip6zone", "/ip6/fe80::1%eth0/tcp/80"},
		{"ip6_brackets", "bad_ip6", "brackets are of URLs", "/ip6/[::1]/tcp/80"},
		{"tcp_missing", "missing_value", "the port is missing", "/ip4/192.0.2.7/tcp"},
		{"tcp_65536", "bad_port", "one too many", "/ip4/192.0.2.7/tcp/65536"},
		{"tcp_negative", "bad_port", "a sign", "/ip4/192.0.2.7/tcp/-1"},
		{"tcp_plus", "bad_port", "a sign", "/ip4/192.0.2.7/tcp/+1"},
		{"tcp_name", "bad_port", "a name of a service", "/ip4/192.0.2.7/tcp/http"},
		{"tcp_hex", "bad_port", "hexadecimal", "/ip4/192.0.2.7/tcp/0x50"},
		{"tcp_space", "bad_port", "a space in front", "/ip4/192.0.2.7/tcp/ 80"},
		{"tcp_fraction", "bad_port", "a fraction", "/ip4/192.0.2.7/tcp/80.0"},
		{"udp_65536", "bad_port", "one too many", "/ip4/192.0.2.7/udp/65536"},
		{"dns_missing", "missing_value", "the name is missing", "/dns4"},
		{"dns_empty", "empty_component", "the name is empty", "/dns4//tcp/80"},
		{"p2p_missing", "missing_value", "the peer is missing", "/p2p"},
		{"p2p_bad_digit", "bad_digit", "0 is no digit of base58", "/p2p/" + strings.Replace(ed25519ID, "K", "0", 1)},
		{"p2p_cut", "not_a_peer_id", "the last character is missing", "/p2p/" + ed25519ID[:len(ed25519ID)-1]},
		{"flag_with_value", "unknown_protocol_name", "ws takes no value", "/ip4/192.0.2.7/tcp/80/ws/x"},
		{"ipcidr_256", "bad_prefix_length", "256 does not fit", "/ip4/192.0.2.0/ipcidr/256"},
		{"ipcidr_negative", "bad_prefix_length", "a sign", "/ip4/192.0.2.0/ipcidr/-1"},
		{"memory_overflow", "bad_memory", "2^64", "/memory/18446744073709551616"},
		{"memory_negative", "bad_memory", "a sign", "/memory/-1"},
		{"memory_name", "bad_memory", "no number", "/memory/here"},
		{"onion_short", "bad_onion", "a character is missing", "/onion/timaq4ygg2iegci:1234"},
		{"onion_no_port", "bad_onion", "the port is missing", "/onion/timaq4ygg2iegci7"},
		{"onion_port_0", "bad_onion_port", "port 0", "/onion/timaq4ygg2iegci7:0"},
		{"onion_port_65536", "bad_onion_port", "one too many", "/onion/timaq4ygg2iegci7:65536"},
		{"onion_digit", "bad_onion", "9 is no digit of base32", "/onion/9imaq4ygg2iegci7:80"},
		{"onion3_short", "bad_onion", "a character is missing", "/onion3/" + onion3Name[1:] + ":1234"},
		{"onion3_port_0", "bad_onion_port", "port 0", "/onion3/" + onion3Name + ":0"},
		{"garlic32_short", "bad_garlic", "too short for a hash", "/garlic32/566niximlxdz"},
		{"garlic64_short", "bad_garlic", "too short for a destination", "/garlic64/jT~I"},
		{"certhash_base", "bad_certhash", "no prefix of a base", "/ip4/192.0.2.7/udp/80/webrtc-direct/certhash/0123"},
		{"certhash_no_multihash", "bad_certhash", "base64url of bytes that are no multihash", "/ip4/192.0.2.7/udp/80/webrtc-direct/certhash/uAAAAAAAA"},
		{"http_path_percent", "bad_http_path", "a percent sign without digits", "/dns/a/tcp/80/http/http-path/%zz"},
		{"unix_missing", "missing_value", "the path is missing", "/unix"},
		{"sni_missing", "missing_value", "the name is missing", "/ip4/192.0.2.7/tcp/443/tls/sni"},
		{"plaintextv2", "unknown_protocol_name", "a name of go's own", "/ip4/192.0.2.7/tcp/80/plaintextv2"},
		{"webrtc_star", "unknown_protocol_name", "a name that only rust still knows", "/ip4/192.0.2.7/tcp/80/ws/p2p-webrtc-star"},
		{"parity_ws", "unknown_protocol_name", "a name of rust's own", "/ip4/192.0.2.7/tcp/80/x-parity-ws/%2fx"},
	} {
		t.badText("text_"+c.name, c.fault, c.note, c.text)
	}
	return t.cases
}

func judgeMultiaddr(_ *testing.T, d *draft) (judged, error) {
	address, err := ma.NewMultiaddrBytes(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"text": printable(address.String())})
}

func judgeMultiaddrText(_ *testing.T, d *draft) (judged, error) {
	address, err := ma.NewMultiaddr(*d.Text)
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"bytes": hexOf(address.Bytes()), "text": printable(address.String())})
}
