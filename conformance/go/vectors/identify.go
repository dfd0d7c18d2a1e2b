package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	mocknet "github.com/libp2p/go-libp2p/p2p/net/mock"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify/pb"
	ma "github.com/multiformats/go-multiaddr"
	"google.golang.org/protobuf/proto"
)

const (
	identifySpec = "identify, \"The Identify Message\""
	pushSpec     = "identify, \"identify/push\""
)

func identifyCases() []draft {
	t := table{protocol: "identify", kind: "identify", source: "go-libp2p", spec: identifySpec}
	key := fromSeed("alpha")
	public := publicOf(key)
	one, two := "/ip4/192.0.2.7/tcp/4001", "/dns4/example.com/tcp/443/tls/ws"
	full := func() *pb.Identify {
		return &pb.Identify{
			PublicKey: public, ListenAddrs: [][]byte{must(ma.NewMultiaddr(one)).Bytes(), must(ma.NewMultiaddr(two)).Bytes()},
			Protocols: []string{"/ipfs/id/1.0.0", "/ipfs/ping/1.0.0", "/meshsub/1.1.0"}, ObservedAddr: must(ma.NewMultiaddr("/ip4/198.51.100.3/tcp/5000")).Bytes(),
			ProtocolVersion: new("ipfs/0.1.0"), AgentVersion: new("conformance/1"),
		}
	}
	message := func(change func(*pb.Identify)) []byte {
		m := full()
		change(m)
		return must(proto.MarshalOptions{Deterministic: true}.Marshal(m))
	}
	whole := message(func(*pb.Identify) {})
	record := sealedRecord(recordOf(key, 7, one, two), key)

	t.good("sent_by_go", "what go's host answers", raw(must(sentByGo(key)))).keep("the number of its record is the time")
	t.good("full", "every field that has a use without a record", raw(prefixed(whole))).ruled(accept)
	t.good("with_record", "with a signed record of the sender", raw(prefixed(message(func(m *pb.Identify) { m.SignedPeerRecord = record }))))
	t.good("record_in_second_part", "go sends the record in a message of its own where both would be long", raw(prefixed(whole), prefixed(bytesField(8, record))))
	t.good("parts_merge", "lists of several messages add up, of anything else the last one counts", raw(prefixed(whole), prefixed(joined(textField(3, "/more/1"), textField(6, "conformance/2")))))
	t.good("no_address", "a peer that listens nowhere", raw(prefixed(message(func(m *pb.Identify) { m.ListenAddrs = nil })))).ruled(accept)
	t.good("no_observed", "the sender does not say where it sees us", raw(prefixed(message(func(m *pb.Identify) { m.ObservedAddr = nil }))))
	t.good("observed_empty", "an empty observed address: rust does not know it", raw(prefixed(message(func(m *pb.Identify) { m.ObservedAddr = []byte{} }))))
	t.good("no_versions", "neither agent nor protocol version", raw(prefixed(message(func(m *pb.Identify) { m.AgentVersion, m.ProtocolVersion = nil, nil }))))
	t.good("unknown_field", "an unknown field 99 is skipped", raw(prefixed(joined(whole, textField(99, "x")))))
	t.good("field_7", "field 7, the delta of old versions, is skipped", raw(prefixed(joined(whole, textField(7, "x")))))
	t.good("bad_address", "one address has a protocol that nobody knows: only it is left out",
		raw(prefixed(message(func(m *pb.Identify) { m.ListenAddrs = append(m.ListenAddrs, []byte{3, 0, 80}) }))))
	t.good("bad_observed", "an observed address that is none", raw(prefixed(message(func(m *pb.Identify) { m.ObservedAddr = []byte{3, 0, 80} }))))
	t.good("protocol_without_slash", "a protocol name without a slash", raw(prefixed(message(func(m *pb.Identify) { m.Protocols = append(m.Protocols, "odd") }))))
	t.good("protocol_twice", "a protocol that is listed twice", raw(prefixed(message(func(m *pb.Identify) { m.Protocols = append(m.Protocols, "/ipfs/id/1.0.0") }))))
	t.good("observed_with_peer", "observed addresses carry no peer, but may", raw(prefixed(message(func(m *pb.Identify) {
		m.ObservedAddr = must(ma.NewMultiaddr("/ip4/198.51.100.3/tcp/5000/p2p/" + ed25519ID)).Bytes()
	}))))
	t.good("agent_empty", "an empty agent version", raw(prefixed(message(func(m *pb.Identify) { m.AgentVersion = new("") }))))
	t.good("record_of_other", "a signed record of another peer: only it is ignored",
		raw(prefixed(message(func(m *pb.Identify) {
			m.SignedPeerRecord = sealedRecord(recordOf(fromSeed("beta"), 7, one), fromSeed("beta"))
		}))))
	t.good("record_garbage", "a record that is no envelope: only it is ignored", raw(prefixed(message(func(m *pb.Identify) { m.SignedPeerRecord = []byte("no envelope") }))))
	t.good("protocol_not_utf8", "a protocol name that is not UTF-8", raw(prefixed(joined(whole, bytesField(3, []byte{'/', 0xff})))))
	t.good("agent_not_utf8", "an agent version that is not UTF-8", raw(prefixed(joined(whole, bytesField(6, []byte{0xff})))))
	t.good("nine_parts", "as many messages as go reads", cat(raw(prefixed(whole)), times(8, prefixed(textField(3, "/more/1"))...)))
	t.good("part_4096", "one message of 4096 bytes, the most that rust reads", sizedIdentify(whole, 4096))
	t.good("part_4097", "one message of 4097 bytes", sizedIdentify(whole, 4097))
	t.good("part_8192", "one message of 8192 bytes, the most that go reads", sizedIdentify(whole, 8192))
	t.good("addresses_none_readable", "no address that anybody can read", raw(prefixed(message(func(m *pb.Identify) { m.ListenAddrs = [][]byte{{3, 0, 80}, {4, 1}} }))))

	t.bad("part_8193", "part_too_long", "one message of 8193 bytes", sizedIdentify(whole, 8193))
	t.bad("ten_parts", "too_many_parts", "ten messages", cat(raw(prefixed(whole)), times(9, prefixed(textField(3, "/more/1"))...)))
	t.bad("no_message", "no_message", "the stream is finished without a message", raw())
	t.bad("empty_message", "missing_key", "a message of no bytes", raw([]byte{0}))
	t.bad("no_key", "missing_key", "no public key", raw(prefixed(message(func(m *pb.Identify) { m.PublicKey = nil }))))
	t.bad("key_of_other", "wrong_key", "the public key of another peer", raw(prefixed(message(func(m *pb.Identify) { m.PublicKey = publicOf(fromSeed("beta")) }))))
	t.bad("key_garbage", "wrong_key", "a public key that is none", raw(prefixed(message(func(m *pb.Identify) { m.PublicKey = []byte("no key") }))))
	t.bad("truncated", "truncated", "the stream ends within the message", raw(prefixed(whole)[:60])).ruled(refuse)
	t.bad("length_only", "truncated", "the stream ends behind the length", raw([]byte{0x90, 0x01}))
	t.bad("garbage", "malformed", "no protobuf", raw(prefixed([]byte{0xff, 0xff, 0xff}))).ruled(refuse)
	t.bad("protocol_as_number", "malformed", "a protocol that is a number", raw(prefixed(joined(whole, numberField(3, 7)))))
	t.bad("length_huge", "part_too_long", "2^32 bytes are announced", raw(binary.AppendUvarint(nil, 1<<32), whole)).ruled(refuse)
	t.bad("length_not_minimal", "bad_length", "a length with a needless byte", raw([]byte{byte(len(whole))&0x7f | 0x80, byte(len(whole)>>7) | 0x80, 0}, whole)).
		citing("multiformats/unsigned-varint, \"Format\"")

	pushes := len(t.cases)
	t.good("push_full", "every field", raw(prefixed(whole))).ruled(accept).citing(pushSpec)
	t.good("push_protocols_only", "the other fields say nothing", raw(prefixed(joined(textField(3, "/ipfs/id/1.0.0"), textField(3, "/new/1"))))).ruled(accept).citing(pushSpec)
	t.good("push_agent_only", "a push without a list of protocols", raw(prefixed(textField(6, "conformance/2")))).citing(pushSpec)
	t.bad("push_no_message", "no_message", "the stream is finished without a message", raw()).citing(pushSpec)
	t.bad("push_truncated", "truncated", "the stream ends within the message", raw(prefixed(whole)[:60])).ruled(refuse).citing(pushSpec)
	t.bad("push_garbage", "malformed", "no protobuf", raw(prefixed([]byte{0xff, 0xff, 0xff}))).ruled(refuse).citing(pushSpec)
	t.bad("push_key_of_other", "wrong_key", "the public key of another peer", raw(prefixed(message(func(m *pb.Identify) { m.PublicKey = publicOf(fromSeed("beta")) })))).citing(pushSpec)
	for i := range t.cases {
		t.cases[i].with("public_key", hexOf(public)).with("push", i >= pushes)
		if i >= pushes {
			t.cases[i].with("known", knownProtocols)
		}
	}
	return t.cases
}

