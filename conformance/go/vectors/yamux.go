package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-yamux/v5"
)

const (
	yamuxSpec   = "yamux, \"Framing\""
	openSpec    = "yamux, \"Opening a stream\""
	closeSpec   = "yamux, \"Closing a stream\""
	windowSpec  = "yamux, \"Flow Control\""
	sessionSpec = "yamux, \"Session termination\""
)

const (
	dataFrame = iota
	updateFrame
	pingFrame
	awayFrame
)
const (
	syn = 1 << iota
	ack
	fin
	rst
)

// frame is a header, and behind it the body where there is one.
func frame(kind byte, flags uint16, id, length uint32, body ...byte) pieces {
	out := []byte{0, kind}
	out = binary.BigEndian.AppendUint16(out, flags)
	out = binary.BigEndian.AppendUint32(out, id)
	out = binary.BigEndian.AppendUint32(out, length)
	return raw(append(out, body...))
}
func data(flags uint16, id uint32, body string) pieces {
	return frame(dataFrame, flags, id, uint32(len(body)), []byte(body)...)
}
func update(flags uint16, id, length uint32) pieces { return frame(updateFrame, flags, id, length) }
func ping(flags uint16, id, value uint32) pieces    { return frame(pingFrame, flags, id, value) }
func filled(flags uint16, id, length uint32) pieces {
	return cat(frame(dataFrame, flags, id, length), times(int(length), 'x'))
}

func yamuxCases() []draft {
	t := table{protocol: "yamux", kind: "yamux", source: "go-yamux", spec: yamuxSpec}
	openingCases(&t)
	endingCases(&t)
	strayCases(&t)
	windowCases(&t)
	sessionCases(&t)
	ourStreamCases(&t)
	return t.cases
}

// listen is a transcript whose peer opens the streams.
func (t *table) listen(name, note string, steps ...pieces) *draft {
	return t.add(name, note, draft{Steps: peerSteps(steps...)}).with("role", "listener")
}

// dial is a transcript in which one stream was opened first and this was written to it.
func (t *table) dial(name, note, written string, steps ...pieces) *draft {
	return t.add("dialer_"+name, note, draft{Steps: peerSteps(steps...)}).with("role", "dialer").with("opens", []string{hexOf([]byte(written))})
}

func openingCases(t *table) {
	t.listen("open_by_update", "SYN on a window update", update(syn, 1, 0)).ruled(accept).citing(openSpec)
	t.listen("open_by_data", "SYN on the first data", data(syn, 1, "hello")).ruled(accept).citing(openSpec)
	t.listen("open_with_window", "SYN with more credit", update(syn, 1, 1<<20)).ruled(accept).citing(windowSpec)
	t.listen("data_before_ack", "data follows the SYN at once", cat(update(syn, 1, 0), data(0, 1, "hello"))).ruled(accept).citing(openSpec)
	t.listen("data_later", "data in three steps", update(syn, 1, 0), data(0, 1, "a"), data(0, 1, "b")).ruled(accept)
	t.listen("two_streams", "the frames of two streams are mixed", cat(data(syn, 1, "a"), data(syn, 3, "b"), data(0, 1, "c"), data(0, 3, "d"))).ruled(accept)
	t.listen("ids_out_of_order", "stream 5 is opened before stream 1", cat(data(syn, 5, "a"), data(syn, 1, "b")))
	t.listen("ids_left_out", "streams 1 and 2^31-1", cat(update(syn, 1, 0), update(syn, 1<<31-1, 0)))
	t.listen("syn_with_unknown_flags", "flags that mean nothing are set", update(syn|0xfff0, 1, 0))
	t.listen("empty_data", "a data frame of no bytes", update(syn, 1, 0), data(0, 1, ""))
	t.listen("header_in_pieces", "a header that comes in two pieces", raw(data(syn, 1, "hello").bytes()[:5]), raw(data(syn, 1, "hello").bytes()[5:]))
	t.listen("body_in_pieces", "a body that comes in two pieces", raw(data(syn, 1, "hello").bytes()[:14]), raw(data(syn, 1, "hello").bytes()[14:]))
	t.listen("header_alone", "the body does not come", frame(dataFrame, syn, 1, 5))
	t.listen("syn_and_ack", "the opener also acknowledges", update(syn|ack, 1, 0))

	t.listen("syn_twice", "SYN for a stream that is open", update(syn, 1, 0), update(syn, 1, 0)).fails("duplicate_syn")
	t.listen("syn_twice_data", "SYN on data for a stream that is open", data(syn, 1, "a"), data(syn, 1, "b")).fails("duplicate_syn")
	t.listen("syn_even", "the dialer's streams are odd", update(syn, 2, 0)).ruled(refuse).fails("wrong_parity").citing("yamux, \"StreamID Field\"")
	t.listen("syn_even_data", "the dialer's streams are odd", data(syn, 4, "a")).ruled(refuse).fails("wrong_parity").citing("yamux, \"StreamID Field\"")
	t.listen("syn_zero", "stream 0 is the session", update(syn, 0, 0)).ruled(refuse).fails("stream_zero").citing("yamux, \"StreamID Field\"")
}

