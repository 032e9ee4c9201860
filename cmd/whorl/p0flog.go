package main

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"time"

	"whorl/listen"
	"whorl/method/syn"
	"whorl/verdict"
)

// p0fLog writes lines as p0f 3 logs them: of each handshake one for the signature and one for
// the MTU; uptimes, heads of HTTP, and addresses whose system changes or that several share.
// Names, and when an address counts as shared, are ours.
//
//	[2026/11/21 16:00:00] mod=syn|cli=192.0.2.1/40000|srv=192.0.2.2/80|subj=cli|os=...|dist=3|params=none|raw_sig=...
//
// Source: p0f 3.09b, docs/README section 4; lines of the program compared.
type p0fLog struct {
	w      io.Writer
	judge  *verdict.Handshakes
	heard  *listen.Listener
	known  map[syn.Sighting]p0fTail
	hosts  map[netip.Addr]p0fHost
	buf    []byte
	second int64 // that stamp is of
	stamp  []byte
}

// p0fTail is what follows from the signature alone.
type p0fTail struct{ name, os, params, sig, mtu string }

// maxTails bounds the signatures that are remembered.
const maxTails = 1 << 14

func newP0fLog(w io.Writer, judge *verdict.Handshakes) *p0fLog {
	return &p0fLog{w: w, judge: judge, known: map[syn.Sighting]p0fTail{}, hosts: map[netip.Addr]p0fHost{}, second: -1}
}

func (l *p0fLog) handshake(h *listen.Handshake) error {
	t, ok := l.known[h.Sighting]
	if !ok {
		if len(l.known) >= maxTails {
			clear(l.known)
		}
		t = l.tail(&h.Sighting)
		l.known[h.Sighting] = t
	}
	kind := "syn"
	if h.Sighting.Answer {
		kind = "syn+ack"
	}
	of := p0fEnds{h.At, h.Client, h.Server, h.Sighting.Answer}
	l.buf = l.buf[:0]
	l.begin(kind, of)
	l.add(t.os, t.params)
	if dscp := h.TOS >> 2; dscp != 0 {
		if t.params == "|params=none" {
			l.buf = l.buf[:len(l.buf)-len("none")]
		} else {
			l.add(" ")
		}
		l.buf = fmt.Appendf(l.buf, "tos:0x%02x", dscp)
	}
	l.add("|raw_sig=", t.sig, "\n")
	if t.mtu != "" {
		l.begin("mtu", of)
		l.add(t.mtu, "\n")
	}
	l.watch(h, of, t.name)
	_, err := l.w.Write(l.buf)
	return err
}

func (l *p0fLog) add(words ...string) {
	for _, s := range words {
		l.buf = append(l.buf, s...)
	}
}

// p0fEnds are when and of which connection a line is.
type p0fEnds struct {
	at             time.Time
	client, server netip.AddrPort
	answer         bool // it tells of the server
}

// begin writes what all lines begin with.
func (l *p0fLog) begin(kind string, e p0fEnds) {
	if sec := e.at.Unix(); sec != l.second {
		l.second, l.stamp = sec, e.at.Local().AppendFormat(l.stamp[:0], "[2006/01/02 15:04:05] ")
	}
	l.buf = append(l.buf, l.stamp...)
	l.add("mod=", kind, "|cli=")
	l.end(e.client)
	l.add("|srv=")
	l.end(e.server)
	subject := "cli"
	if e.answer {
		subject = "srv"
	}
	l.add("|subj=", subject)
}

// end writes an address and port. IPv6 addresses stand in full, without zeros before a
// group.
func (l *p0fLog) end(a netip.AddrPort) {
	if addr := a.Addr(); addr.Is4() {
		l.buf = addr.AppendTo(l.buf)
	} else {
		b := addr.As16()
		for i := 0; i < len(b); i += 2 {
			if i > 0 {
				l.buf = append(l.buf, ':')
			}
			l.buf = strconv.AppendUint(l.buf, uint64(b[i])<<8|uint64(b[i+1]), 16)
		}
	}
	l.buf = strconv.AppendUint(append(l.buf, '/'), uint64(a.Port()), 10)
}

func (l *p0fLog) tail(s *syn.Sighting) (t p0fTail) {
	t.os = "|os=???"
	switch name, program, ok := l.judge.Name(*s); {
	case program:
		t.os = "|app=" + name
	case ok:
		t.name, t.os = name, "|os="+name
	}
	hops := syn.Distance(s.TTL)
	t.os += "|dist=" + strconv.Itoa(int(hops))
	t.params = "|params=none"
	if hops > syn.MaxHops {
		t.params = "|params=excess_dist"
	}
	t.sig = s.Observed(s.Offer.MSS).String()
	if mtu, ok := s.MTU(); ok {
		link := "???"
		if k, ok := syn.LinkOf(mtu); ok {
			link = k.Name
		}
		t.mtu = "|link=" + link + "|raw_mtu=" + strconv.Itoa(int(mtu))
	}
	return t
}
