package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"whorl"
	"whorl/listen"
	"whorl/osdb"
	"whorl/verdict"
)

// Limits of the socket.
const (
	apiClients = 20              // at once, as p0f; further ones are hung up on
	apiIdle    = 5 * time.Minute // between two queries, and for all bytes of one
	apiAnswer  = 10 * time.Second
	apiPath    = 107 // bytes of a name, unix(7)
)

// api answers p0f's queries on a unix socket while an interface is heard. A nil api does
// nothing.
type api struct {
	path   string
	file   fs.FileInfo // of the socket that is ours
	socket *net.UnixListener
	judge  *verdict.Handshakes
	slots  chan struct{} // one for each client
	idle   time.Duration
	done   sync.WaitGroup

	mu      sync.Mutex // of all below, and of the judge
	heard   *listen.Listener
	clients map[net.Conn]bool
	closed  bool
}

// checkAPI refuses what cannot be done.
func (o *listenOptions) checkAPI() error {
	switch mode, err := strconv.ParseUint(o.apiMode, 8, 32); {
	case o.api == "":
		return nil
	case o.iface == "":
		return usage(errors.New("--api answers while an interface is heard"), "whorl listen -i INTERFACE --api PATH")
	case err != nil || mode > 0o777:
		return usage(fmt.Errorf("--api-mode %q is no set of permissions", o.apiMode), "--api-mode 0660")
	}
	return nil
}

// answer begins to answer p0f's clients, if that is asked for.
func (o *listenOptions) answer(set osdb.Set, heard *listen.Listener) (*api, error) {
	if o.api == "" {
		return nil, nil
	}
	mode, _ := strconv.ParseUint(o.apiMode, 8, 32)
	judge := verdict.NewHandshakes(set, verdict.Options{Confidence: whorl.Fraction(o.confidence)})
	s, err := newAPI(o.api, fs.FileMode(mode), judge, heard)
	if err != nil {
		return nil, usage(fmt.Errorf("--api: %w", err), "a path in a folder that can be written, and where nothing else stands")
	}
	return s, nil
}

// newAPI listens at path, with those permissions. A socket that nobody answers at is
// replaced; anything else that stands there is not.
func newAPI(path string, mode fs.FileMode, judge *verdict.Handshakes, heard *listen.Listener) (*api, error) {
	if err := vacant(path); err != nil {
		return nil, err
	}
	s := &api{path: path, judge: judge, heard: heard, slots: make(chan struct{}, apiClients), idle: apiIdle, clients: map[net.Conn]bool{}}
	// The socket is made where nobody else can reach it, and moved once its permissions are set.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".whorl-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "s")
	if over := max(len(name), len(path)) - apiPath; over > 0 {
		return nil, fmt.Errorf("%s is too long for a socket by %d bytes", path, over)
	}
	if s.socket, err = net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"}); err != nil {
		return nil, err
	}
	s.socket.SetUnlinkOnClose(false)
	if err = os.Chmod(name, mode); err == nil {
		err = os.Rename(name, path)
	}
	if err == nil {
		s.file, err = os.Lstat(path)
	}
	if err != nil {
		s.socket.Close()
		return nil, err
	}
	s.done.Add(1)
	go s.accept()
	return s, nil
}

// vacant reports why a path cannot be had for a socket.
func vacant(path string) error {
	switch i, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case i.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is no socket", path)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return fmt.Errorf("%s: somebody answers there", path)
	}
	return nil
}

// accept takes clients until the socket is closed.
func (s *api) accept() {
	defer s.done.Done()
	for {
		c, err := s.socket.Accept()
		if err != nil {
			if s.isClosed() {
				return
			}
			time.Sleep(100 * time.Millisecond) // no descriptors left, say
			continue
		}
		select {
		case s.slots <- struct{}{}:
			if s.keep(c) {
				continue
			}
			<-s.slots
		default:
		}
		c.Close()
	}
}

func (s *api) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// keep begins to serve a client. It reports false if the socket has been closed.
func (s *api) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.clients[c] = true
	s.done.Add(1)
	go s.serve(c)
	return true
}

// serve answers the queries of a client until it hangs up, waits too long or makes no sense.
func (s *api) serve(c net.Conn) {
	defer s.done.Done()
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.clients, c)
		s.mu.Unlock()
		<-s.slots
	}()
	var query [p0fQueryLen]byte
	for {
		c.SetReadDeadline(time.Now().Add(s.idle))
		if _, err := io.ReadFull(c, query[:]); err != nil {
			return
		}
		addr, bad := p0fQuery(&query)
		status, h := p0fBadQuery, (*whorl.Host)(nil)
		if bad == nil {
			status, h = s.ask(addr)
		}
		answer := p0fAnswer(status, h)
		c.SetWriteDeadline(time.Now().Add(apiAnswer))
		if _, err := c.Write(answer[:]); err != nil || errors.Is(bad, errP0fMagic) {
			return
		}
	}
}

// ask judges what is known of an address.
func (s *api) ask(a netip.Addr) (p0fStatus, *whorl.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.heard.Host(a)
	if !ok {
		return p0fNoMatch, nil
	}
	h = listen.Clone(h)
	s.judge.Judge(h)
	return p0fOK, h
}

// lock keeps clients from what is heard; unlock lets them.
func (s *api) lock() {
	if s != nil {
		s.mu.Lock()
	}
}

func (s *api) unlock() {
	if s != nil {
		s.mu.Unlock()
	}
}

// close hangs up on all clients and takes the socket away, if it is still ours. It may be
// called again.
func (s *api) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	for c := range s.clients {
		c.Close()
	}
	s.mu.Unlock()
	if closed {
		return
	}
	s.socket.Close()
	s.done.Wait()
	if i, err := os.Lstat(s.path); err == nil && os.SameFile(i, s.file) {
		os.Remove(s.path)
	}
}