func endingCases(t *table) {
	t.listen("fin_by_update", "FIN on a window update", data(syn, 1, "hello"), update(fin, 1, 0)).ruled(accept).citing(closeSpec)
	t.listen("fin_by_data", "FIN on an empty data frame", data(syn, 1, "hello"), data(fin, 1, "")).ruled(accept).citing(closeSpec)
	t.listen("fin_with_data", "FIN counts behind the data of its frame", update(syn, 1, 0), data(fin, 1, "bye")).ruled(accept).citing(closeSpec)
	t.listen("syn_fin_data", "opened, used and finished in one frame", data(syn|fin, 1, "all")).ruled(accept).citing(closeSpec)
	t.listen("syn_fin", "opened and finished without a byte", update(syn|fin, 1, 0)).ruled(accept).citing(closeSpec)
	t.listen("fin_twice", "FIN again", cat(data(syn, 1, "a"), update(fin, 1, 0)), update(fin, 1, 0))
	t.listen("data_after_fin", "data on a stream that was finished", cat(data(syn, 1, "a"), update(fin, 1, 0)), data(0, 1, "b"))
	t.listen("update_after_fin", "credit still flows after FIN", cat(data(syn, 1, "a"), update(fin, 1, 0)), update(0, 1, 100))
	t.listen("rst_by_update", "RST after the data was read", data(syn, 1, "hello"), update(rst, 1, 0)).citing(closeSpec)
	t.listen("rst_with_code", "go puts a code where the credit stands", data(syn, 1, "hello"), update(rst, 1, 0x1002)).citing(closeSpec)
	t.listen("rst_by_data", "RST on an empty data frame", data(syn, 1, "hello"), data(rst, 1, "")).citing(closeSpec)
	t.listen("rst_behind_data", "RST comes before the data was read", cat(data(syn, 1, "hello"), update(rst, 1, 5))).citing(closeSpec)
	t.listen("rst_after_fin", "RST on a stream that was finished", cat(data(syn, 1, "a"), update(fin, 1, 0)), update(rst, 1, 3)).citing(closeSpec)
	t.listen("syn_rst", "opened and reset in one frame", update(syn|rst, 1, 0))
	t.listen("syn_rst_other_lives", "the stream beside one that is reset at once", data(syn, 1, "a"), update(syn|rst, 3, 0), data(0, 1, "b"))
	t.listen("data_after_rst", "data on a stream that was reset", cat(data(syn, 1, "a"), update(rst, 1, 0)), data(0, 1, "b"))
	t.listen("id_again_after_rst", "the id of a stream that was reset, a second time", data(syn, 1, "a"), update(rst, 1, 0), data(syn, 1, "b"))
}

