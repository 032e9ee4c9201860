package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/method/gen2"
	"whorl/verdict"
)

type explainOptions struct {
	judging
	json bool
	top  int
}

func (a *app) explainCommand() *cobra.Command {
	o := &explainOptions{}
	c := &cobra.Command{
		Use:   "explain [OPTION]... FILE...",
		Short: "Judge printed fingerprints or recordings, and show why",
		Long: `Judge fingerprints and show which attribute speaks for and against each
candidate.

FILE holds printed fingerprints, wrapped or not, alone or inside Nmap's or our
output (-oN, -oX), or is a recording made with scan --record. - is standard
input.`,
		Args: takes(1, math.MaxInt),
		RunE: func(c *cobra.Command, args []string) error { return a.explain(o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.json, "json", false, "one record a fingerprint, as JSON Lines")
	f.IntVar(&o.top, "top", 3, "explain `N` candidates")
	o.judging.flags(f)
	c.RegisterFlagCompletionFunc("rule", cobra.FixedCompletions(rules, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// maxInput bounds what is read of one file that is not a recording.
const maxInput = 64 << 20

func (a *app) explain(o *explainOptions, args []string) error {
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if o.top < 1 {
		return usage(fmt.Errorf("--top %d explains nothing", o.top), "--top 3")
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	judge := verdict.NewJudges(set, how).New()
	unread := 0
	for _, name := range args {
		hosts, err := a.prints(name)
		if err != nil {
			fmt.Fprintf(a.people, "whorl: %v\n", err)
			unread++
		}
		for _, h := range hosts {
			judge.Judge(h.Host)
			judge.Explain(h.Host, o.top)
			if o.json {
				err = json.NewEncoder(a.out).Encode(h.Host)
			} else {
				err = explanation(a.out, h, o.top)
			}
			if err != nil {
				return partial(err, "free the disk, or write elsewhere")
			}
		}
	}
	if unread > 0 {
		return partial(fmt.Errorf("not everything could be read"), "a file with a fingerprint (SCAN(...)SEQ(...)), or a recording of whorl scan --record")
	}
	return nil
}

// printed is a fingerprint and where it stands.
type printed struct {
	*whorl.Host
	where string
}

// prints finds all fingerprints of one input. With an error it gives what came
// before.
func (a *app) prints(name string) ([]printed, error) {
	var in *bufio.Reader
	if name == "-" {
		name, in = "standard input", bufio.NewReader(a.in)
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = bufio.NewReader(f)
	}
	if head, _ := in.Peek(4); recording(head) {
		return replay(name, in)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(text) > maxText:
		return nil, fmt.Errorf("%s: larger than %d MiB, and no recording", name, maxText>>20)
	}
	found, problems := gen2.Find(string(text))
	var out []printed
	for _, f := range found {
		h := &whorl.Host{Schema: whorl.Schema, Status: whorl.Status{Up: true, Reason: "print"}}
		h.Observations = []whorl.Observation{{Method: "gen2", Print: f.String()}}
		out = append(out, printed{h, fmt.Sprintf("%s:%d", name, f.Line)})
	}
	errs := make([]error, 0, len(problems))
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, p.Line, p.Err))
	}
	if len(out)+len(errs) == 0 {
		return nil, fmt.Errorf("%s: no fingerprint found", name)
	}
	return out, errors.Join(errs...)
}

// maxText bounds what is read of one input that is no recording, in bytes.
const maxText = 64 << 20

// recording tells pcap and pcapng, gzipped or not, from text, by their first bytes.
func recording(head []byte) bool {
	for _, magic := range []string{"\x0a\x0d\x0d\x0a", "\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x1f\x8b"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// explanation writes the candidates of one fingerprint and their attributes.
func explanation(w io.Writer, p printed, top int) error {
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "%s\n", p.where)
	if len(p.Verdicts) == 0 {
		p.Verdicts = []whorl.Verdict{{Name: whorl.Unknown}}
	}
	for i, v := range p.Verdicts[:min(top, len(p.Verdicts))] {
		if v.Name == whorl.Unknown {
			fmt.Fprintf(b, "  unknown: %s\n\n", orElse(v.Source.Text, "no record explains this well enough"))
			continue
		}
		sure := ""
		if v.Confidence > 0 {
			sure = fmt.Sprintf("%d %% sure, ", v.Confidence.Percent())
		}
		fmt.Fprintf(b, "  %d. %s  (%s%d %% of points, rule %s)\n     %s %s\n", i+1, v.Name, sure, v.Accuracy.Percent(), v.Rule, v.Source.Database, v.Source)
		evidence(b, v.Evidence)
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// evidence lists what disagrees first: that is what a person asks for.
func evidence(b *bytes.Buffer, ev []whorl.Evidence) {
	agreed, points := 0, 0
	for _, e := range ev {
		if e.Agrees {
			agreed, points = agreed+1, points+e.Points
			continue
		}
		fmt.Fprintf(b, "     against  %-10s want %-28s got %-20s %4d points\n", e.Test+"."+e.Attr, show(e.Want), show(e.Got), e.Points)
	}
	fmt.Fprintf(b, "     for      %d attributes agree, %d points:", agreed, points)
	test := ""
	for _, e := range ev {
		if !e.Agrees {
			continue
		}
		if e.Test != test {
			fmt.Fprintf(b, "\n              %-4s", e.Test)
			test = e.Test
		}
		fmt.Fprintf(b, " %s=%s", e.Attr, e.Got)
	}
	b.WriteByte('\n')
}

func show(v string) string {
	if v == "" {
		return "(empty)"
	}
	return v
}
