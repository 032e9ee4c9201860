package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"whorl"
	"whorl/data"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/verdict"
)

// naming is what the answer about a persona is worth. By our rule, with its record known:
//
//	itself   the headline is the record's name, or its own name contains the record's
//	within   the right family, and the headline's versions or generations cover the record's
//	family   the right family, by descent too; no versions, or others
//	tie      two families that cannot be told apart, one of them right
//	unsaid   a family, where the record tells of a device and not what runs on it ("embedded")
//	unknown  no answer
//	wrong    another family
//	missing  no result for the address, or it counts as down
//
// By Nmap's points an answer is itself if the record has 100 %: it is first then, or equal to
// the first, whether or not the list had room for it. Else it is close if its name is listed,
// unknown if nothing is, and wrong otherwise.
type naming string

const (
	asItself naming = "itself"
	within   naming = "within"
	inFamily naming = "family"
	tied     naming = "tie"
	unsaid   naming = "unsaid"
	near     naming = "close"
	unnamed  naming = "unknown"
	misnamed naming = "wrong"
	missing  naming = "missing"
)

// namings are all of them, the best first.
var namings = []naming{asItself, within, inFamily, tied, near, unsaid, unnamed, misnamed, missing}

// pointsRule is how whorl reads references.
const pointsRule = expr.Whorl

// record is an entry with the points of its database.
type record struct {
	*osdb.Entry
	points *gen2.Points
}

// census holds results beside what personas are in truth.
type census struct {
	db     []string // databases beside the embedded one
	least  float64  // share that has to be named as itself or within
	listed bool     // list what is not

	records map[string][]record // by name
	counts  map[naming]int
}

func (c *census) run(resultFile, truthFile string, w io.Writer) error {
	if err := c.load(); err != nil {
		return err
	}
	truth, err := readTruth(truthFile)
	if err != nil {
		return err
	}
	all := len(truth)
	c.counts = map[naming]int{}
	note := func(addr netip.Addr, name string, n naming, said whorl.Verdict) {
		c.counts[n]++
		if n == misnamed || n == missing || c.listed && n != asItself && n != within {
			fmt.Fprintf(w, "%s\t%v\t%s\t%s\n", n, addr, name, said.Name)
		}
	}
	err = eachHost(resultFile, func(h *whorl.Host) error {
		name, ok := truth[h.Addr]
		if !ok {
			return nil
		}
		delete(truth, h.Addr)
		n, err := c.judge(h, name)
		note(h.Addr, name, n, headline(h))
		return err
	})
	if err != nil {
		return err
	}
	for addr, name := range truth {
		note(addr, name, missing, whorl.Verdict{})
	}
	return c.sum(all, w)
}

// sum prints how often each naming occurred.
func (c *census) sum(all int, w io.Writer) error {
	if all == 0 {
		return errors.New("the truth has no persona")
	}
	fmt.Fprintf(w, "%d personas:", all)
	for _, n := range namings {
		if k := c.counts[n]; k > 0 {
			fmt.Fprintf(w, " %s %d (%.2f %%)", n, k, 100*float64(k)/float64(all))
		}
	}
	fmt.Fprintln(w)
	if share := float64(c.counts[asItself]+c.counts[within]) / float64(all); share < c.least {
		return fmt.Errorf("%.2f %% are named as themselves, fewer than %.2f %%", 100*share, 100*c.least)
	}
	return nil
}

func (c *census) load() error {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files, Files: c.db})
	if len(set) == 0 || len(problems) > 0 && problems[0].Line == 0 {
		return problems[0]
	}
	c.records = map[string][]record{}
	for db, e := range set.Entries() {
		c.records[e.Name] = append(c.records[e.Name], record{e, &db.Points})
	}
	return nil
}

