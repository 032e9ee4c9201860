package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"whorl"
)

var errFull = errors.New("disk full")

// disk is an output with room for some bytes.
type disk struct {
	bytes.Buffer
	room int
}

func (d *disk) Write(p []byte) (int, error) {
	if free := d.room - d.Len(); len(p) > free {
		d.Buffer.Write(p[:free])
		return free, errFull
	}
	return d.Buffer.Write(p)
}

// diskFile is a disk whose end can be cut off, as a file's.
type diskFile struct{ disk }

func (d *diskFile) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent {
		return 0, errors.New("not needed")
	}
	return int64(d.Len()) + offset, nil
}

func (d *diskFile) Truncate(size int64) error {
	d.Buffer.Truncate(int(size))
	return nil
}

// writeAll does a whole run in spite of errors and returns the last.
func writeAll(w Writer) error {
	w.Begin(run)
	for _, h := range hosts() {
		w.Host(h)
	}
	return w.End(summary)
}

func TestFirstErrorIsKept(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			for room := 0; room < 300; room += 7 {
				err := writeAll(form(&disk{room: room}))
				if !errors.Is(err, errFull) || !strings.HasPrefix(err.Error(), "report: ") {
					t.Fatalf("room for %d bytes: error %v, want one that says what is full", room, err)
				}
			}
		})
	}
}

func TestFullFileStaysWhole(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			whole := render(t, form, hosts()...)
			for room := 0; room < len(whole); room += 397 {
				d := &diskFile{disk{room: room}}
				if err := writeAll(form(d)); !errors.Is(err, errFull) {
					t.Fatalf("room for %d bytes: error %v", room, err)
				}
				if n := d.Len(); n > 0 && d.Bytes()[n-1] != '\n' {
					t.Fatalf("room for %d bytes: ends within a record: %q", room, d.Bytes()[max(0, n-40):])
				}
			}
		})
	}
}

func TestFullXMLCanBeRead(t *testing.T) {
	form := forms["xml"]
	whole := render(t, form, hosts()...)
	for room := 0; room < len(whole); room += 197 {
		d := &diskFile{disk{room: room}}
		w := form(d)
		w.Begin(run)
		for _, h := range hosts() {
			w.Host(h)
		}
		d.room += 1000 // somebody made a little room
		w.End(summary)
		if d.Len() > 0 {
			elements(t, d.Bytes())
		}
	}
}

// elements counts the elements of a document by name, and fails if it is not well-formed.
func elements(t testing.TB, doc []byte) map[string]int {
	t.Helper()
	n := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, doc)
		}
		if e, ok := token.(xml.StartElement); ok {
			n[e.Name.Local]++
		}
	}
}

func TestFullDevice(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs /dev/full: ", err)
	}
	defer f.Close()
	if err := writeAll(NewXML(f, XMLOptions{})); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want ENOSPC", err)
	}
}

func TestCutBackFile(t *testing.T) {
	for _, flag := range []int{0, os.O_APPEND} {
		f, err := os.OpenFile(filepath.Join(t.TempDir(), "out"), os.O_RDWR|os.O_CREATE|flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.WriteString("whole\nhal")
		if !cutBack(f, 3) {
			t.Fatal("a file could not be cut")
		}
		f.WriteString("more\n")
		if got, _ := os.ReadFile(f.Name()); string(got) != "whole\nmore\n" {
			t.Errorf("flag %#x: file is %q", flag, got)
		}
	}
}

func TestXMLMisuse(t *testing.T) {
	var b bytes.Buffer
	w := NewXML(&b, XMLOptions{})
	if err := w.Host(perfectHost()); err == nil {
		t.Error("Host before Begin: no error")
	}
	if b.Len() > 0 {
		t.Errorf("Host before Begin wrote %q", &b)
	}
	w = NewXML(&b, XMLOptions{})
	w.Begin(run)
	w.End(summary)
	n := b.Len()
	if err := w.End(summary); err == nil || b.Len() != n {
		t.Errorf("second End: error %v, %d bytes more", err, b.Len()-n)
	}
}

func TestJSONOneBadHost(t *testing.T) {
	bad := perfectHost()
	bad.Uptime.Seconds /= 0 * bad.Uptime.Seconds
	var b bytes.Buffer
	w := NewJSON(&b)
	for _, h := range []*whorl.Host{guessHost(), bad, downHost()} {
		w.Host(h)
	}
	if err := w.End(summary); err == nil || strings.Count(b.String(), "\n") != 2 {
		t.Errorf("error %v and lines %q, want an error and the two good hosts", err, &b)
	}
}

func TestByFamily(t *testing.T) {
	var v4, v6 bytes.Buffer
	for _, w := range []Writer{ByFamily(NewGrepable(&v4), false), ByFamily(NewGrepable(&v6), true)} {
		w.Begin(run)
		for _, h := range []*whorl.Host{silentHost(), ipv6Host(), downHost(), ipv6Host()} {
			w.Host(h)
		}
		if err := w.End(summary); err != nil {
			t.Fatal(err)
		}
	}
	if s := v4.String(); strings.Contains(s, "2001:db8") || !strings.Contains(s, "192.0.2.9") || !strings.Contains(s, "2 IP addresses (1 host up)") {
		t.Errorf("IPv4 output is\n%s", s)
	}
	if s := v6.String(); !strings.Contains(s, "2001:db8::10") || strings.Contains(s, "192.0.2.9") || !strings.Contains(s, "2 IP addresses (2 hosts up)") {
		t.Errorf("IPv6 output is\n%s", s)
	}
	if n := strings.Count(v6.String(), "initiated"); n != 1 {
		t.Errorf("IPv6 output has %d heads", n)
	}
}
