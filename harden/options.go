package harden

import (
	"strconv"
	"strings"
)

// options are those of a SYN-ACK as Linux sends them: always in the order MSS; SACK
// permitted with the timestamp in one word, or either alone behind two NOPs; window scale
// behind one. Source: measured, and tcp_options_write of the kernel describes the same.
type options struct {
	mss        string // hexadecimal
	sack       bool
	timestamps bool
	echoes     string // the two digits of T
	scale      string // hexadecimal; empty: none
}

const digits = "0123456789ABCDEF"

// readOptions reads what [options.String] writes; ok is false of any other order.
func readOptions(text string) (o options, ok bool) {
	rest, found := strings.CutPrefix(text, "M")
	if !found {
		return o, false
	}
	tail := strings.TrimLeft(rest, digits)
	o.mss, rest = rest[:len(rest)-len(tail)], tail
	if before, scale, ok := strings.Cut(rest, "NW"); ok && strings.Trim(scale, digits) == "" {
		rest, o.scale = before, scale
	}
	o.sack = strings.Contains(rest, "S")
	if _, echoes, ok := strings.Cut(rest, "T"); ok && len(echoes) == 2 {
		o.timestamps, o.echoes = true, echoes
	}
	return o, o.String() == text
}

// String is the text of the options in the letters of OPS.
func (o options) String() string {
	s := "M" + o.mss
	switch {
	case o.sack && o.timestamps:
		s += "ST" + o.echoes
	case o.timestamps:
		s += "NNT" + o.echoes
	case o.sack:
		s += "NNS"
	}
	if o.scale != "" {
		s += "NW" + o.scale
	}
	return s
}

// accepting lets the host accept fewer options. Without timestamps the window is that of
// the answer to the ECN probe, which offers none.
func accepting(fewer func(*options)) func(*Print) {
	return func(p *Print) {
		change := func(test, name string) {
			if o, ok := readOptions(p.value(test, name)); ok {
				fewer(&o)
				p.set(test, name, o.String())
			}
		}
		for k := range 6 {
			change("OPS", "O"+strconv.Itoa(k+1))
		}
		change("ECN", "O")
		if o, ok := readOptions(p.value("OPS", "O1")); ok && !o.timestamps {
			p.set("SEQ", "TS", "U")
			if w := p.value("ECN", "W"); w != "" {
				p.windows(w, w)
			}
		}
	}
}
