package verdict

import (
	"math"
	"slices"
	"strings"

	"whorl"
	"whorl/method/expr"
	"whorl/method/gen1"
	"whorl/osdb"
)

// gen1Alone is what speaks for and against a record where the first generation judges
// alone; nil if the verdict does not rest on a record with tests of it.
func (j *Judge) gen1Alone(v *whorl.Verdict, h *whorl.Host) []whorl.Evidence {
	place, ok := j.gen1.places[keyOf(v.Source)]
	seen := seenGen1(h)
	if !ok || seen == nil {
		return nil
	}
	record := j.gen1.records[place].Gen1
	_, ev := record.Score(seen)
	mute := muted(seen)
	for i := range ev {
		e := &ev[i]
		e.Points = 1
		if j.weigher != nil {
			_, agrees, differs := j.gen1.saidOf(e.Test, e.Attr).weights(e.Got, mute)
			e.Weight = map[bool]float64{true: agrees, false: differs}[e.Agrees]
		}
		if mute && e.Attr == "Resp" && e.Got == "N" && !e.Agrees {
			e.Missing = silenced
		}
		sayGen1(e)
	}
	return append(ev, missingGen1(record, seen, h)...)
}

// gen1Beside is the same where the second generation judges: a test that differs weighs,
// shared among its attributes.
func (j *Judge) gen1Beside(place int, h *whorl.Host) []whorl.Evidence {
	seen := seenGen1(h)
	if j.weigher == nil || seen == nil {
		return nil
	}
	_, ev := j.gen1.of[place].Score(seen)
	differ, n := differingGen1(ev), map[string]float64{}
	for _, e := range ev {
		if !e.Agrees {
			n[e.Test]++
		}
	}
	each := math.Max(gen1Differs, gen1Against/math.Max(1, float64(len(differ))))
	for i := range ev {
		e := &ev[i]
		switch {
		case e.Agrees:
		case slices.Contains(differ, e.Test):
			e.Weight = each / n[e.Test]
		default:
			e.Missing = silenced
		}
		sayGen1(e)
	}
	return ev
}

// saidOf is what records say of an attribute; nil if nothing.
func (g *firstGen) saidOf(test, attr string) *saying {
	for i := range g.said {
		if c := &g.said[i]; c.test == test && c.attr == attr {
			return c
		}
	}
	return nil
}

// missingGen1 are the tests that a record tells of and that were not seen.
func missingGen1(r gen1.Reference, seen gen1.Print, h *whorl.Host) (out []whorl.Evidence) {
	for _, t := range r {
		if _, ok := seen.Test(t.Name); ok || len(t.Terms) == 0 {
			continue
		}
		why := "not measured"
		if info, ok := seen.Test("SInfo"); ok {
			open, _ := info.Value("O")
			closed, _ := info.Value("C")
			switch {
			case open == "-1" && slices.Contains([]string{"TSeq", "T1", "T2", "T3", "T4"}, t.Name):
				why = "no open TCP port known"
			case closed == "-1" && slices.Contains([]string{"T5", "T6", "T7"}, t.Name):
				why = "no closed TCP port known"
			}
		}
		if slices.ContainsFunc(h.Boxes, func(b whorl.Box) bool {
			return slices.ContainsFunc(b.LeftOut, func(s string) bool { return slices.Contains(sameAnswers(s), t.Name) })
		}) {
			why = byBox
		}
		out = append(out, whorl.Evidence{Method: "gen1", Test: t.Name, Missing: why})
	}
	return out
}

// sayGen1 adds the words to a piece of evidence.
func sayGen1(e *whorl.Evidence) {
	e.GotWords = placed(wordsGen1(e.Test, e.Attr, e.Got), placesGen1(e.Test))
	if !e.Agrees {
		e.WantWords = wordsGen1(e.Test, e.Attr, e.Want)
	}
}

// placesGen1 is the test of the second generation that looks at the same answer.
func placesGen1(test string) string {
	switch test {
	case "PU":
		return "U1"
	case "TSeq":
		return ""
	}
	return test
}

// wordsGen1 says a value, or an expression of a record. What has no reading stays as it is.
func wordsGen1(test, attr, text string) string {
	r, ok := gen1Reading(test + "." + attr)
	if !ok {
		r, ok = gen1Reading(attr)
	}
	e, err := expr.Parse(text)
	if !ok || err != nil {
		return text
	}
	return r.all(e)
}

