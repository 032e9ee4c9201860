package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// initTrace is a line that the runtime writes for a package of ours that does something
// before main: how long, and how much it allocates.
var initTrace = regexp.MustCompile(`(?m)^init (whorl\S*) @.* (\d+) allocs$`)

// Every run pays for the tables of all packages, also of those that it does not need. So
// they are literals, or switches, or made by who asks for them.
func TestStartUp(t *testing.T) {
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := c.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	const most = 200 // allocations, of all packages together
	sum, packages := 0, []string{}
	for _, m := range initTrace.FindAllStringSubmatch(string(trace), -1) {
		n, _ := strconv.Atoi(m[2])
		sum, packages = sum+n, append(packages, m[2]+" "+m[1])
	}
	if sum == 0 || sum > most {
		t.Errorf("%d allocations before main, want at most %d and some:\n%s", sum, most, strings.Join(packages, "\n"))
	}
}
