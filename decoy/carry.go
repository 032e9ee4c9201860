package decoy

import (
	"errors"
	"io"
	"net"
	"sync"
)

// streamChunk is how many bytes go to or come from a backend at once.
const streamChunk = 16 << 10

var errCarried = errors.New("more than one connection may carry")

// run is the life of the connection.
func (s *stream) run() {
	defer s.relay.over(s)
	defer s.stop()
	conn, err := new(net.Dialer).DialContext(s.dialing, s.visit.Network, s.visit.Address)
	if err != nil {
		s.fail(err, true)
		return
	}
	defer conn.Close()
	if !s.connected(conn) {
		return
	}
	var reader sync.WaitGroup
	reader.Go(s.listen)
	s.speak()
	reader.Wait()
}

// connected reports whether somebody still wants the connection.
func (s *stream) connected(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
	return !s.over
}

// listen takes what the backend says while there is room.
func (s *stream) listen() {
	chunk := make([]byte, streamChunk)
	for {
		n, err := s.conn.Read(chunk)
		s.mu.Lock()
		s.from.Write(chunk[:n])
		if s.got += n; s.got > maxCarried {
			err = errCarried
		}
		s.ended = s.ended || err == io.EOF
		s.mu.Unlock()
		if err != nil && err != io.EOF {
			s.fail(err, false)
			return
		}
		if s.relay.tell(s); err == io.EOF {
			return
		}
		s.mu.Lock()
		for s.from.Len() >= maxFromBackend && !s.over && s.err == nil {
			s.changed.Wait()
		}
		s.mu.Unlock()
	}
}

// speak gives the backend what the visitor says, and at last that he says no more.
func (s *stream) speak() {
	chunk := make([]byte, streamChunk)
	for {
		n, ok := s.next(chunk)
		if !ok {
			return
		}
		if n == 0 {
			if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
				c.CloseWrite()
			}
			return
		}
		if _, err := s.conn.Write(chunk[:n]); err != nil {
			s.fail(err, false)
			return
		}
		s.written(n)
	}
}

// next waits for what the backend is to be told: nothing when that was all. ok is false if
// the connection is over.
func (s *stream) next(chunk []byte) (n int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		cut := s.over && !(s.done && s.ended)
		switch n = copy(chunk, s.to.Bytes()); {
		case cut || s.err != nil:
			return 0, false
		case n > 0 || s.done:
			return n, true
		}
		s.changed.Wait()
	}
}

// written makes room.
func (s *stream) written(n int) {
	s.mu.Lock()
	s.to.Next(n)
	room := s.low && s.room() >= maxToBackend/2
	s.low = s.low && !room
	much := s.sent > maxCarried
	s.mu.Unlock()
	switch {
	case much:
		s.fail(errCarried, false)
	case room:
		s.relay.tell(s)
	}
}

// fail notes that the backend is gone, or was not reached.
func (s *stream) fail(err error, unreached bool) {
	s.mu.Lock()
	if s.err == nil {
		s.err = err
		if unreached {
			s.lost = err
		}
	}
	if s.conn != nil {
		s.cut()
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	s.relay.tell(s)
}