func strayCases(t *table) {
	t.listen("data_of_no_stream", "data on a stream that never was is read past", cat(data(0, 9, "lost"), data(syn, 1, "a")))
	t.listen("update_of_no_stream", "credit for a stream that never was", cat(update(0, 9, 100), data(syn, 1, "a")))
	t.listen("ack_of_no_stream", "ACK for a stream that never was", cat(update(ack, 2, 0), data(syn, 1, "a")))
	t.listen("fin_of_no_stream", "FIN for a stream that never was", cat(update(fin, 9, 0), data(syn, 1, "a")))
	t.listen("rst_of_no_stream", "RST for a stream that never was", cat(update(rst, 9, 0), data(syn, 1, "a")))
	t.listen("data_of_stream_0", "data on the session's id", cat(data(0, 0, "x"), data(syn, 1, "a")))
	t.listen("ack_of_its_own", "the opener acknowledges its own stream", update(syn, 1, 0), update(ack, 1, 0), data(0, 1, "a"))

	t.listen("version_1", "the version is always 0", raw([]byte{1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0})).ruled(refuse).fails("wrong_version").citing("yamux, \"Version Field\"")
	t.listen("type_4", "a type that is not there", frame(4, 0, 0, 0)).ruled(refuse).fails("unknown_type").citing("yamux, \"Type Field\"")
	t.listen("type_255", "a type that is not there", frame(255, syn, 1, 0)).ruled(refuse).fails("unknown_type").citing("yamux, \"Type Field\"")
	t.listen("http", "another protocol on the connection", raw([]byte("GET / HTTP/1.1\r\n"))).ruled(refuse).fails("wrong_version").citing("yamux, \"Version Field\"")
	t.listen("multistream", "a negotiation where frames belong", raw(line(headerLine))).ruled(refuse).fails("wrong_version").citing("yamux, \"Version Field\"")
}

func windowCases(t *table) {
	const window = 256 << 10
	t.listen("window_whole", "all of the first window in one frame", filled(syn, 1, window)).ruled(accept).citing(windowSpec)
	t.listen("window_in_two", "all of the first window in two frames", cat(filled(syn, 1, window/2), filled(0, 1, window/2))).ruled(accept).citing(windowSpec)
	t.listen("window_returned", "reading gives the credit back: two windows in turn", filled(syn, 1, window), filled(0, 1, window)).ruled(accept).citing(windowSpec)
	t.listen("window_passed_by_syn", "a byte more than the first window on the SYN", filled(syn, 1, window+1)).fails("window_exceeded").citing(windowSpec)
	t.listen("window_passed", "a byte more than the first window", update(syn, 1, 0), filled(0, 1, window+1)).fails("window_exceeded").citing(windowSpec)
	t.listen("window_passed_in_two", "the second frame passes the window", cat(filled(syn, 1, window), data(0, 1, "x"))).fails("window_exceeded").citing(windowSpec)
	t.listen("window_passed_with_fin", "a FIN excuses nothing", update(syn, 1, 0), filled(fin, 1, window+1)).fails("window_exceeded").citing(windowSpec)
	t.listen("length_1_mib", "a header that announces 1 MiB and a byte on a SYN", frame(dataFrame, syn, 1, 1<<20+1)).fails("window_exceeded").citing(windowSpec)
	t.listen("length_4_gib", "a header that announces 2^32-1 bytes", update(syn, 1, 0), frame(dataFrame, 0, 1, math.MaxUint32)).fails("window_exceeded").citing(windowSpec)
	t.listen("length_4_gib_no_stream", "2^32-1 bytes for a stream that never was", frame(dataFrame, 0, 9, math.MaxUint32)).fails("skipped_too_much").citing(windowSpec)
	t.listen("credit_over_2_32", "credit that does not fit into 32 bits", update(syn, 1, 0), update(0, 1, math.MaxUint32)).fails("window_overflow").citing(windowSpec)
	t.listen("credit_over_2_32_in_parts", "credit that does not fit into 32 bits, in two parts", update(syn, 1, 0), update(0, 1, 1<<31), update(0, 1, 1<<31)).fails("window_overflow").citing(windowSpec)
	t.listen("credit_most", "credit up to exactly 2^32-1", update(syn, 1, 0), update(0, 1, math.MaxUint32-window)).citing(windowSpec)
}

