package verdict

import (
	"fmt"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/survey"
)

// nameBehind names the machines at an address that boxes keep apart. Of those whose ports
// gen2 was not sent to only the family is named, if that is sure enough: there is one
// SYN-ACK of each, or what the address itself answers.
func (j *Judge) nameBehind(h *whorl.Host) {
	if j.weigher == nil {
		return
	}
	print, _ := surveyOf(h)
	used := usedPort(h, whorl.Open)
	for _, b := range h.Boxes {
		if b.Kind == whorl.BoxSYNProxy { // times have named what is behind it
			continue
		}
		for i := range b.Behind {
			m := &b.Behind[i]
			switch {
			case len(m.Ports) == 0:
				j.nameFamily(m, addressOwn(h))
			case !slices.Contains(m.Ports, used):
				j.nameFamily(m, acceptance(print, m.Ports))
			case len(h.Verdicts) > 0 && h.Verdicts[0].Rule == whorl.RuleWhorl:
				m.Name, m.Confidence = h.Verdicts[0].Name, h.Verdicts[0].Confidence
			}
		}
	}
}

// behindSure is the least probability of a family that rests on so little.
const behindSure = 0.95

// nameFamily names the likeliest family, if it reaches the threshold.
func (j *Judge) nameFamily(m *whorl.Behind, seen []method.Line) {
	if tooLittle(seen) != "" {
		return
	}
	all := j.weigher.Scores(Observe(seen), &j.o.Model.Family)
	shares(all, all, j.weigher.unknown())
	if families := j.refs.byFamily(all, leastShare); len(families) > 0 && families[0].share >= max(float64(j.o.Confidence), behindSure) {
		m.Name, m.Confidence = families[0].name(), whorl.Fraction(min(families[0].share, surest))
	}
}

// addressOwn is what closed ports and pings show.
func addressOwn(h *whorl.Host) []method.Line {
	bare := *h
	bare.Boxes = []whorl.Box{{LeftOut: testsOfOpen}}
	seen, _, _ := seenBy(&bare)
	return seen
}

// acceptance is what the first SYN-ACK of the ports shows, as the lines of a print.
func acceptance(print survey.Print, ports []uint16) []method.Line {
	for i := range print {
		p := &print[i]
		k := slices.IndexFunc(p.Answers, func(a survey.Answer) bool { return a.Accepts() })
		if !slices.Contains(ports, p.Number) || k < 0 {
			continue
		}
		a := &p.Answers[k]
		t1 := method.Line{Test: "T1"}
		t1.Set("R", "Y")
		if !a.IPv6 {
			t1.Set("DF", choose(a.DF, "Y", "N"))
		}
		t1.Set("TG", fmt.Sprintf("%X", method.GuessTTL(a.TTL)))
		t1.Set("S", choose(a.Seq == 0, "Z", "O"))
		t1.Set("A", a.Ack)
		t1.Set("F", a.Flags.String())
		var ids []uint16
		for _, a := range p.Answers {
			ids = append(ids, a.IPID)
		}
		seq := method.Line{Test: "SEQ"}
		if class := gen2.IPIDClass(ids, false); !a.IPv6 && (class == "Z" || class == "I") {
			seq.Set("TI", class)
		}
		seen := []method.Line{
			seq,
			{Test: "OPS", Attrs: []method.Attr{{Name: "O1", Value: a.Options}}},
			{Test: "WIN", Attrs: []method.Attr{{Name: "W1", Value: fmt.Sprintf("%X", a.Window)}}},
			t1,
		}
		if pathOf(seen) == ethernetMSS6 && a.IPv6 {
			seen, _ = Common(seen)
		}
		return seen
	}
	return nil
}
