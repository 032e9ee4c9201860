package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"whorl/link"
	"whorl/osdb"
)

func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8") // scripts mostly wait for a scan; -parallel overrides it
	testscript.Main(m, map[string]func(){"whorl": main, "stubborn": stubborn})
}

// Scripts are the contract of the command: what is typed, what comes out, and the
// exit code.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               ownDatabasesOnly,
		Condition: func(name string) (bool, error) {
			if name != "netraw" {
				return false, errors.New("unknown condition")
			}
			return link.Capable(link.NetRaw) == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": exitsWith, "recording": makeRecording},
	})
}

// ownDatabasesOnly puts an empty nmap-os-db where it is looked for first, so that
// tests do not depend on what is installed.
func ownDatabasesOnly(e *testscript.Env) error {
	dir := filepath.Join(e.WorkDir, ".nmap")
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	e.Setenv("NMAPDIR", dir)
	return os.WriteFile(filepath.Join(dir, osdb.Nmap), nil, 0o666)
}

// exitsWith is "code N COMMAND...": the command must end with exit code N.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var e *exec.ExitError
		if !errors.As(err, &e) {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// makeRecording is "recording FILE": a recording of a scan of one simulated host.
func makeRecording(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: recording FILE")
	}
	_, data := record(ts)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}