func sessionCases(t *table) {
	const echo = "yamux, \"Length Field\": the opaque value is echoed"
	t.listen("ping", "answered with its value", ping(syn, 0, 0x01020304)).ruled(accept).citing(echo)
	t.listen("ping_zero", "the value 0", ping(syn, 0, 0)).ruled(accept).citing(echo)
	t.listen("ping_largest", "the value 2^32-1", ping(syn, 0, math.MaxUint32)).ruled(accept).citing(echo)
	t.listen("pings", "each is answered", ping(syn, 0, 1), ping(syn, 0, 2), ping(syn, 0, 3)).ruled(accept).citing(echo)
	t.listen("ping_amid_data", "a ping between two frames of a stream", cat(data(syn, 1, "a"), ping(syn, 0, 7), data(0, 1, "b"))).ruled(accept).citing(echo)
	t.listen("ping_of_stream", "a ping with the id of a stream", update(syn, 1, 0), ping(syn, 1, 7))
	t.listen("ping_of_no_stream", "a ping with an id that is no stream", ping(syn, 9, 7))
	t.listen("ping_without_flags", "neither question nor answer", ping(0, 0, 7))
	t.listen("ping_syn_and_ack", "question and answer", ping(syn|ack, 0, 7))
	t.listen("pong_unasked", "an answer without a question", ping(ack, 0, 0x77777777))

	t.listen("away_normal", "GoAway 0 and no stream is open", frame(awayFrame, 0, 0, 0)).ruled(accept).citing(sessionSpec)
	t.listen("away_protocol_error", "GoAway 1", frame(awayFrame, 0, 0, 1)).ruled(accept).citing(sessionSpec)
	t.listen("away_internal_error", "GoAway 2", frame(awayFrame, 0, 0, 2)).ruled(accept).citing(sessionSpec)
	t.listen("away_other_code", "GoAway with a code of libp2p", frame(awayFrame, 0, 0, 0x1001))
	t.listen("away_of_stream", "GoAway with the id of a stream", frame(awayFrame, 0, 5, 1))
	t.listen("away_with_stream", "GoAway 0 while a stream is open", data(syn, 1, "a"), frame(awayFrame, 0, 0, 0), data(0, 1, "b")).citing(sessionSpec)
	t.listen("away_error_with_stream", "GoAway 1 while a stream is open", data(syn, 1, "a"), frame(awayFrame, 0, 0, 1)).ruled(accept).citing(sessionSpec)
}

