package verdict

import (
	"fmt"
	"slices"
	"strconv"

	"whorl"
	"whorl/method/gen2"
	"whorl/osdb"
)

// Words that stand in a command for what a host does not tell.
const (
	wordAddress = "ADDRESS"
	wordFile    = "FILE"
)

// next are the steps that would tell more of a host without a name, or with two.
func (j *Judge) next(s target) (out []whorl.Step) {
	if _, record := j.places[keyOf(s.Verdicts[0].Source)]; record && !unanswered(s.Host) && !byHandshake(&s.Verdicts[0]) {
		return nil
	}
	add := func(why, command string, args ...any) {
		out = append(out, whorl.Step{Why: why, Command: fmt.Sprintf(command, args...)})
	}
	open, closed := s.port("OT"), s.port("CT")
	again := "whorl scan " + s.address()
	switch _, t5 := find(s.seen, "T5"); {
	case len(handshakesOf(s.Host).accepted) > 0: // it has an open port, and probes do not get there
	case !answersSYN(s.seen):
		add("no open TCP port answers: look at all ports, or name one", "%s -p -", again)
	case closed == "" && !t5:
		add("no closed TCP port is known: look at more ports", "%s -p %s1-1024", again, before(open))
	}
	if answersSYN(s.seen) && s.deeper() {
		add("probes of our own tell some systems apart", "%s%s --deep", again, named(open, closed))
	}
	if !slices.ContainsFunc(j.entries, func(e *osdb.Entry) bool { return !own(e) }) {
		add("Nmap's database is not there: install nmap, or name the file", "%s --db nmap-os-db", s.retry())
	}
	if unanswered(s.Host) && s.submittable() {
		out = append(out, s.keeping(named(open, closed))...)
	}
	return out
}

// deeper reports whether deep probes were not sent.
func (s target) deeper() bool {
	return !slices.ContainsFunc(s.Observations, func(o whorl.Observation) bool { return o.Method == "deep" })
}

// retry is the command that judges the host once more.
func (s target) retry() string {
	if s.fromFile() {
		return "whorl explain " + wordFile
	}
	return "whorl scan " + s.address()
}

// keeping are the ways to make a good print known, if somebody knows what the host is.
func (s target) keeping(ports string) []whorl.Step {
	const (
		own  = "the print is good; if you know the system, keep it for yourself"
		send = "or prepare it for Nmap's database"
		name = ` --name "NAME VERSION"`
	)
	if s.fromFile() {
		return []whorl.Step{{Why: own, Command: "whorl db add " + wordFile + name}, {Why: send, Command: "whorl submit " + wordFile + name}}
	}
	scan := s.address() + ports
	return []whorl.Step{
		{Why: own, Command: "whorl db add --host " + scan + name},
		{Why: send, Command: "whorl scan " + scan + " -oN unknown.nmap && whorl submit unknown.nmap" + name},
	}
}

// fromFile reports whether a host was read and not scanned.
func (s target) fromFile() bool { return s.Status.Reason == "print" || s.Status.Reason == "recorded" }

func (s target) address() string {
	if !s.Addr.IsValid() {
		return wordAddress
	}
	return s.Addr.String()
}

// port is a port that the SCAN line names, in decimal; empty if it names none. What is
// no number must not get into a command.
func (s target) port(attr string) string {
	v, _ := s.scan.Value(attr)
	n, err := strconv.ParseUint(v, 10, 16)
	if err != nil || n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// submittable reports whether a print was made under conditions that make it worth keeping.
func (s target) submittable() bool {
	good, _ := s.scan.Value("G")
	return good == "Y" && s.port("OT") != "" && s.port("CT") != "" && s.port("CU") != "" && len(s.seen) == int(gen2.NumTests)
}

// named is -p with the ports that are known, with a space before it; empty if none is.
func named(ports ...string) string {
	list := ""
	for _, p := range ports {
		if p != "" {
			list = before(list) + p
		}
	}
	if list == "" {
		return ""
	}
	return " -p " + list
}

// before is a list with the comma that more needs.
func before(list string) string {
	if list == "" {
		return ""
	}
	return list + ","
}
