package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// memory is a connection without a network. What a test feeds it is there to read; what is written
// to it is collected. It has no bounds and its deadlines do nothing.
type memory struct {
	mu      sync.Mutex
	changed *sync.Cond
	in      []byte
	ended   bool // nothing more will come
	closed  bool // by the library
	out     []byte
	taken   int
}

func newMemory() *memory {
	m := &memory{}
	m.changed = sync.NewCond(&m.mu)
	return m
}

func (m *memory) feed(b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in = append(m.in, b...)
	m.changed.Broadcast()
}
func (m *memory) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
	m.changed.Broadcast()
}

// answer is what was written since it was last asked for.
func (m *memory) answer() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := m.out[m.taken:]
	m.taken = len(m.out)
	return append([]byte(nil), fresh...)
}

// rest is what nobody read.
func (m *memory) rest() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]byte(nil), m.in...)
}
func (m *memory) isClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

func (m *memory) Read(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.in) == 0 && !m.ended && !m.closed {
		m.changed.Wait()
	}
	if m.closed {
		return 0, net.ErrClosed
	}
	if len(m.in) == 0 {
		return 0, io.EOF
	}
	n := copy(b, m.in)
	m.in = m.in[n:]
	return n, nil
}
func (m *memory) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, net.ErrClosed
	}
	m.out = append(m.out, b...)
	m.changed.Broadcast()
	return len(b), nil
}
func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.changed.Broadcast()
	return nil
}
func (m *memory) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (m *memory) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2} }
func (m *memory) SetDeadline(time.Time) error      { return nil }
func (m *memory) SetReadDeadline(time.Time) error  { return nil }
func (m *memory) SetWriteDeadline(time.Time) error { return nil }