func ourStreamCases(t *table) {
	t.dial("ack_by_update", "ACK on a window update", "hi", update(ack, 1, 0)).ruled(accept).citing(openSpec)
	t.dial("ack_by_data", "ACK on the first data", "hi", data(ack, 1, "ho")).ruled(accept).citing(openSpec)
	t.dial("ack_with_window", "ACK with more credit", "hi", update(ack, 1, 1<<20)).ruled(accept).citing(windowSpec)
	t.dial("data_without_ack", "an answer says as much as ACK", "hi", data(0, 1, "ho"))
	t.dial("ack_and_fin", "acknowledged and finished in one frame", "hi", data(ack|fin, 1, "ho")).ruled(accept).citing(closeSpec)
	t.dial("ack_twice", "ACK again", "hi", update(ack, 1, 0), update(ack, 1, 0), data(0, 1, "ho"))
	t.dial("rejected", "RST in place of ACK", "hi", update(rst, 1, 0)).citing(openSpec)
	t.dial("rejected_with_code", "RST in place of ACK, with the code of a limit", "hi", update(rst, 1, 0x1002)).citing(openSpec)
	t.dial("peer_opens", "the listener's streams are even", "hi", data(syn, 2, "yo"), update(ack, 1, 0)).ruled(accept).citing(openSpec)
	t.dial("peer_opens_odd", "an id of the dialer's", "hi", data(syn, 3, "yo")).ruled(refuse).fails("wrong_parity").citing("yamux, \"StreamID Field\"")
	t.dial("peer_opens_ours", "the id of the stream that was opened here", "hi", data(syn, 1, "yo")).ruled(refuse).fails("wrong_parity").citing("yamux, \"StreamID Field\"")
	t.dial("peer_opens_zero", "stream 0 is the session", "hi", update(syn, 0, 0)).ruled(refuse).fails("stream_zero").citing("yamux, \"StreamID Field\"")
	t.dial("window_passed", "a byte more than the first window", "hi", cat(update(ack, 1, 0), filled(0, 1, 256<<10+1))).fails("window_exceeded").citing(windowSpec)
	t.dial("away", "GoAway 0 while our stream is open", "hi", update(ack, 1, 0), frame(awayFrame, 0, 0, 0)).citing(sessionSpec)
	t.dial("ack_of_unopened", "ACK for a stream that was not opened", "hi", update(ack, 3, 0), data(ack, 1, "ho"))
	t.dial("big_write", "300,000 bytes are written: they stop where the credit ends", "", update(ack, 1, 0)).
		with("opens", []string{}).with("fills", []int{300000}).citing(windowSpec)
}

// ---- judging ----

// application accepts every stream and reads when a step has been worked off; it never finishes.
type application struct {
	session *yamux.Session
	mu      chan struct{}
	ours    []*yamux.Stream
	streams map[uint32]*told
}
type told struct {
	stream   *yamux.Stream
	received []byte
	end      string
	code     uint32
}

func (a *application) adopt(s *yamux.Stream) {
	a.mu <- struct{}{}
	a.streams[s.StreamID()] = &told{stream: s, end: "open"}
	<-a.mu
}
func (a *application) accept() {
	for {
		s, err := a.session.AcceptStream()
		if err != nil {
			return
		}
		a.mu <- struct{}{}
		id := s.StreamID()
		now := &told{stream: s, end: "open"}
		if old := a.streams[id]; old != nil { // the id a second time: told behind the first
			id |= 1 << 31
		}
		a.streams[id] = now
		<-a.mu
	}
}

// read takes what is there.
func (a *application) read() {
	for _, id := range slices.Sorted(maps.Keys(a.streams)) {
		t := a.streams[id]
		if t.end != "open" {
			continue
		}
		// A millisecond of the bubble's clock passes once nobody has anything left to do.
		_ = t.stream.SetReadDeadline(time.Now().Add(time.Millisecond))
		for {
			b := make([]byte, 1<<20)
			n, err := t.stream.Read(b)
			t.received = append(t.received, b[:n]...)
			var reset *yamux.StreamError
			switch {
			case err == nil:
				continue
			case errors.Is(err, yamux.ErrTimeout):
			case errors.Is(err, io.EOF):
				t.end = "finished"
			default:
				t.end = "reset"
				if errors.As(err, &reset) {
					t.code = reset.ErrorCode
				}
			}
			break
		}
	}
}

func judgeYamux(t *testing.T, d *draft) (judged, error) {
	var said judged
	inBubble(t, func() {
		pipe := newMemory()
		config := yamux.DefaultConfig()
		config.EnableKeepAlive = false
		config.LogOutput = io.Discard
		config.MaxIncomingStreams = math.MaxUint32 // as go-libp2p has it
		config.ReadBufSize = 0
		start := yamux.Server
		if contextText(d, "role") == "dialer" {
			start = yamux.Client
		}
		session := must(start(pipe, config, nil))
		app := &application{session: session, mu: make(chan struct{}, 1), streams: map[uint32]*told{}}
		synctest.Wait()
		app.open(d)
		go app.accept()
		said.Steps = app.walk(d.Steps, pipe)
		said = app.verdict(said.Steps)
		session.Close()
		synctest.Wait()
	})
	return said, nil
}

