package osdb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	Embedded fs.FS // *.osdb in its root
	Trusted  bool  // the embedded files were checked before: lines of methods that are not Nmap's are taken as they are
	Places   Places
	Passive  bool     // p0f's file too: it has no tests but those of package syn
	Files    []string // further databases, by name; each must exist
}

// Load reads all databases in the order in which they count: embedded, Nmap's, p0f's,
// those named, the user's. Nothing is asked of a place but those that Files name. Files
// that end in .fp are read as p0f's.
func Load(c Config) (set Set, problems []Problem) {
	buffer := bufio.NewReaderSize(nil, MaxLine) // of all files, one after the other
	read := func(f fs.File, err error, database, file string) {
		if err != nil {
			problems = append(problems, Problem{File: file, Text: "cannot be opened: " + reason(err)})
			return
		}
		defer f.Close()
		buffer.Reset(io.LimitReader(f, MaxFile+1))
		if filepath.Ext(file) == filepath.Ext(P0f) {
			d := newP0fDecoder(database, file)
			d.read(buffer)
			set, problems = append(set, d.db), append(problems, d.problems...)
			return
		}
		d := newDecoder(database, file)
		d.trusted = c.Trusted && database == Embedded
		d.read(buffer)
		set, problems = append(set, d.db), append(problems, d.problems...)
	}
	open := func(file string) (fs.File, error) { return os.Open(file) }

	if c.Embedded != nil {
		names, _ := fs.Glob(c.Embedded, "*.osdb") // the pattern is good
		for _, name := range names {
			f, err := c.Embedded.Open(name)
			read(f, err, Embedded, name)
		}
	}
	first := func(files []string, database string) {
		for _, file := range files {
			f, err := open(file)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			read(f, err, database, file)
			return
		}
	}
	first(c.Places.Nmap, Nmap)
	if c.Passive {
		first(c.Places.P0f, P0f)
	}
	for _, file := range c.Files {
		f, err := open(file)
		read(f, err, databaseName(file), file)
	}
	if c.Places.User != "" {
		files, err := userFiles(c.Places.User)
		if err != nil {
			problems = append(problems, Problem{File: c.Places.User, Text: "cannot be listed: " + reason(err)})
		}
		for _, file := range files {
			f, err := open(file)
			read(f, err, User, file)
		}
	}
	return set, problems
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
