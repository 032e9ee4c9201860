package persona_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// offers are SYNs of ordinary clients, and of some that offer little.
var offers = []string{linux, windows, dialup, scanner, "\x02\x04\x05\xb4\x01\x01\x08\x0a\x00\x00\x10\x00\x00\x00\x00\x00"}

// handshake is the answer to a SYN with those options as package syn sees it.
func handshake(p *persona.Persona, options string, port uint16) (s syn.Signature, o syn.Offer, ok bool) {
	in := tcp(packet.SYN, 80, options)
	in.TCP.SrcPort = port
	asked, _ := syn.From(received(in))
	a := ask(p, start, in)
	if a == nil {
		return s, o, false
	}
	s, ok = syn.From(a)
	return s, asked.Offer(), ok
}

// listener is the persona of a record with an open port; nil: it cannot be shown.
func listener(e *osdb.Entry, seed int) *persona.Persona {
	p, err := persona.New(e, persona.Options{Addr: victim, Key: method.Key{byte(seed), byte(seed >> 8)}, OpenTCP: []uint16{80}})
	if err != nil || e.Gen2 == nil {
		return nil
	}
	return p
}

// misfit is what of a SYN-ACK no line of the record foresees; empty: nothing.
func misfit(r syn.Reference, s *syn.Signature, o syn.Offer) (why string) {
	const unusual = -3.5 // weight of what a line excludes
	best := -1e9
	for i := range r {
		w := r[i].Weigh(s, o)
		if !r[i].Answer || w.Sum() <= best {
			continue
		}
		best, why = w.Sum(), ""
		for a := range syn.NumAttrs {
			silent := a == syn.AttrWindow && len(r[i].Windows) == 0 || a == syn.AttrMSS && len(r[i].MSS) == 0
			if w[a] < unusual && !silent {
				why += a.String() + " "
			}
		}
	}
	return why
}

// What is heard of the persona of a record with SynAck lines is one of these lines,
// whatever the SYN offers. What is not is another MSS than in the record's own tests.
func TestSynAcks(t *testing.T) {
	good, all := 0, 0
	wrong := newTally("wrong")
	for db, e := range databases(t).Entries() {
		r, _ := syn.NewReference(e.Extra)
		if db.Database != osdb.Embedded || !slices.ContainsFunc(r, func(f syn.Form) bool { return f.Answer }) {
			continue
		}
		p := listener(e, all)
		if p == nil {
			continue
		}
		for k, options := range offers {
			s, o, ok := handshake(p, options, uint16(7000+k))
			if all++; !ok {
				wrong.note("no answer", e.Name)
			} else if why := misfit(e.Passive(), &s, o); why != "" {
				wrong.note(why, e.Name+" "+s.String())
			} else {
				good++
			}
		}
	}
	t.Logf("%d of %d SYN-ACKs", good, all)
	wrong.log(t)
	if good < all*91/100 {
		t.Error("fewer than 91 %")
	}
}

// p0fFile is where p0f has its signatures.
const p0fFile = "/etc/p0f/p0f.fp"

// labelled is a signature of a SYN-ACK in a file of p0f.
type labelled struct {
	family string
	syn.Pattern
}

// answersOfP0f reads the signatures of SYN-ACKs, the specific ones.
func answersOfP0f(t *testing.T) (out []labelled) {
	f, err := os.Open(p0fFile)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	part, family := "", ""
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		key, value, _ := strings.Cut(line, "=")
		switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); {
		case strings.HasPrefix(line, "["):
			part = line
		case part != "[tcp:response]":
		case key == "label":
			if words := strings.Split(value, ":"); len(words) == 4 && words[0] == "s" {
				family = words[2]
			}
		case key == "sig" && family != "":
			if p, err := syn.ParsePattern(value); err == nil {
				out = append(out, labelled{family, p})
			}
		}
	}
	return out
}

// asP0f is how p0f calls a family.
func asP0f(c whorl.Class) string {
	if c.Family == "macOS" {
		return "Mac OS X"
	}
	return c.Family
}

// Where p0f has signatures of a family, it takes the SYN-ACKs of its personas for those of
// no other family, as far as one host can tell.
func TestP0f(t *testing.T) {
	known := answersOfP0f(t)
	for _, db := range databases(t) {
		same, other, none := 0, 0, 0
		wrong := newTally("another")
		for i, e := range db.Entries {
			theirs := func(f string) bool {
				return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool { return asP0f(c) == f })
			}
			if !slices.ContainsFunc(known, func(l labelled) bool { return theirs(l.family) }) {
				continue
			}
			p := listener(e, i)
			if p == nil {
				continue
			}
			s, o, ok := handshake(p, linux, 7000)
			if !ok {
				continue
			}
			seen := s.Observed(o.MSS)
			hit := slices.IndexFunc(known, func(l labelled) bool { return l.Covers(&seen) })
			switch {
			case hit < 0:
				none++
			case theirs(known[hit].family) || slices.ContainsFunc(known, func(l labelled) bool { return theirs(l.family) && l.Covers(&seen) }):
				same++
			default:
				other++
				wrong.note(fmt.Sprintf("%v for %v", known[hit].family, e.Classes[0].Family), e.Name+" "+seen.String())
			}
		}
		if same+other+none > 0 {
			t.Logf("%s %s: %d are of their family, %d of another, %d have no signature", db.Database, db.File, same, other, none)
			wrong.log(t)
		}
		if other > (same+other)/20+1 {
			t.Errorf("%s: %d of %d are taken for another family", db.Database, other, same+other)
		}
	}
}