// gen1Reading finds a reading by TEST.ATTR, or by ATTR for all tests.
func gen1Reading(name string) (r reading, ok bool) {
	switch name {
	case "TSeq.Class":
		r = reading{codes: map[string]string{"C": "ISN always the same", "64K": "ISN grows by 64,000", "i800": "ISN grows by 800", "TD": "ISN grows with time", "RI": "ISN grows at random", "TR": "ISN truly random"}}
	case "TSeq.gcd":
		r = reading{codes: map[string]string{"1": "ISN steps without a common divisor"}, number: "ISN steps are multiples of %s"}
	case "TSeq.SI":
		r = reading{number: "ISN steps deviate by %s"}
	case "TSeq.IPID":
		r = reading{number: "IP ID class %s", codes: map[string]string{"I": "IP ID counts up", "BI": "IP ID counts up, bytes swapped", "Z": "IP ID zero", "RD": "IP ID random", "RPI": "IP ID grows at random", "C": "IP ID repeats"}}
	case "TSeq.TS":
		r = reading{codes: map[string]string{"U": "no timestamps", "0": "timestamps zero", "2HZ": "timestamps at 2 Hz", "100HZ": "timestamps at 100 Hz", "1000HZ": "timestamps at 1000 Hz"}}
	case "Resp":
		r = reading{codes: map[string]string{"Y": "an answer", "N": "no answer"}}
	case "DF":
		r = reading{codes: map[string]string{"Y": "DF set", "N": "DF not set"}}
	case "W":
		r = reading{number: "window %s"}
	case "ACK":
		r = reading{codes: map[string]string{"S": "ACK number as sent", "S++": "ACK number as sent + 1", "O": "other ACK number"}}
	case "Flags":
		r = reading{say: func(text string) (string, bool) { return flagWords(strings.ReplaceAll(text, "B", "E")) }}
	case "Ops":
		r = reading{say: gen1Options}
	case "TOS":
		r = reading{number: "TOS %s"}
	case "IPLEN":
		r = reading{number: "%s bytes long"}
	case "RIPTL":
		r = reading{codes: map[string]string{"148": "quoted length intact"}, number: "quoted length %s"}
	case "RID":
		r = reading{codes: intact("IP ID")}
	case "RIPCK":
		r = reading{codes: intact("IP checksum")}
	case "UCK":
		r = reading{codes: intact("UDP checksum")}
	case "ULEN":
		r = reading{codes: map[string]string{"134": "quoted UDP length intact"}, number: "quoted UDP length %s"}
	case "DAT":
		r = reading{codes: intact("data")}
	default:
		return r, false
	}
	return r, true
}

func intact(what string) map[string]string {
	return map[string]string{"E": "quoted " + what + " intact", "0": "quoted " + what + " zero", "F": "quoted " + what + " wrong"}
}

// gen1Options says TCP options such as MNWNNT in their order: E behind M is the MSS that
// was offered.
func gen1Options(text string) (string, bool) {
	if text == "" {
		return "no options", true
	}
	names := map[rune]string{'M': "MSS", 'N': "", 'W': "window scale", 'T': "timestamps", 'L': "", 'E': " as offered"}
	var list []string
	for _, c := range text {
		name, ok := names[c]
		switch {
		case !ok:
			return "", false
		case c == 'E' && len(list) > 0:
			list[len(list)-1] += name
		case name != "":
			list = append(list, name)
		}
	}
	if list == nil {
		return "padding only", true
	}
	return strings.Join(list, ", "), true
}

// nextGen1 are the steps that would tell more of a host that only the first generation has
// asked, and that has no name or two.
func (j *Judge) nextGen1(s target) (out []whorl.Step) {
	if len(s.Verdicts) == 0 || !unanswered(s.Host) && s.Verdicts[0].Source.File != "" {
		return nil
	}
	again := "whorl scan " + s.address()
	if !acceptsGen1(seenGen1(s.Host)) {
		out = append(out, whorl.Step{Why: "no open TCP port answers: look at all ports, or name one", Command: again + " --gen 1 -p -"})
	}
	out = append(out, whorl.Step{Why: "the second generation knows systems after 2007, and tells more of all", Command: again + " --gen 1,2"})
	if !slices.ContainsFunc(j.gen1.records, func(e *osdb.Entry) bool { return !own(e) }) {
		retry := again + " --gen 1"
		if s.fromFile() {
			retry = s.retry()
		}
		out = append(out, whorl.Step{Why: "no database of the first generation is there: name one", Command: retry + " --db nmap-os-fingerprints"})
	}
	return out
}
