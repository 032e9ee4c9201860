package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargetsFile(t *testing.T) {
	all, err := subjects(targetsFile, "6.18")
	if err != nil {
		t.Fatal(err)
	}
	quick := 0
	for _, s := range all {
		if s.emulated() {
			if kind, words := s.up("/k"); kind != "qemu" || !strings.HasPrefix(words[0], "/k/") {
				t.Errorf("%s: up %s %q, want a kernel below /k", s.name, kind, words)
			}
			continue
		}
		quick++
		if strings.Contains(s.truth, "HOST") {
			t.Errorf("%s: truth %q", s.name, s.truth)
		}
	}
	if quick < 15 || len(all) < 50 {
		t.Errorf("%d targets, %d of them quick", len(all), quick)
	}
}

func TestSubjectsErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a\tA 1\tA", "line 1: 3 fields"},
		{"# c\na\tA 1\tA\t", "line 2: 4 fields"},
		{"a\tA 1\tA(\tlinux", "line 1: error parsing regexp"},
		{"a\tA 1\tA\tlinux\na\tA 1\tA\tlinux", "line 2: a: stands twice"},
		{"a\tA 1\tA\tlinux\tA", `line 1: "A": no range of versions`},
	}
	for _, c := range tests {
		if _, err := subjects(c.text, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	list, err := subjects("linux\tLinux 6.18\tLinux\tlinux\nlwip\tlwIP 2.1.3\tlwIP\tlwip\n"+
		"slirp\tlibslirp 4.7.0\t(lib)?slirp|Oracle Virtualbox\tslirp\ngvisor\tgVisor 2026-09\tgVisor|Google gVisor\tgvisor\n"+
		"old\tLinux 3.13.0-24\tLinux\tqemu", "")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, answer string
		want         right
	}{
		{"linux", "Linux 4.15 - 6.19", byVersion},
		{"linux", "Linux 6.18 - 7.3", byVersion},
		{"linux", "Linux 6.1 - 6.17", byFamily},
		{"linux", "Linux 6.19", byFamily},
		{"linux", "Linux 6.2", byFamily},
		{"linux", "Linux", byFamily},
		{"linux", "Linux 6.X", byVersion},
		{"linux", "Linuxish 6.18", wrong},
		{"linux", "Check Point GAiA (Linux 6.18)", wrong},
		{"linux", "", none},
		{"old", "Linux 2.6.32 - 3.10 or 3.13", byVersion},
		{"old", "Linux 2.6.32 - 3.10, 3.14 (Debian 8, 3.13)", byFamily},
		{"lwip", "lwIP 2.1", byVersion},
		{"slirp", "libslirp 4.X", byVersion},
		{"slirp", "slirp", byFamily},
		{"slirp", "Oracle Virtualbox", byFamily},
		{"gvisor", "gVisor netstack", byFamily},
	}
	for _, c := range tests {
		for _, s := range list {
			if s.name != c.name {
				continue
			}
			if got := s.judge(c.answer); got != c.want {
				t.Errorf("%s is %s, %q: %s, want %s", c.name, s.truth, c.answer, got, c.want)
			}
		}
	}
}

// With probes of our own an answer is to name no more versions than they leave.
func TestJudgeDeep(t *testing.T) {
	list, err := subjects("a\tLinux 6.16.3\tLinux\tqemu\tLinux 6.16 - 6.17\nb\tLinux 6.18\tLinux\tlinux", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s      subject
		deep   bool
		answer string
		want   right
	}{
		{list[0], true, "Linux 6.16 - 6.17", byVersion},
		{list[0], true, "Linux 4.15 - 6.19", tooWide},
		{list[0], true, "Linux 6.X", tooWide},
		{list[0], true, "Linux 6.1 - 6.15", byFamily},
		{list[0], true, "lwIP 2.1", wrong},
		{list[0], false, "Linux 4.15 - 6.19", byVersion},
		{list[1], true, "Linux 4.15 - 6.19", byVersion},
	} {
		if got := (question{deep: c.deep}).judge(c.s, c.answer); got != c.want {
			t.Errorf("%s is %s, %q, deep %t: %s, want %s", c.s.name, c.s.truth, c.answer, c.deep, got, c.want)
		}
	}
}

func TestAccuracy(t *testing.T) {
	write := func(name string, lines ...string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(columns+"\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	nmap := write("nmap.tsv", "a\tLinux 6.18\tLinux 5.3\t96\tfamily\t1.5", "b\tlwIP 2.1\t\t\tnone\t1.5", "only\tA 1\tA\t90\tfamily\t1.0")
	whorl := write("whorl.tsv", "b\tlwIP 2.1\tlwIP 2.1\t99\tversion\t1.0", "a\tLinux 6.18\tLinux 6.X\t99\tversion\t1.0")
	var got bytes.Buffer
	who := [2]string{"nmap", "whorl"}
	if err := accuracy(who, nmap, whorl, &got); err != nil {
		t.Fatal(err)
	}
	want := `| target | in truth | nmap | | whorl | |
|---|---|---|---|---|---|
| b | lwIP 2.1 | no answer | none | lwIP 2.1 (99 %) | version |
| a | Linux 6.18 | Linux 5.3 (96 %) | family | Linux 6.X (99 %) | version |

nmap: of 2 targets 0 right by version, 1 by family only, 0 wrong, 1 without an answer.
whorl: of 2 targets 2 right by version, 0 by family only, 0 wrong, 0 without an answer.
`
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Error(d)
	}
	got.Reset()
	deep := write("deep.tsv", "a\tLinux 6.18\tLinux 6.X\t99\twide\t1.0")
	if err := accuracy([2]string{"whorl", "whorl --deep"}, whorl, deep, &got); err != nil {
		t.Fatal(err)
	}
	if last := "whorl --deep: of 1 targets 1 right by version (1 of them too wide), 0 by family only, 0 wrong, 0 without an answer.\n"; !strings.HasSuffix(got.String(), last) {
		t.Errorf("%s, want it to end %s", got.String(), last)
	}
	short := write("short.tsv", "a\tLinux")
	if err := accuracy(who, nmap, short, &got); err == nil || !strings.Contains(err.Error(), "short.tsv:2: 2 fields") {
		t.Errorf("error %v", err)
	}
}

// The tables that are kept tell of every target.
func TestKeptTables(t *testing.T) {
	all, err := subjects(targetsFile, hostKernel())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range all {
		want = append(want, s.name)
	}
	for _, file := range []string{"nmap793.tsv", "whorl.tsv", "deep.tsv"} {
		results, err := readResults(file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range results {
			got = append(got, r.name)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s does not have the targets of targets.tsv; ask again (-want +got):\n%s", file, d)
		}
	}
}
