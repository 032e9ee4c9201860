package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/report"
)

// A log that restarts loses nothing that comes after; one that is gone is told of.
func TestLogSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no datagrams over unix sockets")
	}
	path := filepath.Join(t.TempDir(), "log")
	listen := func() net.PacketConn {
		c, err := net.ListenPacket("unixgram", path)
		if err != nil {
			t.Fatal(err)
		}
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		return c
	}
	heard := func(c net.PacketConn) string {
		b := make([]byte, 4096)
		n, _, err := c.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	daemon := listen()
	s := &logSocket{network: "unixgram", addr: path}
	defer s.close()
	log := report.NewSyslog(s, report.SyslogOptions{PID: 7, Local: true})
	c := &whorl.Contact{Class: whorl.OSFingerprint, Tool: "nmap -O"}
	write := func() {
		if err := log.Contact(c); err != nil {
			t.Fatal(err)
		}
	}
	write()
	if got := heard(daemon); !strings.HasPrefix(got, "<164>") || !strings.Contains(got, "whorl[7]: OS fingerprinting: nmap -O from ") {
		t.Errorf("the log heard %q", got)
	}
	daemon.Close()
	os.Remove(path)
	write()
	daemon = listen()
	defer daemon.Close()
	write()
	if got := heard(daemon); !strings.Contains(got, "whorl[7]: ") {
		t.Errorf("after a restart the log heard %q", got)
	}
	var people strings.Builder
	s.tell(&people)
	if s.lost != 1 || !strings.HasPrefix(people.String(), "whorl: 1 messages did not reach the log at "+path) {
		t.Errorf("%d are lost, people are told %q", s.lost, people.String())
	}
}

// A log that takes nothing costs one wait in a second, however many messages there are.
func TestLogFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux lets writers wait for room")
	}
	path := filepath.Join(t.TempDir(), "log")
	daemon, err := net.ListenPacket("unixgram", path) // never reads
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	s := &logSocket{network: "unixgram", addr: path}
	defer s.close()
	began, message := time.Now(), make([]byte, 1000)
	for range 10_000 {
		s.Write(message)
	}
	if took := time.Since(began); took > 5*time.Second || s.lost < 5000 || !errors.Is(s.err, os.ErrDeadlineExceeded) {
		t.Errorf("%d of 10000 are lost, %v, in %v", s.lost, s.err, took)
	}
}

// A log far away takes datagrams; nobody has to be there.
func TestFarLog(t *testing.T) {
	daemon, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer daemon.Close()
	s, err := farLog(daemon.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := report.NewSyslog(s, report.SyslogOptions{Host: "sensor", PID: 7}).Contact(&whorl.Contact{Class: whorl.PortScan}); err != nil {
		t.Fatal(err)
	}
	daemon.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 4096)
	n, _, err := daemon.ReadFrom(b)
	if err != nil || !strings.HasPrefix(string(b[:n]), "<165>1 ") || !strings.Contains(string(b[:n]), " sensor whorl 7 contact [whorl@32473 ") {
		t.Errorf("heard %q, %v", b[:n], err)
	}
	var e *coded
	if _, err := farLog("127.0.0.1:no-such-port"); !errors.As(err, &e) || e.code != exitUsage {
		t.Errorf("a port that is none: %v", err)
	}
}
