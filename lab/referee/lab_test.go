package main

import (
	"flag"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"whorl/lab/target"
)

var buildDir string // of the program under test

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if buildDir, err = os.MkdirTemp("", "referee"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(buildDir)
	os.Exit(code)
}

var builtWhorl = sync.OnceValues(func() (tool, error) { return buildWhorl(buildDir) })

// needsLab skips a test where no target can come up, and gives whorl.
func needsLab(t *testing.T) tool {
	t.Helper()
	if testing.Short() {
		t.Skip("takes half a minute, and -short is given")
	}
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("needs Linux and root")
	}
	ask, err := builtWhorl()
	if err != nil {
		t.Fatal(err)
	}
	return ask
}

// needsNmap skips a test without the Nmap that differences.txt is about.
func needsNmap(t *testing.T) tool {
	t.Helper()
	out, err := exec.Command("nmap", "--version").Output()
	if err != nil {
		t.Skip("needs nmap: apt-get install nmap")
	}
	if !strings.HasPrefix(string(out), "Nmap version 7.93 ") {
		t.Skipf("differences.txt is about nmap 7.93, here is %.20q", out)
	}
	return nmap()
}

// quick are the targets that come up in no time.
func quick(t *testing.T) (out []subject) {
	t.Helper()
	all, err := subjects(targetsFile, hostKernel())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if !s.emulated() {
			out = append(out, s)
		}
	}
	return out
}

// start brings a subject up for one test.
func (s subject) start(t *testing.T) *target.Target {
	t.Helper()
	kind, words := s.up("")
	return target.Up(t, kind, words...)
}

// eachTarget runs a subtest for each of the targets, as many at a time as there are
// processors: each target has namespaces of its own.
func eachTarget(t *testing.T, subjects []subject, f func(*testing.T, subject)) {
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			f(t, s)
		})
	}
}
