package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
	"unicode/utf8"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	rpcSpec     = "pubsub, \"The RPC\""
	controlSpec = "pubsub/gossipsub/gossipsub-v1.0.md, \"Protobuf\""
	pruneSpec   = "pubsub/gossipsub/gossipsub-v1.1.md, \"Protobuf\""
	messageSpec = "pubsub, \"The Message\""
	signSpec    = "pubsub, \"Message Signing\""
	policySpec  = "pubsub, \"Signature Policy Options\""
	idSpec      = "pubsub, \"Message Identification\""
	topic       = "t"
)

func isUTF8(text string) bool { return utf8.ValidString(text) }

// ---- the RPC ----

func rpcCases() []draft {
	t := table{protocol: "pubsub_rpc", kind: "pubsub_rpc", source: "go-libp2p-pubsub", spec: rpcSpec}
	rpc := func(r *pb.RPC) pieces { return raw(must(r.Marshal())) }
	control := func(c *pb.ControlMessage) pieces { return rpc(&pb.RPC{Control: c}) }
	subscribe := func(on bool, topics ...string) *pb.RPC {
		r := &pb.RPC{}
		for _, name := range topics {
			r.Subscriptions = append(r.Subscriptions, &pb.RPC_SubOpts{Subscribe: new(on), Topicid: new(name)})
		}
		return r
	}
	t.good("empty", "nothing is said", raw())
	t.good("subscribe", "one topic", rpc(subscribe(true, "a"))).ruled(accept)
	t.good("subscribe_three", "three topics", rpc(subscribe(true, "a", "b", "c"))).ruled(accept)
	t.good("unsubscribe", "one topic", rpc(subscribe(false, "a"))).ruled(accept)
	t.good("subscribe_unicode", "a topic in UTF-8", rpc(subscribe(true, "th\u00e9me"))).ruled(accept)
	t.good("subscription_without_flag", "a subscription that does not say whether", raw(bytesField(1, textField(2, "a"))))
	t.good("message", "one message with all fields of a signed one", rpc(&pb.RPC{Publish: []*pb.Message{{From: []byte(idOf(fromSeed("alpha"))), Data: []byte("hello"), Seqno: []byte{0, 0, 0, 0, 0, 0, 0, 1},
		Topic: new(topic), Signature: []byte("not checked here"), Key: []byte("key")}}})).ruled(accept).citing(messageSpec)
	t.good("message_unsigned", "a topic and data", rpc(&pb.RPC{Publish: []*pb.Message{{Data: []byte("hello"), Topic: new(topic)}}})).ruled(accept).citing(messageSpec)
	t.good("message_no_data", "a topic and nothing else", rpc(&pb.RPC{Publish: []*pb.Message{{Topic: new(topic)}}})).ruled(accept).citing(messageSpec)
	t.good("message_empty_data", "data that is there and empty", raw(bytesField(2, joined(bytesField(2, nil), textField(4, topic))))).citing(messageSpec)
	t.good("messages", "three messages", rpc(&pb.RPC{Publish: []*pb.Message{{Data: []byte("1"), Topic: new(topic)}, {Data: []byte("2"), Topic: new(topic)}, {Data: []byte("3"), Topic: new("u")}}})).ruled(accept).citing(messageSpec)
	t.good("message_two_topics", "the old form with several topics: the last one holds", raw(bytesField(2, joined(bytesField(2, []byte("x")), textField(4, "a"), textField(4, "b"))))).citing(messageSpec)
	t.good("message_unknown_field", "an unknown field 50 of a message is skipped", raw(bytesField(2, joined(bytesField(2, []byte("x")), textField(4, "a"), textField(50, "?"))))).citing(messageSpec)
	t.good("subscribe_and_message", "both in one", rpc(&pb.RPC{Subscriptions: subscribe(true, "a").Subscriptions, Publish: []*pb.Message{{Data: []byte("x"), Topic: new("a")}}})).ruled(accept)

	t.good("ihave", "a topic and two ids", control(&pb.ControlMessage{Ihave: []*pb.ControlIHave{{TopicID: new(topic), MessageIDs: []string{"id1", "id2"}}}})).ruled(accept).citing(controlSpec)
	t.good("ihave_bytes", "ids are bytes, not text", control(&pb.ControlMessage{Ihave: []*pb.ControlIHave{{TopicID: new(topic), MessageIDs: []string{"\xff\xfe\x00"}}}})).citing(controlSpec)
	t.good("iwant", "two ids", control(&pb.ControlMessage{Iwant: []*pb.ControlIWant{{MessageIDs: []string{"id1", "id2"}}}})).ruled(accept).citing(controlSpec)
	t.good("graft", "two topics", control(&pb.ControlMessage{Graft: []*pb.ControlGraft{{TopicID: new("a")}, {TopicID: new("b")}}})).ruled(accept).citing(controlSpec)
	t.good("prune", "a topic, as of version 1.0", control(&pb.ControlMessage{Prune: []*pb.ControlPrune{{TopicID: new(topic)}}})).ruled(accept).citing(controlSpec)
	t.good("prune_backoff", "with 60 seconds, as of version 1.1", control(&pb.ControlMessage{Prune: []*pb.ControlPrune{{TopicID: new(topic), Backoff: new(uint64(60))}}})).ruled(accept).citing(pruneSpec)
	t.good("prune_backoff_largest", "with 2^64-1 seconds", control(&pb.ControlMessage{Prune: []*pb.ControlPrune{{TopicID: new(topic), Backoff: new(uint64(1<<64 - 1))}}})).citing(pruneSpec)
	t.good("prune_peers", "with two peers to try", control(&pb.ControlMessage{Prune: []*pb.ControlPrune{{TopicID: new(topic), Backoff: new(uint64(60)),
		Peers: []*pb.PeerInfo{{PeerID: []byte(idOf(fromSeed("alpha")))}, {PeerID: []byte(idOf(fromSeed("beta")))}}}}})).ruled(accept).citing(pruneSpec)
	t.good("idontwant", "version 1.2: older ones skip it", control(&pb.ControlMessage{Idontwant: []*pb.ControlIDontWant{{MessageIDs: []string{"id1"}}}})).citing("pubsub/gossipsub/gossipsub-v1.2.md, \"Protobuf\"")
	t.good("extensions", "version 1.3: older ones skip them", control(&pb.ControlMessage{Extensions: &pb.ControlExtensions{PartialMessages: new(true)}})).citing("pubsub/gossipsub/extensions")
	t.good("control_twice", "a repeated message field is merged, as protobuf says", raw(must((&pb.RPC{Control: &pb.ControlMessage{Graft: []*pb.ControlGraft{{TopicID: new("a")}}}}).Marshal()),
		must((&pb.RPC{Control: &pb.ControlMessage{Graft: []*pb.ControlGraft{{TopicID: new("b")}}}}).Marshal()))).citing(controlSpec)
	t.good("control_empty", "a control part with nothing in it", control(&pb.ControlMessage{})).citing(controlSpec)
	t.good("all", "everything at once", rpc(&pb.RPC{Subscriptions: subscribe(true, "a").Subscriptions, Publish: []*pb.Message{{Data: []byte("x"), Topic: new("a")}},
		Control: &pb.ControlMessage{Ihave: []*pb.ControlIHave{{TopicID: new("a"), MessageIDs: []string{"i"}}}, Iwant: []*pb.ControlIWant{{MessageIDs: []string{"w"}}},
			Graft: []*pb.ControlGraft{{TopicID: new("a")}}, Prune: []*pb.ControlPrune{{TopicID: new("b"), Backoff: new(uint64(10))}}}})).ruled(accept).citing(controlSpec)
	t.good("unknown_field", "an unknown field 77 is skipped", raw(must(subscribe(true, "a").Marshal()), textField(77, "?")))
	t.good("fields_mixed", "control before subscriptions", raw(bytesField(3, nil), must(subscribe(true, "a").Marshal())))

	const bad = "malformed_rpc"
	good := must(subscribe(true, "abc").Marshal())
	t.bad("truncated", bad, "the last byte is missing", raw(good[:len(good)-1])).ruled(refuse)
	t.bad("garbage", bad, "no protobuf", raw([]byte{0xff, 0xff, 0xff, 0xff})).ruled(refuse)
	t.bad("subscription_number", bad, "a subscription that is a number", raw(numberField(1, 1))).ruled(refuse)
	t.bad("subscription_broken", bad, "a subscription whose inside is cut", raw(bytesField(1, []byte{0x12, 9, 'a'}))).ruled(refuse)
	t.bad("topic_number", bad, "a topic that is a number", raw(bytesField(1, joined(numberField(1, 1), numberField(2, 5))))).ruled(refuse)
	t.bad("message_number", bad, "a message that is a number", raw(numberField(2, 1))).ruled(refuse).citing(messageSpec)
	t.bad("message_broken", bad, "a message whose inside is cut", raw(bytesField(2, []byte{0x12, 9, 'a'}))).ruled(refuse).citing(messageSpec)
	t.bad("data_number", bad, "data that is a number", raw(bytesField(2, joined(numberField(2, 7), textField(4, "a"))))).ruled(refuse).citing(messageSpec)
	t.bad("control_number", bad, "a control part that is a number", raw(numberField(3, 1))).ruled(refuse).citing(controlSpec)
	t.bad("control_broken", bad, "a control part whose inside is cut", raw(bytesField(3, []byte{0x0a, 9, 'a'}))).ruled(refuse).citing(controlSpec)
	t.bad("ihave_broken", bad, "an IHAVE whose inside is cut", raw(bytesField(3, bytesField(1, []byte{0x0a, 9, 'a'})))).ruled(refuse).citing(controlSpec)
	t.bad("backoff_text", bad, "a backoff that is a text", raw(bytesField(3, bytesField(4, joined(textField(1, "a"), textField(3, "60")))))).ruled(refuse).citing(pruneSpec)
	t.bad("field_zero", bad, "field number 0", raw([]byte{0x02, 0x00})).ruled(refuse)
	t.bad("varint_endless", bad, "a number of eleven bytes", raw([]byte{0x08}, times(10, 0xff).bytes(), []byte{1})).ruled(refuse)
	return t.cases
}

