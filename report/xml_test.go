package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

func TestXMLEndedEarly(t *testing.T) {
	all := hosts()
	for n := range len(all) + 1 {
		got := elements(t, render(t, forms["xml"], all[:n]...))
		if got["host"] != n || got["nmaprun"] != 1 || got["finished"] != 1 {
			t.Errorf("after %d hosts: elements %v", n, got)
		}
	}
}

// TestXMLReadBack reads the document as a consumer would.
func TestXMLReadBack(t *testing.T) {
	var doc struct {
		Scanner string `xml:"scanner,attr"`
		Hosts   []struct {
			Match []struct {
				Name     string `xml:"name,attr"`
				Accuracy int    `xml:"accuracy,attr"`
				Line     int    `xml:"line,attr"`
				Class    []struct {
					CPE []string `xml:"cpe"`
				} `xml:"osclass"`
			} `xml:"os>osmatch"`
			Print struct {
				Text string `xml:"fingerprint,attr"`
			} `xml:"os>osfingerprint"`
		} `xml:"host"`
	}
	if err := xml.Unmarshal(render(t, forms["xml"], perfectHost(), guessHost(), tooManyHost()), &doc); err != nil {
		t.Fatal(err)
	}
	perfect, guesses, tooMany := doc.Hosts[0], doc.Hosts[1], doc.Hosts[2]
	if doc.Scanner != "whorl" {
		t.Errorf("scanner %q", doc.Scanner)
	}
	if len(perfect.Match) != 1 || perfect.Match[0].Accuracy != 100 || perfect.Match[0].Line != 41 || len(perfect.Match[0].Class[0].CPE) != 1 {
		t.Errorf("perfect match: %+v", perfect.Match)
	}
	if diff := cmp.Diff(Wrap(printLinux), perfect.Print.Text); diff != "" {
		t.Errorf("fingerprint: -want +got:\n%s", diff)
	}
	if len(guesses.Match) != maxGuesses || guesses.Match[0].Accuracy != 96 {
		t.Errorf("guesses: %+v", guesses.Match)
	}
	if len(tooMany.Match) != 0 || !strings.Contains(tooMany.Print.Text, "%G=N") {
		t.Errorf("too many: %+v", tooMany)
	}
}

// tool finds a program that reads Nmap's XML.
func tool(t *testing.T, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("needs ", name, ": ", err)
	}
	return path
}

// saved writes a document into a file.
func saved(t *testing.T, doc []byte) string {
	file := filepath.Join(t.TempDir(), "out.xml")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestXMLKeepsDTD(t *testing.T) {
	const dtd = "/usr/share/nmap/nmap.dtd"
	xmllint := tool(t, "xmllint")
	if _, err := os.Stat(dtd); err != nil {
		t.Skip("needs nmap.dtd: ", err)
	}
	file := saved(t, render(t, forms["nmap.xml"], hosts()...))
	if out, err := exec.Command(xmllint, "--noout", "--nonet", "--dtdvalid", dtd, file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestNdiff(t *testing.T) {
	ndiff := tool(t, "ndiff")
	before := saved(t, render(t, forms["xml"], hosts()...))
	slower := perfectHost()
	slower.Verdicts[0].Confidence = 0.961
	slower.Boxes = nil
	changed := guessHost()
	changed.Verdicts = changed.Verdicts[1:]
	for _, tt := range []struct {
		name string
		args []string
		host *whorl.Host // in place of the first
		exit int         // ndiff's: 0 the same, 1 different, 2 cannot read
		says string
	}{
		{"figures alone are no change", nil, slower, 0, ""},
		{"another system is", nil, changed, 1, "-  Linux 6.12 - 6.18"},
		{"and as XML", []string{"--xml"}, changed, 1, `<osmatch name="Linux 6.12 - 6.18"/>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.host.Addr, tt.host.MAC, tt.host.Names, tt.host.Ports = addr(1), perfectHost().MAC, perfectHost().Names, perfectHost().Ports
			after := saved(t, render(t, forms["xml"], append([]*whorl.Host{tt.host}, hosts()[1:]...)...))
			cmd := exec.Command(ndiff, append(tt.args, before, after)...)
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != tt.exit || !bytes.Contains(out, []byte(tt.says)) {
				t.Errorf("exit %d, want %d and %q in\n%s", got, tt.exit, tt.says, out)
			}
		})
	}
}

func TestJSONReadBack(t *testing.T) {
	for _, h := range hosts() {
		var got whorl.Host
		if err := json.Unmarshal(render(t, NewJSON, h), &got); err != nil {
			t.Fatal(err)
		}
		want := *h
		want.Schema = whorl.Schema
		if h.Addr == addr(8) {
			want.Names = []string{h.Names[0], "\uFFFD\uFFFD\u202egnp.exe"} // what is not UTF-8 cannot be kept
			want.Ports[0].Name = "f/t,p|\uFFFD2J"
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%s: -want +got:\n%s", h.Addr, diff)
		}
	}
}
