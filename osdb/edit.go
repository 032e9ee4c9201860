package osdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"whorl/method"
)

// Append adds a record to the text of a database and tells its line. All that is
// there stays as it is.
func Append(text []byte, e *Entry) (grown []byte, line int, err error) {
	if err := e.Check(); err != nil {
		return nil, 0, err
	}
	grown = slices.Clone(text)
	if n := len(grown); n > 0 && grown[n-1] != '\n' {
		grown = append(grown, '\n')
	}
	if n := len(grown); n > 0 && !bytes.HasSuffix(grown, []byte("\n\n")) {
		grown = append(grown, '\n')
	}
	line = bytes.Count(grown, []byte{'\n'}) + 1
	grown = e.AppendTo(grown)
	if len(grown) > MaxFile {
		return nil, 0, fmt.Errorf("osdb: a database of more than %d MiB would not be read", MaxFile>>20)
	}
	return grown, line, nil
}

// Amend changes a record in the text of a database: its tests and its Source become
// those of now. Comments, the order of lines, the lines Class and CPE, and all other
// records stay as they are. was tells what the record was and its line; if the text
// holds something else there, somebody has changed it, and the error says so.
func Amend(text []byte, was, now *Entry) ([]byte, error) {
	db, _ := Read(bytes.NewReader(text), was.Source.Database, was.Source.File)
	i := slices.IndexFunc(db.Entries, func(e *Entry) bool { return e.Source.Line == was.Source.Line })
	if i < 0 || !same(db.Entries[i], was) {
		return nil, fmt.Errorf("osdb: %v: the record is not there any more as it was read; the file has changed meanwhile", was.Source)
	}
	if err := now.Check(); err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(text), "\n")
	first := was.Source.Line // the line behind Fingerprint
	last := len(lines)
	if i+1 < len(db.Entries) {
		last = db.Entries[i+1].Source.Line - 1
	}
	if n := slices.IndexFunc(lines[first:last], endsRecord); n >= 0 {
		last = first + n
	}
	body := strings.Join(amended(lines[first:last], now), "")
	out := []byte(strings.Join(lines[:first], "") + body + strings.Join(lines[last:], ""))
	again, _ := Read(bytes.NewReader(out), was.Source.Database, was.Source.File)
	db.Entries[i] = now
	if !slices.EqualFunc(again.Entries, db.Entries, func(a, b *Entry) bool { return a.String() == b.String() }) {
		return nil, fmt.Errorf("osdb: %v: the record cannot be changed in place; edit the file by hand", was.Source)
	}
	return out, nil
}

func endsRecord(line string) bool {
	line = strings.TrimRight(line, " \t\r\n")
	word, _, _ := strings.Cut(line, " ")
	return line == "" || word == "MatchPoints" || word == "Fingerprint"
}

// amended are the lines of a record behind the first, with the tests and the Source
// of another. A test keeps its place; what is new comes last.
func amended(lines []string, now *Entry) (out []string) {
	rest := map[string]string{}
	var order []string
	add := func(word, line string) {
		if rest[word] == "" {
			order = append(order, word)
		}
		rest[word] += line + "\n"
	}
	if now.Gen2 != nil {
		for _, l := range now.Gen2.Lines() {
			add(l.Test, l.String())
		}
	}
	for _, l := range now.Gen1.Lines() {
		add(mark+l.Test, mark+l.String())
	}
	for _, l := range now.Extra {
		add(l.Test, l.String())
	}
	if now.Source.Text != "" {
		add("Source", "Source "+now.Source.Text)
	}
	for _, line := range lines {
		word, _, _ := strings.Cut(line, " ")
		text, first := strings.CutPrefix(strings.TrimRight(line, " \t\r\n"), mark)
		if l, err := method.ParseLine(text); err == nil {
			if word = l.Test; first {
				word = mark + word
			}
		} else if word != "Source" {
			out = append(out, strings.TrimSuffix(line, "\n")+"\n")
			continue
		}
		out = append(out, rest[word])
		delete(rest, word)
	}
	for _, word := range order {
		out = append(out, rest[word])
	}
	return out
}

// Update changes a file so that other programs see the old text or the new one and
// nothing between, also if the machine stops. The file, or its folder, need not be
// there: then change gets no text. A file FILE.new is the new text and the lock: who
// finds it there fails with [ErrBusy].
func Update(file string, change func(text []byte) ([]byte, error)) (err error) {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target // the link stays
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil { // the XDG specification asks for 0700
		return fmt.Errorf("osdb: %w", err)
	}
	lock := file + ".new"
	f, err := os.OpenFile(lock, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("osdb: %s: %w; if none is, delete %s, which one that was stopped has left", file, ErrBusy, lock)
	case err != nil:
		return fmt.Errorf("osdb: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(lock)
		}
	}()
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("osdb: %w", err)
	}
	if info, err := os.Stat(file); err == nil {
		f.Chmod(info.Mode().Perm()) // where that cannot be, the new file has the usual mode
	}
	text, err := change(old)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("osdb: %w", err)
	}
	if err := os.Rename(lock, file); err != nil {
		return fmt.Errorf("osdb: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(file)); err == nil {
		dir.Sync() // not every system can; the file itself is safe
		dir.Close()
	}
	return nil
}

// ErrBusy is what Update fails with while another program changes the same file.
var ErrBusy = errors.New("another program is changing it")