func judgeRPC(_ *testing.T, d *draft) (judged, error) {
	var rpc pb.RPC
	if err := rpc.Unmarshal(d.Bytes.bytes()); err != nil {
		return refused(err)
	}
	value := map[string]any{}
	list := func(name string, n int, one func(int) any) {
		all := []any{}
		for i := range n {
			all = append(all, one(i))
		}
		value[name] = all
	}
	list("subscriptions", len(rpc.Subscriptions), func(i int) any {
		s := rpc.Subscriptions[i]
		return map[string]any{"topic": printable(s.GetTopicid()), "subscribe": s.GetSubscribe()}
	})
	list("messages", len(rpc.Publish), func(i int) any { return messageValue(rpc.Publish[i]) })
	c := rpc.GetControl()
	list("ihave", len(c.GetIhave()), func(i int) any {
		return map[string]any{"topic": printable(c.Ihave[i].GetTopicID()), "ids": hexes(c.Ihave[i].MessageIDs)}
	})
	iwant := []string{}
	for _, w := range c.GetIwant() {
		iwant = append(iwant, w.MessageIDs...)
	}
	value["iwant"] = hexes(iwant)
	list("graft", len(c.GetGraft()), func(i int) any { return printable(c.Graft[i].GetTopicID()) })
	list("prune", len(c.GetPrune()), func(i int) any {
		p := c.Prune[i]
		return map[string]any{"topic": printable(p.GetTopicID()), "backoff": fmt.Sprint(p.GetBackoff()), "peers": len(p.Peers)}
	})
	return accepted(value)
}