// readTruth reads what lab/personas writes: address, tab, name. A persona that was made
// again stands there twice.
func readTruth(file string) (map[netip.Addr]string, error) {
	r, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	truth := map[netip.Addr]string{}
	lines := bufio.NewScanner(r)
	for no := 1; lines.Scan(); no++ {
		field, name, ok := strings.Cut(lines.Text(), "\t")
		addr, err := netip.ParseAddr(field)
		if !ok || err != nil {
			return nil, fmt.Errorf("%s:%d: %q: want an address, a tab and a name", file, no, lines.Text())
		}
		if before, again := truth[addr]; again && before != name {
			return nil, fmt.Errorf("%s:%d: %v is %q and was %q before", file, no, addr, name, before)
		}
		truth[addr] = name
	}
	return truth, lines.Err()
}

// judge says what the answer about a host is worth that is the record of that name.
func (c *census) judge(h *whorl.Host, name string) (naming, error) {
	records := c.records[name]
	if len(records) == 0 {
		return "", fmt.Errorf("%v: no database has %q; name those of the personas with -db", h.Addr, name)
	}
	v := headline(h)
	switch {
	case !h.Status.Up:
		return missing, nil
	case v.Rule == whorl.RuleNmap, len(h.Verdicts) == 0:
		return byPoints(h, records), nil
	case v.Name == whorl.Unknown:
		return unnamed, nil
	case strings.Contains(v.Name, name):
		return asItself, nil
	}
	best := misnamed
	for _, r := range records {
		switch families := verdict.Families(r.Entry); {
		case v.Family == "" && overlap(classesOf(v), families):
			best = tied
		case !c.sameFamily(v, families):
			if best == misnamed && !slices.ContainsFunc(families, tellsSystem) {
				best = unsaid
			}
		case covers(v, r.Entry):
			return within, nil
		default:
			best = inFamily
		}
	}
	return best, nil
}

func byPoints(h *whorl.Host, records []record) naming {
	seen := second(h)
	switch {
	case slices.ContainsFunc(records, func(r record) bool { return fits(seen, r) }):
		return asItself
	case slices.ContainsFunc(h.Verdicts, func(v whorl.Verdict) bool { return v.Name == records[0].Name }):
		return near
	case len(h.Verdicts) == 0:
		return unnamed
	}
	return misnamed
}

// sameFamily reports whether the family that a verdict names is one of those; if it names
// one record, all of that record's count. What descends from one system is one family, as
// in the verdicts themselves.
func (c *census) sameFamily(v whorl.Verdict, families []whorl.Class) bool {
	if len(c.records[v.Name]) > 0 && overlap(classesOf(v), families) {
		return true
	}
	said := verdict.Families(&osdb.Entry{Name: v.Name, Classes: []whorl.Class{{Vendor: v.Vendor, Family: v.Family}}})
	return overlap(said, families)
}

// classesOf are the families of the classes of a verdict, and those that they descend from.
func classesOf(v whorl.Verdict) []whorl.Class {
	return verdict.Families(&osdb.Entry{Name: v.Name, Classes: v.Classes})
}

// tellsSystem reports whether a class names a system: Nmap writes "embedded" where that
// of a device is not known.
func tellsSystem(c whorl.Class) bool { return c.Family != "embedded" }

func overlap(a, b []whorl.Class) bool {
	return slices.ContainsFunc(a, func(x whorl.Class) bool {
		return slices.ContainsFunc(b, func(y whorl.Class) bool { return x.Vendor == y.Vendor && x.Family == y.Family })
	})
}

// covers reports whether the versions or the generations that a verdict names include
// all that the record's name tells.
func covers(v whorl.Verdict, e *osdb.Entry) bool {
	said, ok := osdb.Versions(v.Name)
	truth, told := osdb.Versions(e.Name)
	if ok && told && said.Family == truth.Family {
		return said.Contains(truth.Lo) && said.Contains(truth.Hi)
	}
	return len(v.Generation) > 0 && slices.ContainsFunc(e.Classes, func(c whorl.Class) bool {
		return c.Generation != "" && slices.Contains(strings.Split(v.Generation, "|"), c.Generation)
	})
}
