package persona

import (
	"fmt"
	"strings"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/syn"
	"whorl/packet"
)

// naturals prepares the answers to SYNs that offer other options than the probes. They
// accept the connection even if the stack does not accept the probes: the port would not
// be an open one otherwise. Which options are left when fewer are offered follows from the
// answers to S1, S3, S6 and ECN, which offer four different sets.
func (c *chooser) naturals(i *instance) error {
	models := [askAll + 1]gen2.Probe{
		askAll: gen2.S1, askStamp | askScale: gen2.S3, askStamp | askSACK: gen2.S6, askSACK | askScale: gen2.ECN,
	}
	first, last := i.segments[gen2.S1].options.header(), i.segments[gen2.S6].options.header()
	m1, _ := first.MSS()
	m6, _ := last.MSS()
	i.echoesMSS = m1 > m6 && m6 == 0x109 // what S6 offers
	shapes := c.shapes(i)
	for a, p := range models {
		s := i.segments[gen2.S1]
		model := &i.segments[p]
		switch {
		case asked(a) == askAll:
		case p == gen2.S1 || model.silent || !model.flags.Has(packet.SYN) || !c.tells(p):
			s.options = s.options.shaped(shapes[a], asked(a))
			s.window = c.scaledWindow(&i.segments[gen2.S1], s.options)
		default:
			s.options, s.window = model.options, model.window
		}
		s.silent, s.data = false, nil
		if !s.flags.Has(packet.SYN | packet.ACK) {
			s.flags, s.seq, s.ack = packet.SYN|packet.ACK, other, next
		}
		i.natural[a] = s
	}
	return nil
}

// tells reports whether the record knows the options of the answer to a probe.
func (c *chooser) tells(p gen2.Probe) bool {
	if p == gen2.ECN {
		return c.expr(gen2.TestECN, "O") != nil
	}
	return c.expr(gen2.TestOPS, optionAttrs[p-gen2.S1]) != nil
}

// shapes are the orders of options in answers, by what is asked for.
func (c *chooser) shapes(i *instance) (out [askAll + 1]string) {
	l := method.Line{Test: syn.TestSynAck}
	l.Set("O", letters(i.segments[gen2.S1].options.text))
	var less []string
	for _, p := range [...]gen2.Probe{gen2.S3, gen2.S6, gen2.ECN} {
		if s := &i.segments[p]; c.tells(p) && !s.silent && s.flags.Has(packet.SYN) {
			less = append(less, letters(s.options.text))
		}
	}
	for k := range c.heard {
		line := c.heard[k].Line()
		if more, ok := line.Value("LESS"); ok {
			less = append(less, more)
		}
	}
	if len(less) > 0 {
		l.Set("LESS", strings.Join(less, "|"))
	}
	r, _ := syn.NewReference([]method.Line{l})
	if len(r) == 0 {
		return out
	}
	for a := range out {
		var offer syn.Options
		for _, o := range [...]struct {
			asked
			syn.Options
		}{{askStamp, syn.OffersTimestamp}, {askSACK, syn.OffersSACK}, {askScale, syn.OffersScale}} {
			if asked(a)&o.asked != 0 {
				offer |= o.Options
			}
		}
		if all := r[0].Shapes(offer); len(all) > 0 {
			out[a] = all[0].Letters()
		}
	}
	return out
}

// letters is the order of the options of a text: MSTNW of M5B4ST11NW7.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("MNSTWL", r) {
			return r
		}
		return -1
	}, text)
}

// shaped is what o has of options in that order; in the usual one if it cannot be.
func (o *options) shaped(order string, a asked) *options {
	h := o.header()
	text := ""
	for _, r := range order {
		switch r {
		case 'M':
			mss, _ := h.MSS()
			text += fmt.Sprintf("M%X", mss)
		case 'W':
			shift, _ := h.WScale()
			text += fmt.Sprintf("W%X", shift)
		case 'T':
			text += "T" + string('0'+bit(o.value)) + string('0'+bit(o.echo))
		default:
			text += string(r)
		}
	}
	if s, err := parseOptions(text); err == nil && text != "" {
		return s
	}
	return o.reduced(a)
}
