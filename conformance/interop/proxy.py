# SPDX-License-Identifier: Apache-2.0 OR MIT
"""TCP proxies: one that cuts one connection exactly behind the k-th frame of a direction, and one that
stalls and cuts a connection on command.

They read the lengths of what passes (multistream lines until the security protocol is agreed, then
noise frames) and nothing else; they change no byte and can open none.
"""

import select
import socket
import struct
import threading

UP, DOWN = "up", "down"  # from the dialer to the listener, and back


class Frames:
    """How many bytes of a direction belong to its first k frames, found as they pass."""

    def __init__(self, secured=b"/noise\n"):
        self.ends = [0]
        self._secured, self._talking, self._held = secured, True, b""

    def take(self, data):
        self._held += data
        while (size := self._next()) is not None:
            if self._talking and self._held[1:size] == self._secured:
                self._talking = False
            self._held = self._held[size:]
            self.ends.append(self.ends[-1] + size)

    def _next(self):
        head = 1 if self._talking else 2  # all lines here are shorter than 128 bytes
        if len(self._held) < head:
            return None
        size = head + int.from_bytes(self._held[:head], "big")
        return size if len(self._held) >= size else None


class CuttingProxy:
    """Passes bytes between whoever connects to `port` and `target`. The first connection, then the only
    one, is ended both ways once `extra` bytes more than `frames` frames went `direction`: `how` is "close" (FIN to both)
    or "reset" (RST to both). Without a direction nothing is ever cut."""

    def __init__(self, target, direction=None, frames=0, extra=0, how="close"):
        self.target, self.direction = target, direction
        self.frames, self.extra, self.how = frames, extra, how
        self.was_cut = threading.Event()
        self._lock = threading.Lock()
        self._sockets = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, peer):
        return f"/ip4/127.0.0.1/tcp/{self.port}/p2p/{peer}"

    def _accept(self):
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()
            if self.direction:  # who dials again by itself is refused
                return self._server.close()

    def _carry(self, near):
        """One thread owns both sockets, so that close() is at once what the other side sees."""
        with near, socket.socket() as far:
            try:
                far.connect(("127.0.0.1", self.target))
                for s in (near, far):
                    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._sockets += [near, far]
                self._exchange({near: Way(far, UP), far: Way(near, DOWN)})
            except OSError:
                pass  # one side ended roughly: the other one sees the end of its socket, too

    def _exchange(self, ways):
        mine = self.direction is not None and not self.was_cut.is_set()
        if mine and self.frames == self.extra == 0:
            return self._cut(ways)
        while ways:
            for source in select.select(list(ways), [], [])[0]:
                way = ways[source]
                data = source.recv(65536)
                if not data:
                    way.sink.shutdown(socket.SHUT_WR)
                    del ways[source]
                elif mine and way.direction == self.direction \
                        and (left := way.left(data, self.frames, self.extra)) is not None:
                    way.sink.sendall(data[:left])
                    return self._cut(ways)
                else:
                    way.sink.sendall(data)

    def _cut(self, ways):
        self.was_cut.set()
        if self.how == "reset":
            for s in ways:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return  # closing them is the RST
        for s in ways:
            s.shutdown(socket.SHUT_WR)
        while ways:  # what still comes is dropped: a close() over unread bytes would be an RST
            for source in select.select(list(ways), [], [])[0]:
                if not source.recv(65536):
                    del ways[source]

    def close(self):
        quietly(self._server.shutdown, socket.SHUT_RDWR)
        self._server.close()
        with self._lock:
            for s in self._sockets:
                quietly(s.shutdown, socket.SHUT_RDWR)


class Way:
    """One direction of one connection."""

    def __init__(self, sink, direction):
        self.sink, self.direction = sink, direction
        self._frames, self._passed = Frames(), 0

    def left(self, data, frames, extra):
        """How much of `data` may still pass where the cut is in it."""
        self._frames.take(data)
        passed, self._passed = self._passed, self._passed + len(data)
        if len(self._frames.ends) <= frames:
            return None
        due = self._frames.ends[frames] + extra - passed
        return due if due <= len(data) else None


class Meeting:
    """Where so many dials wait for each other, so that they are certainly under way together."""

    def __init__(self, expected=2):
        self._left, self._all_here = expected, threading.Condition()

    def wait(self):
        with self._all_here:
            self._left -= 1
            self._all_here.notify_all()
            self._all_here.wait_for(lambda: self._left <= 0)


class Line:
    """Passes the bytes of one connection to `port`. `hold` keeps them back without an end, both ways or one,
    as a network that lost its way does; `cut` resets both sides at once. With a `meeting` nothing passes before the
    others are there."""

    def __init__(self, port, meeting=None):
        self._target, self._meeting = port, meeting
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._change = threading.Condition()
        self._held, self._gone = (), False
        self._frames = {UP: 0, DOWN: 0}
        self._sockets = []
        threading.Thread(target=self._carry, daemon=True).start()

    def address(self, peer):
        return f"/ip4/127.0.0.1/tcp/{self.port}/p2p/{peer}"

    def hold(self, *ways):
        with self._change:
            self._held = ways or (UP, DOWN)

    def wait_frames(self, direction, count, seconds):
        """Whether `count` frames passed in that direction, within so many seconds."""
        with self._change:
            return self._change.wait_for(lambda: self._frames[direction] >= count, seconds)

    def cut(self):
        """Both sides see RST."""
        with self._change:
            self._gone = True
            self._change.notify_all()
            for s in self._sockets:  # wakes who reads: the last one closes, and that is the RST
                quietly(s.setsockopt, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                quietly(s.shutdown, socket.SHUT_RD)
        quietly(self._server.shutdown, socket.SHUT_RDWR)

    def _carry(self):
        try:
            near, _ = self._server.accept()
        except OSError:
            return
        self._server.close()  # who dials again by itself is refused
        with near, socket.socket() as far:
            if self._meeting:
                self._meeting.wait()
            try:
                far.connect(("127.0.0.1", self._target))
                for s in (near, far):
                    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                return
            with self._change:
                if self._gone:
                    return
                self._sockets = [near, far]
            back = threading.Thread(target=self._pass, args=(far, near, DOWN), daemon=True)
            back.start()
            self._pass(near, far, UP)
            back.join()

    def _pass(self, source, sink, direction):
        frames = Frames()
        try:
            while data := source.recv(65536):
                with self._change:
                    self._change.wait_for(lambda: self._gone or direction not in self._held)
                    if self._gone:
                        return
                sink.sendall(data)
                frames.take(data)
                with self._change:
                    self._frames[direction] = len(frames.ends) - 1
                    self._change.notify_all()
            if not self._gone:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()  # one side ended roughly: so does the other


def quietly(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        pass
