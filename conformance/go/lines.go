package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"sync"
	"time"
)

// lines writes one JSON object per line. Emitting only queues, so that go-libp2p's own loops never wait for whoever
// reads our output (until the queue is full); one goroutine writes, in the order of the calls.
type lines struct {
	prefix  []byte
	start   time.Time
	mu      sync.RWMutex // guards closed and the closing of queue
	closed  bool
	queue   chan []byte
	written chan struct{}
}

const lineQueue = 1 << 14

func newLines(w io.Writer, name string) *lines {
	l := &lines{
		prefix:  []byte(`{"impl":"go","name":` + string(encode(name)) + `,"t_ms":`),
		start:   time.Now(),
		queue:   make(chan []byte, lineQueue),
		written: make(chan struct{}),
	}
	go l.write(w)
	return l
}

func (l *lines) write(w io.Writer) {
	defer close(l.written)
	buf := bufio.NewWriter(w)
	for line := range l.queue {
		_, _ = buf.Write(line) // a bufio.Writer keeps its first error; there is nobody left to tell
		if len(l.queue) == 0 {
			_ = buf.Flush()
		}
	}
	_ = buf.Flush()
}

// emit queues a line with the event's name and its fields, given as name, value, name, value...
func (l *lines) emit(ev string, fields ...any) {
	var b bytes.Buffer
	b.Write(l.prefix)
	b.WriteString(strconv.FormatInt(time.Since(l.start).Milliseconds(), 10))
	b.WriteString(`,"ev":`)
	b.Write(encode(ev))
	for i := 0; i+1 < len(fields); i += 2 {
		b.WriteByte(',')
		b.Write(encode(fields[i]))
		b.WriteByte(':')
		b.Write(encode(fields[i+1]))
	}
	b.WriteString("}\n")

	l.mu.RLock()
	defer l.mu.RUnlock()
	if !l.closed {
		l.queue <- b.Bytes()
	}
}

// close writes what was queued; later lines are dropped.
func (l *lines) close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.queue)
	}
	l.mu.Unlock()
	<-l.written
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only our own plain types get here
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
