package main

import (
	"fmt"
	"strings"
	"testing"
)

// Lines that no scan writes are told with file and line, the others are read, and of many
// bad ones the first stand for all.
func TestFindRecords(t *testing.T) {
	const name = "100%.json"
	record := func(sibling string) string {
		return `{"schema":"whorl.host/1","addr":"192.0.2.7","observations":[{"method":"gen2","print":"T5(R=N)\n"}]` + sibling + "}\n"
	}
	for sibling, want := range map[string]string{
		"": "",
		`,"sibling":{"addr":"2001:db8::7","kinship":"same","confidence":0.9}`:   "",
		`,"sibling":{"kinship":"translated","confidence":0.99}`:                 "",
		`,"sibling":{"addr":"2001:db8::7","kinship":"same","confidence":1e300}`: "1e+300, is not from 0 to 1",
		`,"sibling":{"addr":"2001:db8::7","kinship":"same","confidence":-0.1}`:  "-0.1, is not from 0 to 1",
		`,"sibling":{"kinship":"same","confidence":0.9}`:                        "has no address",
		`,"sibling":{"addr":"192.0.2.7","kinship":"same","confidence":0.9}`:     "192.0.2.7 is of the same version of IP",
	} {
		out, err := findRecords(name, record("")+record(sibling))
		switch {
		case want == "" && (err != nil || len(out) != 2):
			t.Errorf("%s: %d read, %v", sibling, len(out), err)
		case want != "" && (len(out) != 1 || err == nil || !strings.HasPrefix(err.Error(), name+":2: ") || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %d read, %v, want %q", sibling, len(out), err, want)
		}
	}
	out, err := findRecords(name, strings.Repeat("{\n", maxProblems+3)+record(""))
	if more := fmt.Sprintf("\n%s: 3 more lines that are no records", name); err == nil || len(out) != 1 || !strings.HasSuffix(err.Error(), more) {
		t.Errorf("%d read, %v", len(out), err)
	}
}