// What the peer was known to support before its push.
var knownProtocols = []string{"/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0"}

// sizedIdentify is one part of so many bytes: most of it a protocol list nobody reads to the end.
func sizedIdentify(message []byte, size int) pieces {
	room := size - len(message) - 4 // two bytes of tag for field 99, two of its length
	return cat(raw(binary.AppendUvarint(nil, uint64(size)), message, tag(99, 2), binary.AppendUvarint(nil, uint64(room))), times(room, 'x'))
}

// twoHosts is a network in memory: ours is go-libp2p as it is, the far one says what a case wants.
type twoHosts struct {
	net       mocknet.Mocknet
	ours, far host.Host
}

func newTwoHosts(own, far crypto.PrivKey) (*twoHosts, error) {
	n := mocknet.New()
	ours, err := n.AddPeer(own, must(ma.NewMultiaddr("/ip4/192.0.2.1/tcp/4001")))
	if err != nil {
		return nil, err
	}
	other, err := n.AddPeer(far, must(ma.NewMultiaddr("/ip4/192.0.2.2/tcp/4001")))
	if err != nil {
		return nil, err
	}
	return &twoHosts{n, ours, other}, n.LinkAll()
}
func (h *twoHosts) close() {
	h.ours.Close()
	h.far.Close()
	h.net.Close()
}
func (h *twoHosts) connect() error {
	_, err := h.net.ConnectPeers(h.far.ID(), h.ours.ID())
	return err
}