func (a *application) open(d *draft) {
	opens, _ := d.Context["opens"].([]any)
	fills, _ := d.Context["fills"].([]any)
	write := func(b []byte) {
		s := must(a.session.OpenStream(context.Background()))
		a.adopt(s)
		if len(b) > 0 {
			go s.Write(b)
		}
	}
	for _, text := range opens {
		write(unhex(text.(string)))
	}
	for _, n := range fills {
		write(make([]byte, int(n.(float64))))
	}
}

// walk is as in multistream.go, with the application at work after each step.
func (a *application) walk(steps []step, pipe *memory) []step {
	var all []step
	look := func() {
		synctest.Wait()
		a.read()
		synctest.Wait()
		all = answered(all, ordered(pipe.answer()))
	}
	look()
	for _, s := range steps {
		if s.From == "peer" {
			all = append(all, s)
			pipe.feed(s.Bytes.bytes())
			look()
		}
	}
	return all
}

type header struct {
	kind       byte
	flags      uint16
	id, length uint32
	frame      []byte
}

func frames(b []byte) []header {
	var all []header
	for len(b) >= 12 {
		h := header{b[1], binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), nil}
		n := 12
		if h.kind == dataFrame {
			n += int(h.length)
		}
		h.frame, b = b[:n], b[n:]
		all = append(all, h)
	}
	return all
}

// ordered is an answer without pings of one's own, its frames sorted by stream: go's pongs and
// acknowledgements leave in the order in which the scheduler ran their senders.
func ordered(answer []byte) []byte {
	all := slices.DeleteFunc(frames(answer), func(h header) bool { return h.kind == pingFrame && h.flags&syn != 0 })
	slices.SortStableFunc(all, func(a, b header) int { return cmp.Compare(a.id, b.id) })
	var out []byte
	for _, h := range all {
		out = append(out, h.frame...)
	}
	return out
}

func (a *application) verdict(steps []step) judged {
	said := judged{Verdict: accept, Steps: steps}
	session := "open"
	said.Ends = "running"
	for _, h := range frames(sent(steps)) {
		if h.kind == awayFrame && h.length != 0 {
			said.Ends = "GoAway and running"
			said.Verdict = refuse
		}
	}
	if a.session.IsClosed() {
		session = "ended"
		_, err := a.session.AcceptStream()
		said.Said = err.Error()
		said.Ends = "closed"
		if !errors.Is(err, yamux.ErrRemoteGoAway) && !isRemoteAway(err) {
			said.Verdict = refuse
			return said
		}
	}
	said.Value = a.value(session, frames(sent(steps)))
	return said
}

func isRemoteAway(err error) bool {
	var away *yamux.GoAwayError
	return errors.As(err, &away) && away.Remote
}

func (a *application) value(session string, out []header) map[string]any {
	streams, pongs, resets := []any{}, []uint32{}, []uint32{}
	for _, id := range slices.Sorted(maps.Keys(a.streams)) {
		t := a.streams[id]
		one := map[string]any{"id": t.stream.StreamID(), "received": hexOf(t.received)}
		if session == "open" {
			one["end"] = t.end
			if t.code != 0 {
				one["code"] = t.code
			}
		}
		streams = append(streams, one)
	}
	written := map[uint32]uint32{}
	for _, h := range out {
		if h.kind == pingFrame && h.flags&ack != 0 {
			pongs = append(pongs, h.length)
		}
		if h.flags&rst != 0 {
			resets = append(resets, h.id)
		}
		if h.kind == dataFrame {
			written[h.id] += h.length
		}
	}
	value := map[string]any{"session": session, "streams": streams, "pongs": pongs, "resets": resets}
	if len(written) > 0 {
		sums := []any{}
		for _, id := range slices.Sorted(maps.Keys(written)) {
			sums = append(sums, map[string]any{"id": id, "bytes": written[id]})
		}
		value["written"] = sums
	}
	return value
}
