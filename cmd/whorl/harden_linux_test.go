package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"whorl/harden"
	"whorl/lab/target"
	"whorl/method"
	"whorl/method/gen2"
)

// What is computed of each setting is what a scan finds when it is set, test by test, and
// with those that are taken together an outsider says what was foretold.
func TestHardenLab(t *testing.T) {
	h := target.Up(t, "linux")
	far := *h
	far.NS = strings.TrimSuffix(h.NS, "v") + "t"
	shell := func(lines ...string) {
		t.Helper()
		script := strings.ReplaceAll(strings.Join(lines, " && "), "PORTS", strconv.Itoa(int(h.Open[0])))
		var said bytes.Buffer
		c := exec.Command("sh", "-c", script)
		c.Stdout, c.Stderr = &said, &said
		if err := far.Run(c); err != nil {
			t.Fatalf("%s: %v: %s", script, err, said.String())
		}
	}
	measure := func() (print, name string) {
		s := scanOf(t, h, "-Pn")
		for _, o := range s.Observations {
			if o.Method == "gen2" {
				return o.Print, s.Verdicts[0].Name
			}
		}
		t.Fatal("no print")
		return "", ""
	}

	record := filepath.Join(t.TempDir(), "host.json")
	b, err := json.Marshal(scanOf(t, h, "-Pn"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := exec.Command("whorl", "harden", "--no-system-db", "--json", record)
	c.Stdout = &out
	if err := h.Run(c); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		Name, Key string
		Lines     []string
		Then      struct{ Print string }
	}
	var plan struct {
		Outcomes []outcome
		Together []string
		Then     struct{ Name string }
	}
	if err := json.Unmarshal(out.Bytes(), &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Outcomes) < 12 || len(plan.Together) < 2 {
		t.Fatalf("%d settings change something, %d together", len(plan.Outcomes), len(plan.Together))
	}
	was := map[string]string{}
	undo := func() {
		lines := []string{"nft flush ruleset"}
		for key, value := range was {
			lines = append(lines, "sysctl -qw "+key+"='"+value+"'")
		}
		shell(lines...)
	}
	set := func(key string, lines []string) {
		if key != "" && was[key] == "" {
			c := exec.Command("sysctl", "-n", key)
			var value bytes.Buffer
			c.Stdout = &value
			if err := far.Run(c); err != nil {
				t.Fatal(err)
			}
			was[key] = strings.TrimSpace(value.String())
		}
		shell(lines...)
	}
	for _, o := range plan.Outcomes {
		shell(harden.Chains...)
		set(o.Key, o.Lines)
		print, _ := measure()
		undo()
		want, got := steady(t, o.Then.Print), steady(t, print)
		for i := range want {
			if i >= len(got) || want[i] != got[i] {
				t.Errorf("%s: computed\n%s\nmeasured\n%s", o.Name, strings.Join(want, "\n"), strings.Join(got, "\n"))
				break
			}
		}
	}
	shell(harden.Chains...)
	for _, name := range plan.Together {
		o := plan.Outcomes[slices.IndexFunc(plan.Outcomes, func(o outcome) bool { return o.Name == name })]
		set(o.Key, o.Lines)
	}
	if _, name := measure(); name != plan.Then.Name {
		t.Errorf("with %q the verdict is %q, foretold was %q", plan.Together, name, plan.Then.Name)
	}
}

// steady are the tests of a print without what differs from one scan of a Linux host to
// the next: the indices of random ISNs, and which of the classes of no common clock it is.
func steady(t *testing.T, print string) (out []string) {
	t.Helper()
	f, err := gen2.Parse(print)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range f.First() {
		if _, ok := gen2.TestNamed(l.Test); !ok {
			continue
		}
		l.Attrs = slices.Clone(l.Attrs)
		l.Attrs = slices.DeleteFunc(l.Attrs, func(a method.Attr) bool { return a.Name == "SP" || a.Name == "ISR" || a.Name == "GCD" })
		for i := range l.Attrs {
			if a := &l.Attrs[i]; a.Name == "TS" && strings.HasPrefix(a.Value, "2") || a.Name == "TS" && a.Value == "1F" {
				a.Value = "no common clock"
			}
		}
		out = append(out, l.String())
	}
	return out
}
