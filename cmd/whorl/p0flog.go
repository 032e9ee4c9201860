package main

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"whorl/listen"
	"whorl/method/syn"
	"whorl/verdict"
)

// p0fLog writes handshakes as p0f 3 logs them: a line for the signature and one for the
// MTU. Names are ours. p0f's lines about uptime, HTTP and changes are not written.
//
//	[2026/11/21 16:00:00] mod=syn|cli=192.0.2.1/40000|srv=192.0.2.2/80|subj=cli|os=...|dist=3|params=none|raw_sig=...
//
// Source: p0f 3.09b, docs/README section 4.
type p0fLog struct {
	w      io.Writer
	judge  *verdict.Handshakes
	known  map[syn.Sighting]p0fTail
	buf    []byte
	second int64 // that stamp is of
	stamp  []byte
}

// p0fTail is what follows from the signature alone.
type p0fTail struct{ os, params, sig, mtu string }

// maxTails bounds the signatures that are remembered.
const maxTails = 1 << 14

func newP0fLog(w io.Writer, judge *verdict.Handshakes) *p0fLog {
	return &p0fLog{w: w, judge: judge, known: map[syn.Sighting]p0fTail{}, second: -1}
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
	kind, subject := "syn", "cli"
	if h.Sighting.Answer {
		kind, subject = "syn+ack", "srv"
	}
	l.buf = l.buf[:0]
	l.begin(kind, subject, h)
	l.add("|os=", t.os, t.params)
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
		l.begin("mtu", subject, h)
		l.add(t.mtu, "\n")
	}
	_, err := l.w.Write(l.buf)
	return err
}

func (l *p0fLog) add(words ...string) {
	for _, s := range words {
		l.buf = append(l.buf, s...)
	}
}

func (l *p0fLog) begin(kind, subject string, h *listen.Handshake) {
	if sec := h.At.Unix(); sec != l.second {
		l.second, l.stamp = sec, h.At.Local().AppendFormat(l.stamp[:0], "[2006/01/02 15:04:05] ")
	}
	l.buf = append(l.buf, l.stamp...)
	l.add("mod=", kind, "|cli=")
	l.end(h.Client)
	l.add("|srv=")
	l.end(h.Server)
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
	t.os = "???"
	if name, ok := l.judge.Name(*s); ok {
		t.os = name
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
