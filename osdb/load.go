package osdb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// Places are where a machine keeps databases.
type Places struct {
	Nmap []string // candidates for nmap-os-db; the first that exists is read
	P0f  []string // candidates for p0f.fp, likewise
	User string   // folder of the user's own *.osdb
}

// PlacesOf computes the places from the environment: Nmap's own order of search,
// and the XDG base directory specification for the user's.
func PlacesOf(getenv func(string) string) (p Places) {
	home, nmap, data := getenv("HOME"), getenv("NMAPDIR"), getenv("XDG_DATA_HOME")
	if nmap != "" {
		p.Nmap = append(p.Nmap, filepath.Join(nmap, Nmap))
	}
	if home != "" {
		p.Nmap = append(p.Nmap, filepath.Join(home, ".nmap", Nmap))
	}
	p.Nmap = append(p.Nmap, filepath.Join("/usr/local/share/nmap", Nmap), filepath.Join("/usr/share/nmap", Nmap))
	p.P0f = []string{filepath.Join("/etc/p0f", P0f), filepath.Join("/usr/share/p0f", P0f)}
	switch {
	case filepath.IsAbs(data): // the specification has relative ones ignored
		p.User = filepath.Join(data, "whorl")
	case home != "":
		p.User = filepath.Join(home, ".local", "share", "whorl")
	}
	return p
}

// Config says what to load. Its zero value loads nothing.
type Config struct {
	Embedded iter.Seq2[string, string] // files that are part of the program: names and texts
	Trusted  bool                      // the embedded files were checked before: lines of methods that are not Nmap's are taken as they are
	Places   Places
	Files    []string // further databases, by name; each must exist
	Passive  bool     // p0f's file too: it has no tests but those of package syn
	// Lazy is for who only listens. Of trusted files tests are read when Passive, Habits or
	// Tests of a record ask for them, and are not in its fields.
	Lazy bool
	// Lenient, with Lazy, trusts p0f's file: what is wrong with its signatures is not told.
	Lenient bool
}

// Load reads all databases in the order in which they count: embedded, Nmap's, p0f's,
// those named, the user's. Nothing is asked of a place but those that Files name. Files
// that end in .fp are read as p0f's.
func Load(c Config) (Set, []Problem) {
	l := loader{Config: c}
	if c.Embedded != nil {
		for name, text := range c.Embedded {
			l.embedded(name, text)
		}
	}
	l.first(c.Places.Nmap, Nmap)
	if c.Passive {
		l.first(c.Places.P0f, P0f)
	}
	for _, file := range c.Files {
		f, err := open(file)
		l.read(f, err, databaseName(file), file)
	}
	if c.Places.User != "" {
		files, err := userFiles(c.Places.User)
		if err != nil {
			l.problems = append(l.problems, Problem{File: c.Places.User, Text: "cannot be listed: " + reason(err)})
		}
		for _, file := range files {
			f, err := open(file)
			l.read(f, err, User, file)
		}
	}
	return l.set, l.problems
}

// loader is the state of loading.
type loader struct {
	Config
	buffer   *bufio.Reader // of all files, one after the other; nil until it is needed
	set      Set
	problems []Problem
}

// read reads an open file, or tells why it is not.
func (l *loader) read(f fs.File, err error, database, file string) {
	if err != nil {
		l.problems = append(l.problems, Problem{File: file, Text: "cannot be opened: " + reason(err)})
		return
	}
	defer f.Close()
	if filepath.Ext(file) != filepath.Ext(P0f) {
		d := newDecoder(database, file)
		d.read(l.buffered(f))
		l.add(d)
		return
	}
	d := newP0fDecoder(database, file)
	d.lazy = l.Lazy && l.Lenient && database == P0f
	d.read(l.buffered(f))
	l.add(&d.decoder)
}

// embedded reads a file that is part of the program.
func (l *loader) embedded(name, text string) {
	d := newDecoder(Embedded, name)
	if d.trusted = l.Trusted; l.Trusted && l.Lazy {
		d.skim(text)
	} else {
		d.read(l.buffered(strings.NewReader(text)))
	}
	l.add(d)
}

// add takes what was read of a file.
func (l *loader) add(d *decoder) {
	l.set, l.problems = append(l.set, d.db), append(l.problems, d.problems...)
}

// buffered is a file behind the buffer, as much of it as is read.
func (l *loader) buffered(f io.Reader) *bufio.Reader {
	if l.buffer == nil {
		l.buffer = bufio.NewReaderSize(nil, MaxLine)
	}
	l.buffer.Reset(io.LimitReader(f, MaxFile+1))
	return l.buffer
}

func open(file string) (fs.File, error) { return os.Open(file) }

// first reads the first of some files that exists.
func (l *loader) first(files []string, database string) {
	for _, file := range files {
		f, err := open(file)
		if !errors.Is(err, fs.ErrNotExist) {
			l.read(f, err, database, file)
			return
		}
	}
}

// databaseName calls a named file what it is called, without folder and ending.
func databaseName(file string) string {
	return strings.TrimSuffix(filepath.Base(file), ".osdb")
}

// userFiles are the databases of a folder. What could be waited for without end, like a
// pipe, is none.
func userFiles(dir string) (files []string, err error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range list {
		file := filepath.Join(dir, f.Name())
		if filepath.Ext(file) != ".osdb" {
			continue
		}
		if info, err := os.Stat(file); err != nil || info.Mode().IsRegular() { // of an error Load tells
			files = append(files, file)
		}
	}
	return files, err
}

// reason is what went wrong without the name of the file.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Sprint(err)
}
