package main

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"whorl/scan"
)

// translate makes of what was typed what the command line library understands:
// options of Nmap's that have one dash get a second one, those that mean nothing
// here are dropped with a note or refused with advice, and the file of --json is
// found. Only whorl scan and sweep have such options, listen, watch and decoy have
// --json alone, and nothing after "--" is one.
func (a *app) translate(root *cobra.Command, args []string) ([]string, error) {
	c, _, err := root.Find(args)
	if err != nil || !slices.Contains([]string{"scan", "sweep", "listen", "watch", "decoy"}, c.Name()) {
		return args, nil
	}
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...), nil
		}
		if i+1 < len(args) && (arg == "-oJ" || arg == "--json" && jsonFile(args[i+1])) {
			i++
			out = append(out, "--json="+args[i])
			continue
		}
		o, known := foreignOption(arg)
		switch {
		case !known || c.Name() != "scan" && c.Name() != "sweep":
			out = append(out, ourDashes(arg))
		case o.refused:
			return nil, usage(fmt.Errorf("%s: %s", arg, o.why), o.instead)
		default:
			if o.why != "" {
				fmt.Fprintf(a.people, "whorl: %s has no effect: %s\n", arg, o.why)
			}
			if o.value && !strings.Contains(arg, "=") {
				i++ // its value
			}
		}
	}
	return out, nil
}

// oneDash are options that Nmap's users write with one dash. The library would
// read -oX as -o X.
var oneDash = []string{"oN", "oX", "oG", "oA", "iL", "Pn"}

// respelled are options that are called otherwise here.
var respelled = map[string]string{"-PN": "--Pn", "-P0": "--Pn", "--fuzzy": "--osscan-guess", "-d": "-v", "-dd": "-vv"}

// ourDashes spells an option as the library wants it.
func ourDashes(arg string) string {
	if len(arg) == 3 && (arg[:2] == "-v" || arg[:2] == "-d") && '0' <= arg[2] && arg[2] <= '9' {
		return "--verbose=" + arg[2:]
	}
	name, value, joined := strings.Cut(arg, "=")
	if s, ok := respelled[name]; ok {
		name = s
	}
	for _, s := range oneDash {
		if name == "-"+s {
			name = "--" + s
		}
	}
	if joined {
		return name + "=" + value
	}
	return name
}

// nmapDashes shows these options as they are typed, in help and in manual pages.
func nmapDashes(text string) string {
	names := strings.Join(oneDash, "|")
	text = regexp.MustCompile(`(?m)^      --(`+names+`)\b( [A-Z]+)?`).ReplaceAllString(text, "  -$1$2     ")
	text = strings.ReplaceAll(text, `--json FILE[="-"]`, `--json [FILE]    `)
	return regexp.MustCompile(`--(`+names+`)\b`).ReplaceAllString(text, "-$1")
}

// jsonFile decides whether the word after --json is its file or the first target:
// a file is "-", a path that begins with / or . , and what ends in .json, .jsonl
// or .ndjson. Any other file is given as --json=FILE.
func jsonFile(word string) bool {
	if word == "-" || strings.HasPrefix(word, "/") || strings.HasPrefix(word, ".") {
		return true
	}
	switch path.Ext(word) {
	case ".json", ".jsonl", ".ndjson":
		return !strings.HasPrefix(word, "-")
	}
	return false
}

// template is the value of -T: a number or one of Nmap's names.
type template int

var templates = []string{"paranoid", "sneaky", "polite", "normal", "aggressive", "insane"}

func (t *template) String() string { return strconv.Itoa(int(*t)) }
func (t *template) Type() string   { return "LEVEL" }

func (t *template) Set(s string) error {
	for i, name := range templates {
		if strings.EqualFold(s, name) {
			s = strconv.Itoa(i)
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return fmt.Errorf("timing template %q is neither 0 to %d nor a name like aggressive", s, len(templates)-1)
	}
	if _, err := scan.Template(n); err != nil {
		return err
	}
	*t = template(n)
	return nil
}

// period is the value of a flag that takes a time: 90s, 15m, or, as Nmap has it,
// a bare number of seconds.
type period time.Duration

func (p *period) Type() string { return "TIME" }

func (p *period) String() string {
	if *p == 0 {
		return ""
	}
	return time.Duration(*p).String()
}

func (p *period) Set(s string) error {
	d, err := time.ParseDuration(s)
	if sec, numErr := strconv.ParseFloat(s, 64); numErr == nil && sec < math.MaxInt64/1e9 {
		d, err = time.Duration(sec*float64(time.Second)), nil
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is not a time like 90s, 15m or 2h", s)
	}
	*p = period(d)
	return nil
}

// rate is the value of --max-rate, packets per second.
type rate struct {
	value float64
	given bool // 0 is a rate too
}

func (r *rate) Type() string { return "RATE" }

func (r *rate) String() string {
	if !r.given {
		return ""
	}
	return strconv.FormatFloat(r.value, 'g', -1, 64)
}

func (r *rate) Set(s string) error {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0) {
		return fmt.Errorf("%q is not a number of packets per second", s)
	}
	*r = rate{v, true}
	return nil
}

// shard is the value of --shard, k/n.
type shard scan.Shard

func (s *shard) Type() string   { return "K/N" }
func (s *shard) String() string { return scan.Shard(*s).String() }

func (s *shard) Set(text string) error {
	v, err := scan.ParseShard(text)
	*s = shard(v)
	return err
}

// takes bounds how many words a command takes beside its flags.
func takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage(fmt.Errorf("%s: nothing is given to work on", c.CommandPath()), c.UseLine())
		case len(args) > most:
			return usage(fmt.Errorf("%s: %q is one word too many", c.CommandPath(), args[most]), c.UseLine())
		}
		return nil
	}
}
