package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"whorl/lab/target"
)

// question is what "ask" asks.
type question struct {
	kernels, out string
	deep, six    bool
	names        []string
}

// columns of the tables that ask writes and accuracy reads.
const columns = "target\tis\tfirst answer\tpercent\tright\tseconds"

// atOnce is how many targets are up at a time; emulated ones need a processor each.
const atOnce = 2

// leftOut stands for the line of a target that cannot be asked about.
const leftOut = "-"

// table asks about every target and writes a line for each, in their order.
func (q question) table(ctx context.Context, ask tool, w io.Writer) error {
	all, err := subjects(targetsFile, hostKernel())
	if err != nil {
		return err
	}
	for _, n := range q.names {
		if !slices.ContainsFunc(all, func(s subject) bool { return s.name == n }) {
			return fmt.Errorf("targets.tsv has no %q", n)
		}
	}
	all = slices.DeleteFunc(all, func(s subject) bool {
		return s.emulated() && q.kernels == "" || len(q.names) > 0 && !slices.Contains(q.names, s.name)
	})
	fmt.Fprintln(w, columns)
	var failed error
	free := make(chan struct{}, atOnce)
	lines := make([]chan string, len(all))
	for i, s := range all {
		lines[i] = make(chan string, 1)
		go func() {
			free <- struct{}{}
			defer func() { <-free }()
			line, err := q.line(ctx, ask, s)
			switch {
			case errors.Is(err, errNoIPv6):
				line = leftOut
			case err != nil:
				line = ""
				text := err.Error() // may hold all that a guest printed
				fmt.Fprintf(os.Stderr, "referee: %s: %s\n", s.name, text[strings.LastIndexByte(text, '\n')+1:])
			}
			lines[i] <- line
		}()
	}
	for _, l := range lines {
		switch line := <-l; line {
		case leftOut:
		case "":
			failed = errors.New("not every target could be asked about")
		default:
			fmt.Fprintln(w, line)
		}
	}
	return failed
}

// line asks about one target.
func (q question) line(ctx context.Context, ask tool, s subject) (line string, err error) {
	kind, words := s.up(q.kernels)
	h, err := target.Start(ctx, kind, words...)
	if err != nil && s.emulated() && ctx.Err() == nil { // one boot in a hundred fails
		h, err = target.Start(ctx, kind, words...)
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, h.Stop()) }()
	start := time.Now()
	a, err := ask(ctx, h)
	if err != nil {
		return "", err
	}
	took := time.Since(start)
	if q.out != "" {
		if err := os.WriteFile(filepath.Join(q.out, s.name), a.raw, 0o644); err != nil {
			return "", err
		}
	}
	percent := ""
	if a.name != "" {
		percent = strconv.Itoa(a.percent)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%.1f", s.name, s.truth, a.name, percent, q.judge(s, a.name), took.Seconds()), nil
}

// judge is what the answer to the question is worth.
func (q question) judge(s subject, answer string) right {
	r := s.judge(answer)
	if q.deep && r == byVersion && !s.narrowed(answer) {
		return tooWide
	}
	return r
}

// result is a line of such a table.
type result struct {
	name, truth, answer, percent string
	right                        right
}

func readResults(file string) (out []result, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	no := 0
	for line := range strings.Lines(string(text)) {
		no++
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("%s:%d: %d fields, want %d", file, no, len(f), 6)
		}
		if no > 1 {
			out = append(out, result{f[0], f[1], f[2], f[3], right(f[4])})
		}
	}
	return out, nil
}

// accuracy writes two tables as one, in Markdown, and how often each was right. who gave
// the answers.
func accuracy(who [2]string, firstFile, secondFile string, w io.Writer) error {
	first, err := readResults(firstFile)
	if err != nil {
		return err
	}
	second, err := readResults(secondFile)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "| target | in truth | %s | | %s | |\n|---|---|---|---|---|---|\n", who[0], who[1])
	counts := [2]map[right]int{{}, {}}
	n := 0
	for _, b := range second {
		i := slices.IndexFunc(first, func(r result) bool { return r.name == b.name })
		if i < 0 {
			continue
		}
		n++
		a := first[i]
		counts[0][a.right]++
		counts[1][b.right]++
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", b.name, b.truth, a.cell(), a.right, b.cell(), b.right)
	}
	fmt.Fprintln(w)
	for i, c := range counts {
		wide := ""
		if c[tooWide] > 0 {
			wide = fmt.Sprintf(" (%d of them too wide)", c[tooWide])
		}
		fmt.Fprintf(w, "%s: of %d targets %d right by version%s, %d by family only, %d wrong, %d without an answer.\n",
			who[i], n, c[byVersion]+c[tooWide], wide, c[byFamily], c[wrong], c[none])
	}
	return nil
}

// cell is an answer with how sure it is.
func (r result) cell() string {
	if r.answer == "" {
		return "no answer"
	}
	return r.answer + " (" + r.percent + " %)"
}
