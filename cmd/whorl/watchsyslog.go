package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// localLogs are where log daemons listen: Linux, macOS, FreeBSD.
var localLogs = []string{"/dev/log", "/var/run/syslog", "/var/run/log"}

// Of messages to a log.
const (
	logFind = 5 * time.Second        // to find its name
	logWait = 100 * time.Millisecond // for one message; what is watched goes on
	logRest = time.Second            // without a try after one that the log did not take in time
)

// logSocket sends each Write as one datagram to a log. A message that cannot be sent is
// counted and does not stop the others: the daemon may be restarting.
type logSocket struct {
	network, addr string
	found         string    // its address without a name, so that names are looked up once
	conn          net.Conn  // nil: to be opened again
	rest          time.Time // nothing is tried until then
	lost          int
	err           error // why the first was lost
}

// localLog opens the log of this machine.
func localLog() (*logSocket, error) {
	var why []string
	for _, path := range localLogs {
		s := &logSocket{network: "unixgram", addr: path}
		err := s.dial()
		if err == nil {
			return s, nil
		}
		why = append(why, err.Error())
	}
	return nil, usage(fmt.Errorf("--syslog: no log daemon listens here: %s", strings.Join(why, "; ")), "--eve FILE, or --syslog-to HOST:PORT")
}

// farLog opens a log that takes datagrams (RFC 5426).
func farLog(addr string) (*logSocket, error) {
	s := &logSocket{network: "udp", addr: addr}
	if err := s.dial(); err != nil {
		return nil, usage(fmt.Errorf("--syslog-to: %w", err), "--syslog-to 192.0.2.9:514")
	}
	return s, nil
}

func (s *logSocket) dial() error {
	d := net.Dialer{Timeout: logFind}
	conn, err := d.Dial(s.network, cmp.Or(s.found, s.addr))
	if err != nil {
		return err
	}
	s.conn, s.found = conn, conn.RemoteAddr().String()
	return nil
}

// Write sends a message, if need be over a new socket. It never fails.
func (s *logSocket) Write(message []byte) (int, error) {
	if time.Now().Before(s.rest) {
		s.lost++
		return len(message), nil
	}
	err := s.send(message)
	full := errors.Is(err, os.ErrDeadlineExceeded)
	if err != nil && !full {
		s.close()
		err = s.send(message)
	}
	if full {
		s.rest = time.Now().Add(logRest)
	}
	if err != nil {
		s.close()
		s.lost++
		s.err = cmp.Or(s.err, err)
	}
	return len(message), nil
}

func (s *logSocket) send(message []byte) error {
	if s.conn == nil {
		if err := s.dial(); err != nil {
			return err
		}
	}
	s.conn.SetWriteDeadline(time.Now().Add(logWait))
	_, err := s.conn.Write(message)
	return err
}

// close lets go of the socket.
func (s *logSocket) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

// tell tells people what was lost.
func (s *logSocket) tell(people io.Writer) {
	if s.lost > 0 {
		fmt.Fprintf(people, "whorl: %d messages did not reach the log at %s: %v; look whether its daemon runs\n", s.lost, s.addr, s.err)
	}
}
