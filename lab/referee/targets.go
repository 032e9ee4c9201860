package main

import (
	_ "embed"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"whorl/osdb"
)

//go:embed targets.tsv
var targetsFile string

// subject is one line of targets.tsv: a target and what it is in truth.
type subject struct {
	name    string
	truth   string         // system and version: "Linux 6.18"
	pattern *regexp.Regexp // what the name of the right system begins with
	words   []string       // for lab/up
	leaves  osdb.Span      // versions that probes of our own leave; empty: not known
}

const kernelsWord = "KERNELS" // stands for the directory of kernels

// emulated tells whether the target boots a kernel of its own.
func (s subject) emulated() bool { return s.words[0] == "qemu" }

// up are the words for lab/up with the directory of kernels filled in.
func (s subject) up(kernels string) (kind string, words []string) {
	for _, w := range s.words[1:] {
		words = append(words, strings.Replace(w, kernelsWord, kernels, 1))
	}
	return s.words[0], words
}

// subjects reads the form of targets.tsv. host is the version of this machine's kernel.
func subjects(text, host string) (out []subject, err error) {
	no := 0
	for line := range strings.Lines(text) {
		no++
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 && len(f) != 5 || f[3] == "" {
			return nil, fmt.Errorf("targets.tsv: line %d: %d fields, want name, truth, pattern, words for up, and perhaps a range", no, len(f))
		}
		s := subject{name: f[0], truth: strings.Replace(f[1], "HOST", host, 1), words: strings.Fields(f[3])}
		if len(f) == 5 {
			var ok bool
			if s.leaves, ok = osdb.Versions(f[4]); !ok {
				return nil, fmt.Errorf("targets.tsv: line %d: %q: no range of versions", no, f[4])
			}
		}
		if s.pattern, err = regexp.Compile(`^(?:` + f[2] + `)\b`); err != nil {
			return nil, fmt.Errorf("targets.tsv: line %d: %w", no, err)
		}
		if slices.ContainsFunc(out, func(s subject) bool { return s.name == f[0] }) {
			return nil, fmt.Errorf("targets.tsv: line %d: %s: stands twice", no, f[0])
		}
		out = append(out, s)
	}
	return out, nil
}

var majorMinor = regexp.MustCompile(`^\d+\.\d+`)

// hostKernel is the version of this machine's kernel, "6.18"; empty if that is not Linux.
func hostKernel() string {
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease") // none: not Linux
	return majorMinor.FindString(string(release))
}

// right says how well an answer fits the truth.
type right string

const (
	byVersion right = "version" // the versions it names include the target's
	tooWide   right = "wide"    // the same, and more than probes of our own leave
	byFamily  right = "family"  // the right system, other versions or none
	wrong     right = "wrong"
	none      right = "none" // no answer
)

// judge compares an answer with the truth. It may claim several ranges, as in "Linux
// 2.6.32 - 3.10 or 3.13".
func (s subject) judge(answer string) right {
	switch {
	case answer == "":
		return none
	case !s.pattern.MatchString(answer):
		return wrong
	}
	truth := s.truth[strings.LastIndexByte(s.truth, ' ')+1:]
	family := ""
	for _, claim := range claims.Split(aside.ReplaceAllString(answer, ""), -1) {
		span, ok := osdb.Versions(claim)
		if !ok {
			span, ok = osdb.Versions(family + " " + claim)
		}
		if !ok {
			continue
		}
		if span.Contains(truth) {
			return byVersion
		}
		family = span.Family
	}
	return byFamily
}

// narrowed tells whether an answer names no more versions than probes of our own leave.
func (s subject) narrowed(answer string) bool {
	span, ok := osdb.Versions(answer)
	return s.leaves == osdb.Span{} || ok && s.leaves.Contains(span.Lo) && s.leaves.Contains(span.Hi)
}

var (
	claims = regexp.MustCompile(` or |, `)
	aside  = regexp.MustCompile(`\s*\([^()]*\)`)
)