// messageValue has the fields that are there.
func messageValue(m *pb.Message) map[string]any {
	value := map[string]any{}
	for name, field := range map[string][]byte{"from": m.From, "data": m.Data, "seqno": m.Seqno, "signature": m.Signature, "key": m.Key} {
		if field != nil {
			value[name] = hexOf(field)
		}
	}
	if m.Topic != nil {
		value["topic"] = printable(m.GetTopic())
	}
	return value
}

func hexes(texts []string) []string {
	all := []string{}
	for _, text := range texts {
		all = append(all, hexOf([]byte(text)))
	}
	return all
}

// ---- signed messages ----

// signed is a message as its author sends it: fields in the order of their numbers.
func signed(key crypto.PrivKey, seqno []byte, name string, content []byte) *pb.Message {
	m := &pb.Message{From: []byte(idOf(key)), Data: content, Seqno: seqno, Topic: new(name)}
	m.Signature = must(key.Sign(joined([]byte(pubsub.SignPrefix), must(m.Marshal()))))
	if inside, _ := idOf(key).ExtractPublicKey(); inside == nil {
		m.Key = publicOf(key)
	}
	return m
}
func eight(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func messageCases() []draft {
	t := table{protocol: "signed_message", kind: "signed_message", source: "go-libp2p-pubsub", spec: signSpec}
	content := []byte("hello")
	put := func(m *pb.Message) pieces { return raw(must(m.Marshal())) }
	for _, kind := range []string{"ed25519", "secp256k1", "rsa"} {
		t.good("by_"+kind, "the author has the specification's key of this type", put(signed(specPrivate(kind), eight(1), topic, content))).ruled(accept)
	}
	t.good("by_ecdsa", "the author has the specification's ECDSA key", put(signed(specPrivate("ecdsa"), eight(1), topic, content))).ruled(accept).keep("go signs with chance")
	key := fromSeed("alpha")
	t.good("published_by_go", "what go's pubsub publishes", raw(must(publishedByGo(key)))).keep("go numbers its messages by the time")
	good := func() *pb.Message { return signed(key, eight(7), topic, content) }
	changed := func(change func(*pb.Message)) pieces {
		m := good()
		change(m)
		return put(m)
	}
	t.good("largest_number", "sequence number 2^64-1", put(signed(key, eight(1<<64-1), topic, content))).ruled(accept)
	t.good("no_data", "a message without data", put(signed(key, eight(8), topic, nil)))
	t.good("long_data", "2,000 bytes", put(signed(key, eight(9), topic, times(2000, 'x').bytes()))).ruled(accept)
	t.good("key_though_inside", "the key is sent though the author's id holds it", changed(func(m *pb.Message) { m.Key = publicOf(key) })).ruled(accept)
	t.good("fields_reversed", "signed in the order of the numbers, sent in another", raw(bytesField(5, good().Signature), textField(4, topic),
		bytesField(3, eight(7)), bytesField(2, content), bytesField(1, []byte(idOf(key)))))

	const bad = "bad_signature"
	t.bad("data_changed", bad, "a byte of the data was changed", changed(func(m *pb.Message) { m.Data = []byte("hellp") })).ruled(refuse)
	t.bad("number_changed", bad, "the sequence number was changed", changed(func(m *pb.Message) { m.Seqno = eight(8) })).ruled(refuse)
	t.bad("author_changed", bad, "another author", changed(func(m *pb.Message) { m.From = []byte(idOf(fromSeed("beta"))) })).ruled(refuse)
	t.bad("signature_changed", bad, "a bit of the signature was flipped", changed(func(m *pb.Message) { m.Signature[3] ^= 1 })).ruled(refuse)
	t.bad("signature_cut", bad, "63 bytes", changed(func(m *pb.Message) { m.Signature = m.Signature[:63] })).ruled(refuse)
	t.bad("without_prefix", bad, "the prefix was not signed", changed(func(m *pb.Message) {
		m.Signature = nil
		m.Signature = must(key.Sign(must(m.Marshal())))
	})).ruled(refuse)
	t.bad("signed_with_key_field", bad, "the key field was signed too", changed(func(m *pb.Message) {
		m.Signature, m.Key = nil, publicOf(key)
		m.Signature = must(key.Sign(joined([]byte(pubsub.SignPrefix), must(m.Marshal()))))
	}))
	other := signed(key, eight(7), "other", content)
	t.bad("topic_changed", bad, "a message for another topic", raw(must((&pb.Message{From: other.From, Data: other.Data, Seqno: other.Seqno, Topic: new(topic), Signature: other.Signature}).Marshal()))).ruled(refuse)
	t.bad("no_signature", "missing_signature", "no signature", changed(func(m *pb.Message) { m.Signature = nil })).ruled(refuse).citing(policySpec)
	t.bad("signature_empty", "missing_signature", "an empty signature", changed(func(m *pb.Message) { m.Signature = []byte{} })).ruled(refuse).citing(policySpec)
	t.bad("no_author", "no_author", "no author", changed(func(m *pb.Message) { m.From = nil })).ruled(refuse).citing(policySpec)
	t.bad("author_garbage", "bad_author", "an author that is no peer id", changed(func(m *pb.Message) { m.From = []byte("nobody") })).ruled(refuse).citing(policySpec)
	t.bad("author_cut", "bad_author", "an author whose id is cut", changed(func(m *pb.Message) { m.From = m.From[:30] })).ruled(refuse).citing(policySpec)
	t.bad("no_number", "bad_seqno", "no sequence number, and none signed", put(signed(key, nil, topic, content))).citing(policySpec)
	t.bad("number_of_7_bytes", "bad_seqno", "a sequence number of seven bytes", put(signed(key, eight(7)[1:], topic, content))).citing(messageSpec)
	t.bad("number_of_9_bytes", "bad_seqno", "a sequence number of nine bytes", put(signed(key, append(eight(7), 0), topic, content))).citing(messageSpec)
	t.bad("number_empty", "bad_seqno", "a sequence number of no bytes", put(signed(key, []byte{}, topic, content))).citing(messageSpec)
	t.bad("key_garbage", "bad_key", "a key that is none", changed(func(m *pb.Message) { m.Key = []byte("no key") }))
	t.bad("key_empty", "bad_key", "an empty key", changed(func(m *pb.Message) { m.Key = []byte{} }))
	t.bad("key_of_other", "key_mismatch", "the key of another peer", changed(func(m *pb.Message) { m.Key = publicOf(fromSeed("beta")) })).ruled(refuse)
	rsa := specPrivate("rsa")
	t.bad("key_missing", "no_key", "an RSA author whose key is not sent", func() pieces {
		m := signed(rsa, eight(1), topic, content)
		m.Key = nil
		return put(m)
	}()).ruled(refuse)
	t.bad("unknown_field_outside", bad, "a field 50 that was added behind the signature", raw(must(good().Marshal()), textField(50, "?")))
	t.bad("unknown_field_inside", bad, "a field 50 that the author signed too", unknownInside(key, content)).
		citing("pubsub, \"Message Signing\": unknown fields are signed")
	t.bad("no_topic", "no_topic", "no topic, and none signed", noTopic(key, content))

	plain := len(t.cases)
	t.good("unsigned", "a topic and data", put(&pb.Message{Data: content, Topic: new(topic)})).ruled(accept)
	t.bad("unsigned_author", "unexpected_field", "an author in a topic without authors", put(&pb.Message{Data: content, Topic: new(topic), From: []byte(idOf(key))})).ruled(refuse)
	t.bad("unsigned_number", "unexpected_field", "a sequence number in a topic without them", put(&pb.Message{Data: content, Topic: new(topic), Seqno: eight(1)})).ruled(refuse)
	t.bad("unsigned_signature", "unexpected_field", "a signature in a topic without them", put(&pb.Message{Data: content, Topic: new(topic), Signature: []byte("x")})).ruled(refuse)
	t.bad("unsigned_key", "unexpected_field", "a key in a topic without them", put(&pb.Message{Data: content, Topic: new(topic), Key: publicOf(key)})).ruled(refuse)
	t.bad("unsigned_signed", "unexpected_field", "a message that is signed well, in a topic without signatures", put(good())).ruled(refuse)
	for i := range t.cases {
		policy := "strict_sign"
		if i >= plain {
			policy = "strict_no_sign"
			t.cases[i].Spec = policySpec
		}
		t.cases[i].with("policy", policy)
	}
	return t.cases
}

func unknownInside(key crypto.PrivKey, content []byte) pieces {
	m := joined(bytesField(1, []byte(idOf(key))), bytesField(2, content), bytesField(3, eight(7)), textField(4, topic), textField(50, "?"))
	signature := must(key.Sign(joined([]byte(pubsub.SignPrefix), m)))
	return raw(m, bytesField(5, signature))
}
func noTopic(key crypto.PrivKey, content []byte) pieces {
	m := &pb.Message{From: []byte(idOf(key)), Data: content, Seqno: eight(7)}
	m.Signature = must(key.Sign(joined([]byte(pubsub.SignPrefix), must(m.Marshal()))))
	return raw(must(m.Marshal()))
}

// publishedByGo is the first message that another peer gets from go's pubsub.
func publishedByGo(key crypto.PrivKey) ([]byte, error) {
	hosts, err := newTwoHosts(key, fromSeed("far"))
	if err != nil {
		return nil, err
	}
	defer hosts.close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	published := make(chan []byte, 1)
	hosts.far.SetStreamHandler(pubsub.FloodSubID, func(s network.Stream) {
		in := bufio.NewReader(s)
		for {
			size, err := binary.ReadUvarint(in)
			if err != nil {
				return
			}
			rpc := make([]byte, size)
			if _, err = io.ReadFull(in, rpc); err != nil {
				return
			}
			var read pb.RPC
			if read.Unmarshal(rpc) == nil && len(read.Publish) > 0 {
				published <- must(read.Publish[0].Marshal())
				return
			}
		}
	})
	ps, err := pubsub.NewFloodSub(ctx, hosts.ours)
	if err != nil {
		return nil, err
	}
	joinedTopic, err := ps.Join(topic)
	if err != nil {
		return nil, err
	}
	if err = hosts.connect(); err != nil {
		return nil, err
	}
	s, err := hosts.far.NewStream(ctx, hosts.ours.ID(), pubsub.FloodSubID)
	if err != nil {
		return nil, err
	}
	if _, err = s.Write(prefixed(bytesField(1, joined(numberField(1, 1), textField(2, topic))))); err != nil {
		return nil, err
	}
	ready := func(rt pubsub.PubSubRouter, name string) (bool, error) { return rt.EnoughPeers(name, 1), nil }
	if err = joinedTopic.Publish(ctx, []byte("from go"), pubsub.WithReadiness(ready)); err != nil {
		return nil, err
	}
	select {
	case message := <-published:
		return message, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fate tells what became of the first message that another peer sent.
type fate struct {
	pubsub.RawTracer
	told chan judged
}

func (f *fate) tell(j judged) {
	select {
	case f.told <- j:
	default:
	}
}
func (f *fate) OnNewOutboundStream(peer.ID, protocol.ID) {}
func (f *fate) OnClosedOutboundStream(peer.ID)           {}
func (f *fate) Join(string)                              {}
func (f *fate) Leave(string)                             {}
func (f *fate) Graft(peer.ID, string)                    {}
func (f *fate) Prune(peer.ID, string)                    {}
func (f *fate) ValidateMessage(*pubsub.Message)          {}
func (f *fate) DeliverMessage(m *pubsub.Message) {
	value := map[string]any{"data": hexOf(m.GetData()), "topic": m.GetTopic()}
	if m.From != nil {
		value["author"] = m.GetFrom().String()
	}
	if m.Seqno != nil {
		value["seqno"] = hexOf(m.GetSeqno())
	}
	f.tell(judged{Verdict: accept, Value: value})
}
func (f *fate) RejectMessage(_ *pubsub.Message, reason string) {
	f.tell(judged{Verdict: refuse, Said: reason})
}
func (f *fate) DuplicateMessage(*pubsub.Message)     { f.tell(judged{Verdict: refuse, Said: "duplicate"}) }
func (f *fate) ThrottlePeer(peer.ID)                 {}
func (f *fate) RecvRPC(*pubsub.RPC)                  {}
func (f *fate) SendRPC(*pubsub.RPC, peer.ID)         {}
func (f *fate) DropRPC(*pubsub.RPC, peer.ID)         {}
func (f *fate) UndeliverableMessage(*pubsub.Message) {}

// judgeMessage lets go's pubsub receive the message on a topic that it is subscribed to. Behind it
// comes one that nobody refuses: a message that was passed over in silence is refused too.
func judgeMessage(_ *testing.T, d *draft) (judged, error) {
	hosts, err := newTwoHosts(fromSeed("judge"), fromSeed("forwarder"))
	if err != nil {
		return judged{}, err
	}
	defer hosts.close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	seen := &fate{told: make(chan judged, 2)}
	options := []pubsub.Option{pubsub.WithRawTracer(seen), pubsub.WithValidateWorkers(1)} // one: in order
	last := signed(fromSeed("last"), eight(1), topic, []byte("last"))
	if contextText(d, "policy") == "strict_no_sign" {
		options = append(options, pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(),
			pubsub.WithMessageIdFn(func(m *pb.Message) string { return string(m.GetData()) }))
		last = &pb.Message{Data: []byte("last"), Topic: new(topic)}
	}
	ps, err := pubsub.NewFloodSub(ctx, hosts.ours, options...)
	if err != nil {
		return judged{}, err
	}
	joinedTopic, err := ps.Join(topic)
	if err != nil {
		return judged{}, err
	}
	if _, err = joinedTopic.Subscribe(); err != nil {
		return judged{}, err
	}
	if err = hosts.connect(); err != nil {
		return judged{}, err
	}
	s, err := hosts.far.NewStream(ctx, hosts.ours.ID(), pubsub.FloodSubID)
	if err != nil {
		return judged{}, err
	}
	rpc := prefixed(bytesField(2, d.Bytes.bytes()))
	if _, err = s.Write(joined(rpc, prefixed(must((&pb.RPC{Publish: []*pb.Message{last}}).Marshal())))); err != nil {
		return judged{}, err
	}
	select {
	case said := <-seen.told:
		if said.Verdict == accept && said.Value["data"] == hexOf([]byte("last")) {
			return judged{Verdict: refuse, Said: "passed over"}, nil
		}
		return said, nil
	case <-ctx.Done():
		return judged{}, errors.New("nothing became of the message")
	}
}

// ---- message ids ----

func messageIDCases() []draft {
	t := table{protocol: "message_id", kind: "message_id", source: "go-libp2p-pubsub", spec: idSpec}
	for _, kind := range []string{"ed25519", "secp256k1", "rsa"} {
		t.good("spec_"+kind, "author and number, one behind the other", raw(must(signed(specPrivate(kind), eight(1), topic, []byte("hello")).Marshal()))).ruled(accept)
	}
	key := fromSeed("alpha")
	t.good("spec_zero", "number 0 is eight zero bytes", raw(must(signed(key, eight(0), topic, []byte("hello")).Marshal()))).ruled(accept)
	t.good("spec_largest", "number 2^64-1", raw(must(signed(key, eight(1<<64-1), topic, []byte("hello")).Marshal()))).ruled(accept)
	t.good("spec_other_data", "the data is not part of it", raw(must(signed(key, eight(0), topic, []byte("other")).Marshal()))).ruled(accept)
	t.good("spec_no_number", "an author and no number", raw(must((&pb.Message{From: []byte(idOf(key)), Data: []byte("x"), Topic: new(topic)}).Marshal())))
	t.good("spec_no_author", "a number and no author", raw(must((&pb.Message{Seqno: eight(5), Data: []byte("x"), Topic: new(topic)}).Marshal())))
	t.bad("spec_nothing", "bad_message_id", "neither author nor number: all such messages would have one id", raw(must((&pb.Message{Data: []byte("x"), Topic: new(topic)}).Marshal())))
	for i := range t.cases {
		t.cases[i].with("function", "spec")
	}
	return t.cases
}

func judgeMessageID(_ *testing.T, d *draft) (judged, error) {
	if contextText(d, "function") != "spec" {
		return noOpinion()
	}
	var m pb.Message
	if err := m.Unmarshal(d.Bytes.bytes()); err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"id": hexOf([]byte(pubsub.DefaultMsgIdFn(&m)))})
}
