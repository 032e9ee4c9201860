package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/method/syn"
)

// witnesses are what a host shows over several packets, beside the kinds of its
// handshakes: when it repeats what nobody answers, its habits, whether its SYNs are of
// several hosts, and its ICMP messages. They weigh little: they move probability among the
// records that the handshake leaves, and only among those that tell of them.
type witnesses struct {
	runs    []backoff.Run
	habits  syn.Habits
	several []syn.Several
	messages
	key witnessed
}

// witnessed is what a judgement by witnesses follows from.
type witnessed struct {
	of        *opinion
	habits    syn.Habits
	runs      string
	near, far string // messages
}

// surestWitness bounds what repetitions, and all habits together, say against a record, as
// a natural logarithm: captures have holes, and an address may have had another host
// before. Set by hand.
const surestWitness = 3

// tick is to what times of repetitions are rounded: timers are told apart by whole
// seconds, and hosts that are alike are judged once then. slack is how late packets may be
// for all of that.
const (
	tick  = time.Second / 8
	slack = 100 * time.Millisecond
)

// take reads an observation that is not of a kind of packet. mine is false if it is.
func (w *witnesses) take(print string) (mine bool, err error) {
	test, _, _ := strings.Cut(print, "(")
	switch test {
	case syn.TestAgain, syn.TestAgainAnswer:
		var r syn.Repeats
		if r, err = syn.ParseRepeats(print); err == nil {
			w.runs = append(w.runs, runOf(&r))
		}
	case syn.TestHabits:
		w.habits, err = syn.ParseHabits(print)
		w.key.habits = w.habits
	case syn.TestClocks, syn.TestCounters:
		var s syn.Several
		if s, err = syn.ParseSeveral(print); err == nil {
			w.several = append(w.several, s)
		}
	default:
		return false, nil
	}
	return true, err
}

// runOf is a series of repetitions as package backoff has them. How long nothing more came
// is not known.
func runOf(r *syn.Repeats) backoff.Run {
	run := backoff.Run{State: backoff.SynSent, Seen: true, Delay: slack}
	if r.Answer {
		run.State = backoff.SynRcvd
	}
	for _, ms := range r.After[:r.N] {
		at := (time.Duration(ms) * time.Millisecond).Round(tick)
		run.Gaps = append(run.Gaps, at-run.Heard)
		run.Heard = at
	}
	return run
}

// runsKey is what a judgement by series of repetitions follows from.
func runsKey(runs []backoff.Run) string {
	var key []byte
	for i := range runs {
		line := runs[i].Line()
		key = line.AppendTo(key)
	}
	return string(key)
}

// silent reports whether there is nothing to weigh.
func (w *witnesses) silent() bool {
	return len(w.runs)+len(w.messages) == 0 && w.habits == syn.Habits{}
}

// weighed is an opinion once the witnesses were heard, or remembers it.
func (j *Handshakes) weighed(h *handshake, w *witnesses) *opinion {
	if w.silent() || len(h.families) == 0 {
		return h.opinion
	}
	near, far := w.from(h.TTL)
	w.key.of, w.key.runs, w.key.near, w.key.far = h.opinion, runsKey(w.runs), near.key(), far.key()
	if o, ok := j.witnessed[w.key]; ok {
		return o
	}
	if len(j.witnessed) >= maxMemo {
		clear(j.witnessed)
	}
	o := j.weigh(h, w)
	j.witnessed[w.key] = o
	return o
}

// custom is what a record says of what its hosts do over several packets.
type custom struct {
	schedules backoff.Reference
	habits    syn.HabitsReference
}

// custom reads what the record at a place says when it is asked for. Most runs have no
// witness, and few records are in question.
func (j *Handshakes) custom(place int) *custom {
	if j.customs == nil {
		j.customs = make([]*custom, len(j.entries))
	}
	if j.customs[place] == nil {
		e := j.entries[place]
		times, _ := backoff.NewReference(e.Tests(backoff.Has)) // what is wrong was told when it was read
		j.customs[place] = &custom{times, e.Habits()}
	}
	return j.customs[place]
}