// sentByGo is what a host answers to identify.
func sentByGo(key crypto.PrivKey) ([]byte, error) {
	hosts, err := newTwoHosts(key, fromSeed("far"))
	if err != nil {
		return nil, err
	}
	defer hosts.close()
	if err := hosts.connect(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := hosts.far.NewStream(ctx, hosts.ours.ID(), identify.ID)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(s)
}

func judgeIdentify(_ *testing.T, d *draft) (judged, error) {
	hosts, err := newTwoHosts(fromSeed("judge"), fromSeed("alpha"))
	if err != nil {
		return judged{}, err
	}
	defer hosts.close()
	events, err := hosts.ours.EventBus().Subscribe([]any{new(event.EvtPeerIdentificationCompleted), new(event.EvtPeerIdentificationFailed)})
	if err != nil {
		return judged{}, err
	}
	defer events.Close()
	push, _ := d.Context["push"].(bool)
	answer := d.Bytes.bytes()
	if push {
		answer = prefixed(must(proto.Marshal(&pb.Identify{PublicKey: publicOf(fromSeed("alpha")), Protocols: knownProtocols})))
	}
	hosts.far.SetStreamHandler(identify.ID, func(s network.Stream) {
		_, _ = s.Write(answer)
		_ = s.CloseWrite()
	})
	if err := hosts.connect(); err != nil {
		return judged{}, err
	}
	if push {
		return judgePush(hosts, events, d)
	}
	return identified(events)
}

func identified(events event.Subscription) (judged, error) {
	select {
	case e := <-events.Out():
		if failed, ok := e.(event.EvtPeerIdentificationFailed); ok {
			return refused(failed.Reason)
		}
		said := e.(event.EvtPeerIdentificationCompleted)
		value := map[string]any{"protocols": protocolTexts(said.Protocols), "listen_addrs": texts(said.ListenAddrs),
			"agent": printable(said.AgentVersion), "protocol_version": printable(said.ProtocolVersion), "observed": ""}
		if len(said.ObservedAddr) > 0 {
			value["observed"] = said.ObservedAddr.String()
		}
		return accepted(value)
	case <-time.After(20 * time.Second):
		return judged{}, errors.New("identify neither completed nor failed")
	}
}

func protocolTexts(ids []protocol.ID) []string {
	all := []string{}
	for _, id := range ids {
		all = append(all, printable(string(id)))
	}
	return all
}

// printable is a text as JSON can carry it: bytes that are not UTF-8 as \xff.
func printable(text string) string {
	if !isUTF8(text) {
		quoted := fmt.Sprintf("%q", text)
		return quoted[1 : len(quoted)-1]
	}
	return text
}

// judgePush tells what go knows of the peer's protocols behind the push.
func judgePush(hosts *twoHosts, events event.Subscription, d *draft) (judged, error) {
	if said, err := identified(events); err != nil || said.Verdict != accept {
		return judged{}, errors.Join(err, errors.New("the identify before the push failed"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := hosts.far.NewStream(ctx, hosts.ours.ID(), identify.IDPush)
	if err != nil {
		return judged{}, err
	}
	if _, err = s.Write(d.Bytes.bytes()); err == nil {
		err = s.CloseWrite()
	}
	if err != nil {
		return judged{}, err
	}
	if _, err = io.ReadAll(s); err != nil { // it is reset where the push was refused
		return refused(err)
	}
	said, err := identified(events)
	if err == nil && said.Verdict == accept {
		known, _ := hosts.ours.Peerstore().GetProtocols(hosts.far.ID())
		slices.Sort(known)
		said.Value = map[string]any{"protocols": protocolTexts(known)}
	}
	return said, err
}
