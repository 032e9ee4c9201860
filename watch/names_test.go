package watch

import (
	"bytes"
	"encoding/json"
	"testing"

	"whorl"
	"whorl/report"
)

// Every tool that can be named has a number among the signatures.
func TestToolsHaveNumbers(t *testing.T) {
	names := map[string]bool{ourTool: true, nmap6Tool: true, nmapUDP.tool: true, emptyEcho.tool: true, xprobeEcho.tool: true, zmapEcho.tool: true}
	for _, q := range []quietness{{ours: true}, {hint: scanTool}, {hint: handmade}, {flows: []flow{{stage: closing}}}} {
		q.name()
		names[q.tool] = true
	}
	for _, s := range signs() {
		names[s.tool] = true
	}
	for _, k := range newTCPRows().exact {
		names[k.tool] = true
	}
	for i := range questions {
		names[questions[i].tool] = true
	}
	for _, f := range traits {
		names[f.like] = true
	}
	delete(names, "") // any tool
	if len(names) < 20 {
		t.Fatalf("%d names", len(names))
	}
	for name := range names {
		var b bytes.Buffer
		if err := report.NewEVE(&b, report.EVEOptions{}).Contact(&whorl.Contact{Class: whorl.OSFingerprint, Tool: name}); err != nil {
			t.Fatal(err)
		}
		var event struct {
			Alert struct {
				ID int `json:"signature_id"`
			} `json:"alert"`
		}
		if err := json.Unmarshal(b.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Alert.ID%100 == 0 {
			t.Errorf("%q has no number; add it to the tools of package report", name)
		}
	}
}