// weigh shares the probability of the records that tell of witnesses out anew.
func (j *Handshakes) weigh(h *handshake, w *witnesses) *opinion {
	all, against := make([]float64, len(j.entries)), make([]told, len(j.entries))
	var places []int
	for _, f := range h.families {
		for _, c := range f.of {
			all[c.place] = c.share
			places = append(places, c.place)
		}
	}
	for i := range w.runs {
		j.hearTimes(&w.runs[i], places, against)
	}
	j.hearHabits(&w.habits, places, against)
	near, far := w.from(h.TTL)
	j.hearMessages(near, places, against)
	if !slices.ContainsFunc(against, func(t told) bool { return t.log != 0 || (t.ok || len(far) > 0) && j.explained }) {
		return h.opinion
	}
	retime(all, against)
	o := &opinion{best: h.best}
	for _, f := range h.families {
		f.of, f.share = slices.Clone(f.of), 0
		for i := range f.of {
			f.of[i].share = all[f.of[i].place]
			f.share += f.of[i].share
		}
		o.families = append(o.families, f)
	}
	o.sort()
	j.name(o, &h.Sighting, all)
	if o.family != "" && j.explained {
		o.testify(j, w)
		o.testifyMessages(j, near, far)
	}
	return o
}

// hearTimes adds what a series of repetitions says against each record of places, beside
// the one that explains it best.
func (j *Handshakes) hearTimes(run *backoff.Run, places []int, against []told) {
	logs, best := make([]told, len(places)), told{}
	for i, place := range places {
		logs[i].log, logs[i].ok = j.custom(place).schedules.LogLikelihood(run, j.params)
		if logs[i].ok && (!best.ok || logs[i].log > best.log) {
			best = logs[i]
		}
	}
	for i, place := range places {
		if logs[i].ok {
			against[place] = told{against[place].log + max(logs[i].log-best.log, -surestWitness), true}
		}
	}
}

// hearHabits adds what habits say against each record of places.
func (j *Handshakes) hearHabits(seen *syn.Habits, places []int, against []told) {
	for _, place := range places {
		sum, known, r := 0.0, false, &j.custom(place).habits
		for i := range syn.NumHabits {
			log, ok := r.Against(i, seen)
			sum, known = sum+log, known || ok
		}
		if known {
			against[place] = told{against[place].log + max(sum, -surestWitness), true}
		}
	}
}

// testify adds to the headline what witnesses say of its record.
func (o *opinion) testify(j *Handshakes, w *witnesses) {
	v, first := &o.verdicts[0], o.families[0].of[0]
	v.Evidence = append(v.Evidence, timedEvidence(j.custom(first.place).schedules, first.entry, w.runs)...)
	r := &j.custom(first.place).habits
	for i := range syn.NumHabits {
		log, ok := r.Against(i, &w.habits)
		if !ok {
			continue
		}
		e := whorl.Evidence{Method: "syn", Test: syn.TestHabits, Attr: i.String(), Got: w.habits[i],
			Want: r[i].String(), GotWords: habitWords(i, w.habits[i]), Agrees: log == 0, Weight: log}
		if !e.Agrees {
			e.WantWords = habitWords(i, e.Want)
		}
		v.Evidence = append(v.Evidence, e)
	}
}

// habitWords say a habit.
func habitWords(h syn.Habit, value string) string {
	switch h {
	case syn.HabitRate:
		hz, _ := decimal(value)
		return "clock of " + hz + " Hz"
	case syn.HabitOffset:
		return map[string]string{"S": "one clock for all connections of a peer", "P": "a clock for each connection"}[value]
	case syn.HabitRefused:
		return map[string]string{"Y": "tries again when it is refused", "N": "gives up when it is refused"}[value]
	}
	class := map[string]string{"Z": "zero", "I": "a counter", "R": "at random", "N": "not zero"}[value]
	return fmt.Sprintf("IP IDs of %s %s", map[syn.Habit]string{syn.HabitSYNs: "SYNs", syn.HabitAnswers: "SYN-ACKs", syn.HabitResets: "resets"}[h], class)
}
