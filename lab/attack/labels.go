package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// label is a line of labels.tsv: what a capture holds.
type label struct {
	file    string // without .pcap
	class   string // as in a Contact; several with | between if more than one is right; none
	tool    string // the same
	evasion string // how the tool hides; empty: not
	sources string // addresses that the tool seems to come from, with commas between
}

const (
	labelsFile = "labels.tsv"
	labelsHead = "file\tclass\ttool\tevasion\tsources"

	none = "none" // the class of what is no attack
)

// readLabels reads the labels of a directory; none if there is no file.
func readLabels(dir string) (out []label, err error) {
	f, err := os.Open(filepath.Join(dir, labelsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for no := 1; in.Scan(); no++ {
		w := strings.Split(in.Text(), "\t")
		switch {
		case no == 1 && in.Text() == labelsHead:
		case len(w) != 5:
			return nil, fmt.Errorf("%s:%d: %d columns in %q; want those of %q", f.Name(), no, len(w), in.Text(), labelsHead)
		default:
			out = append(out, label{w[0], w[1], w[2], w[3], w[4]})
		}
	}
	return out, in.Err()
}

// addLabel writes the labels again with one more, which takes the place of an older one of
// the same capture.
func addLabel(dir string, l label) error {
	all, err := readLabels(dir)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o label) bool { return o.file == l.file })
	var b strings.Builder
	b.WriteString(labelsHead + "\n")
	for _, o := range append(all, l) {
		b.WriteString(strings.Join([]string{o.file, o.class, o.tool, o.evasion, o.sources}, "\t") + "\n")
	}
	return os.WriteFile(filepath.Join(dir, labelsFile), []byte(b.String()), 0o666)
}

// is reports whether a word is among those of a label.
func is(word, labelled string) bool { return slices.Contains(strings.Split(labelled, "|"), word) }
