package target

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	tests := []struct {
		line string
		want *Target
		err  string
	}{
		{
			line: "ns=w1-v ip=10.77.1.2 ip6=fd77:1::2 open=80 closed=81\n",
			want: &Target{NS: "w1-v", IP: netip.MustParseAddr("10.77.1.2"), IP6: netip.MustParseAddr("fd77:1::2"), Open: []uint16{80}, Closed: 81},
		},
		{
			line: "ns=w ip=198.18.0.1 open=80,8080 closed=81 net=198.18.0.0/16 net6=fd77:1::/112 spare=10.77.1.3 release=6.1 later=unknown",
			want: &Target{
				NS: "w", IP: netip.MustParseAddr("198.18.0.1"), Open: []uint16{80, 8080}, Closed: 81, Release: "6.1",
				Net: netip.MustParsePrefix("198.18.0.0/16"), Net6: netip.MustParsePrefix("fd77:1::/112"), Spare: netip.MustParseAddr("10.77.1.3"),
			},
		},
		{line: "ns=w ip=10.77.1.2", want: &Target{NS: "w", IP: netip.MustParseAddr("10.77.1.2")}},
		{line: "", err: "lacks ns, ip, open or closed"},
		{line: "ns=w ip=10.77.1.2 open=80", err: "lacks ns, ip, open or closed"},
		{line: "ns=w ip=10.77.1.2 closed=81", err: "lacks ns, ip, open or closed"},
		{line: "ns=w ip=10.77.1.256 open=80 closed=81", err: `"ip=10.77.1.256"`},
		{line: "ns=w ip=10.77.1.2 open=80,65536 closed=81", err: `"open=80,65536"`},
		{line: "ns=w ip=10.77.1.2 open=80 closed=", err: `"closed="`},
	}
	for _, c := range tests {
		got, err := parse(c.line)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v, want one with %q", c.line, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
		}
		comparable := cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})
		if d := cmp.Diff(c.want, got, comparable, cmpopts.IgnoreUnexported(Target{})); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.line, d)
		}
	}
}

// scripts are all shell files of the lab.
func scripts(t *testing.T) []string {
	dir, err := labDir()
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"up", "down", "list", "kernel", "initrd", "lib.sh"}
	for i, f := range files {
		files[i] = filepath.Join(dir, f)
	}
	more, err := filepath.Glob(filepath.Join(dir, "targets/*.sh"))
	if err != nil || len(more) == 0 {
		t.Fatal("no targets: ", err)
	}
	return append(files, more...)
}

func TestShellcheck(t *testing.T) {
	tool, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("needs shellcheck: apt-get install shellcheck")
	}
	if out, err := exec.Command(tool, scripts(t)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What a script tells the user to install is in the list of packages.
func TestPackages(t *testing.T) {
	files := scripts(t)
	list, err := os.ReadFile(filepath.Join(filepath.Dir(files[0]), "packages"))
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for line := range strings.Lines(string(list)) {
		name, use, _ := strings.Cut(line, "#")
		if name = strings.TrimSpace(name); name != "" {
			listed[name] = true
			if strings.TrimSpace(use) == "" {
				t.Errorf("packages: %s: no word on what needs it", name)
			}
		}
	}
	needs := regexp.MustCompile(`(?m)(?:\bneed [^ $]+ |apt-get install )([a-z0-9-]+)`)
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range needs.FindAllStringSubmatch(string(text), -1) {
			found++
			if m[1] != "golang" && !listed[m[1]] { // Go itself may come from elsewhere
				t.Errorf("%s needs %s, which packages does not list", f, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d packages in the scripts", found)
	}
}
