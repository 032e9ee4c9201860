package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"whorl"
	"whorl/report"
	"whorl/verdict"
)

type explainOptions struct {
	judging
	json bool
	plot plotFile
	top  int
}

func (a *app) explainCommand() *cobra.Command {
	o := &explainOptions{}
	c := &cobra.Command{
		Use:   "explain [OPTION]... FILE...",
		Short: "Judge printed fingerprints or recordings, and show why",
		Long: `Judge fingerprints and show what speaks for and against each candidate, what is
missing, and what tells the first from the best alternative. -v has a table for
each candidate, -vv all of the evidence. --json has it all, raw and in words.

FILE holds printed fingerprints, wrapped or not, alone or inside Nmap's or our
output (-oN, -oX), or is a recording made with scan --record, or has the records
of scan --json. Those of Nmap's first generation (TSeq, T1 to T7, PU) are known
by their attributes. Retransmission times are read too, as lines of scan -vv
--temporal or of Cron-OS. - is standard input.

--plot draws when segments were repeated, beside the schedules of the likeliest
records, and the ISNs, IP IDs and timestamps of SEQ, which only recordings and
JSON records hold. FILE.svg is the first host, FILE-ADDRESS.svg any other, up
to 64; - is the first on standard output.`,
		Args: takes(1, math.MaxInt),
		RunE: func(c *cobra.Command, args []string) error { return a.explain(o, args) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.json, "json", false, "one record a fingerprint, as JSON Lines")
	o.plot.flag(f)
	f.IntVar(&o.top, "top", 3, "explain `N` candidates")
	o.judging.flags(f)
	c.RegisterFlagCompletionFunc("rule", cobra.FixedCompletions(rules, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) explain(o *explainOptions, args []string) error {
	how, err := o.judging.options()
	if err != nil {
		return err
	}
	if o.json && o.plot.stdout() {
		return usage(errors.New("two outputs are to go to standard output"), "--plot FILE.svg")
	}
	if o.top < 1 {
		return usage(fmt.Errorf("--top %d explains nothing", o.top), "--top 3")
	}
	set, err := a.loadPassive()
	if err != nil {
		return err
	}
	if err := o.plot.check(); err != nil {
		return err
	}
	judge, pictures := verdict.NewJudges(set, how).New(), newPlots(a, o.plot, set)
	unread := 0
	for _, name := range args {
		hosts, err := a.prints(name)
		if err != nil {
			fmt.Fprintf(a.people, "whorl: %v\n", err)
			unread++
		}
		both := machines{memo: func() *verdict.Memo { return verdict.NewMemo(judge, o.top, true) },
			mixed: ofBoth(hosts), Siblings: verdict.Siblings{Others: few(uint64(len(hosts)))}}
		others := addressed(hosts)
		for i, h := range hosts {
			judge.Judge(h.Host)
			judge.Explain(h.Host, o.top)
			switch {
			case h.Sibling != nil:
				both.again(h.Host, others)
			case h.Status.Reason == "recorded":
				both.join(h.Host)
			}
			h.Next = here(h.Next, name, i+1, len(hosts))
			switch {
			case o.plot.stdout():
			case o.json:
				err = report.NewJSON(a.out).Host(h.Host)
			default:
				_, err = a.out.Write(report.Explain(h.Host, h.where, report.ExplainOptions{Top: o.top, Verbose: a.verbose, Color: a.colour(a.out)}))
			}
			if pictures != nil {
				err = errors.Join(err, pictures.draw(h.Host, h.where))
			}
			if err != nil {
				return partial(err, "free the disk, or write elsewhere")
			}
		}
	}
	if unread > 0 {
		return partial(fmt.Errorf("not everything could be read"), "a file with a fingerprint (SCAN(...)SEQ(...)), a recording of whorl scan --record, or records of whorl scan --json")
	}
	return pictures.told(a.people)
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
		return a.replay(name, in)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(text) > maxText:
		return nil, fmt.Errorf("%s: larger than %d MiB, and no recording", name, maxText>>20)
	}
	if isRecords(string(text)) {
		return findRecords(name, string(text))
	}
	out, lines, unread := findPrints(name, string(text))
	times, bad := findTimes(name, string(text))
	out = addTimes(out, lines, times, name, string(text))
	if err = errors.Join(bad, unread); len(out) == 0 && err == nil {
		return nil, fmt.Errorf("%s: no fingerprint found; nmap -O -v prints them, and so do scan -oX, --json and -oN with -vv", name)
	}
	return out, err
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

// here puts the name of the file into the commands that need one. A file with several
// prints is good for a record only if one of them is chosen.
func here(steps []whorl.Step, name string, print, prints int) (out []whorl.Step) {
	for _, s := range steps {
		if name == "-" {
			name = "FILE"
		}
		if prints > 1 {
			if strings.HasPrefix(s.Command, "whorl submit ") {
				continue
			}
			s.Command = strings.Replace(s.Command, "db add FILE", fmt.Sprintf("db add FILE --take %d", print), 1)
		}
		s.Command = strings.Replace(s.Command, " FILE", " "+shellWord(name), 1)
		out = append(out, s)
	}
	return out
}

// shellWord quotes a word for a POSIX shell if it has to be.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("%+,-./:=@_", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
