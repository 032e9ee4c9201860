package report_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"whorl"
	"whorl/report"
)

// talk is a contact with a dialogue, in which one side says what is no text.
func talk() *whorl.Contact {
	at := netip.MustParseAddr("192.0.2.7")
	return &whorl.Contact{State: whorl.Ended, Class: whorl.DecoyContact, Confidence: 1, Targets: []netip.Addr{at}, Leak: whorl.LeakPartial,
		Sources: []whorl.ContactSource{{Addr: netip.MustParseAddr("198.51.100.9")}},
		Dialogue: []whorl.Speech{
			{Target: at, Port: 23, Answer: true, Text: "login: "},
			{Target: at, Port: 23, Text: "root\r\n"},
			{Target: at, Port: 23, Answer: true, Text: "Password: "},
			{Target: at, Port: 23, Text: "..x\n", Data: []byte("\xff\x00x\n")},
			{Target: at, Port: 80, Text: "GET /\x1b[31m"},
		}}
}

// EVE has what the visitor said, exactly and as far as it is text, and nothing of the decoy's.
func TestPayload(t *testing.T) {
	var out bytes.Buffer
	if err := report.NewEVE(&out, report.EVEOptions{}).Contact(talk()); err != nil {
		t.Fatal(err)
	}
	var e struct {
		Payload   []byte
		Printable string `json:"payload_printable"`
		Stream    int
	}
	if err := json.Unmarshal(out.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if string(e.Payload) != "root\r\n\xff\x00x\nGET /\x1b[31m" || e.Printable != "root\r\n..x\nGET /\x1b[31m" || e.Stream != 1 {
		t.Errorf("%+v", e)
	}
	silent := talk()
	silent.Dialogue = silent.Dialogue[:1]
	if out.Reset(); report.NewEVE(&out, report.EVEOptions{}).Contact(silent) != nil || strings.Contains(out.String(), `"payload`) {
		t.Errorf("of one who says nothing: %s", &out)
	}
}

// A person reads the beginning of a dialogue, and no control character of a visitor's.
func TestDialogueText(t *testing.T) {
	for verbose, want := range map[int]string{
		0: "    heard     port 23: \"login: \"\n    said      port 23: \"root\\r\\n\"\n    heard     port 23: \"Password: \"\n" +
			"    said      port 23: \"..x\\n\"\n    said      more, which -v prints\n",
		1: "    said      port 80: \"GET /\\x1b[31m\"\n",
	} {
		var out bytes.Buffer
		if err := report.NewContacts(&out, report.TextOptions{Verbose: verbose}).Contact(talk()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("verbose %d: %s\nwant %s", verbose, &out, want)
		}
	}
}
