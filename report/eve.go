package report

import (
	"hash/fnv"
	"io"
	"net/netip"
	"strconv"
	"time"

	"whorl"
)

// EVEOptions say where contacts were seen.
type EVEOptions struct {
	Interface string // that was listened to; empty for captures
}

// NewEVE writes contacts as alerts in Suricata's EVE form, a line each, so that what reads
// Suricata's eve.json reads these too. All of a contact stands in the object "whorl".
// Field names are those of the EVE JSON format in Suricata's user guide; a flow is a
// contact here.
func NewEVE(w io.Writer, o EVEOptions) ContactWriter {
	return &eve{newJSONLines(w, "eve"), o}
}

type eve struct {
	lines *jsonLines
	o     EVEOptions
}

// eveTime is how Suricata writes times.
const eveTime = "2006-01-02T15:04:05.000000-0700"

// eveEvent is a line. Addresses are those that matter most where there are several.
type eveEvent struct {
	Timestamp string   `json:"timestamp"` // of the last packet
	FlowID    uint64   `json:"flow_id"`   // the same in all records of a contact
	InIface   string   `json:"in_iface,omitempty"`
	PcapCount int      `json:"pcap_cnt,omitempty"` // frame of the first probe in a capture
	EventType string   `json:"event_type"`
	SrcIP     string   `json:"src_ip,omitempty"`
	DestIP    string   `json:"dest_ip,omitempty"`
	DestPort  uint16   `json:"dest_port,omitempty"`
	Proto     string   `json:"proto,omitempty"`
	Alert     eveAlert `json:"alert"`
	Flow      eveFlow  `json:"flow"`
	*evePayload
	Whorl *whorl.Contact `json:"whorl"`
}

type eveAlert struct {
	Action    string              `json:"action"`
	GID       int                 `json:"gid"`
	ID        int                 `json:"signature_id"`
	Revision  int                 `json:"rev"`
	Signature string              `json:"signature"`
	Category  string              `json:"category"`
	Severity  int                 `json:"severity"` // 1 is worst
	Metadata  map[string][]string `json:"metadata,omitempty"`
}

type eveFlow struct {
	ToServer int    `json:"pkts_toserver"`
	Start    string `json:"start"`
}

// evePayload is what the sources of a contact said over connections, all of it in a row.
type evePayload struct {
	Payload   []byte `json:"payload"`
	Printable string `json:"payload_printable"`
	Stream    int    `json:"stream"` // 1: not of one packet
}

// payload is that of a contact; nil if nothing was said, or nobody wants to know.
func payload(c *whorl.Contact) *evePayload {
	p := evePayload{Stream: 1}
	for i := range c.Dialogue {
		if s := &c.Dialogue[i]; !s.Answer {
			p.Payload = append(p.Payload, s.Bytes()...)
			p.Printable += s.Text
		}
	}
	if len(p.Payload) == 0 {
		return nil
	}
	return &p
}

// Contact writes one record.
func (e *eve) Contact(c *whorl.Contact) error {
	class := classOf(c)
	event := eveEvent{
		Timestamp: c.Seen.Last.Format(eveTime),
		FlowID:    flowID(c),
		InIface:   e.o.Interface,
		EventType: "alert",
		Alert: eveAlert{
			Action: "allowed", GID: 1, ID: signatureID(c), Revision: 1, Signature: signature(c), Category: class.category,
			Severity: eveSeverity(c),
			Metadata: map[string][]string{"confidence": {confidenceWord(c.Confidence)}, "state": {string(c.State)}},
		},
		Flow:  eveFlow{c.Counts.Packets, c.Seen.First.Format(eveTime)},
		Whorl: stamped(c),
	}
	event.evePayload = payload(c)
	if class.technique != "" {
		event.Alert.Metadata["mitre_technique_id"] = []string{class.technique}
	}
	if len(c.Probes) > 0 && e.o.Interface == "" {
		event.PcapCount = c.Probes[0].Frame
	}
	event.DestPort, event.Proto = mainPort(c)
	if s, ok := mainSource(c); ok {
		event.SrcIP = plainAddr(s.Addr)
	}
	if a, ok := mainTarget(c); ok {
		event.DestIP = plainAddr(a)
	}
	return e.lines.record(&event)
}

// plainAddr is an address without a zone, which other programs do not expect.
func plainAddr(a netip.Addr) string { return a.Unmap().WithZone("").String() }

// flowID is a number that no other contact has, of any run, and that JavaScript can hold
// exactly (53 bits).
func flowID(c *whorl.Contact) uint64 {
	h := fnv.New64a()
	io.WriteString(h, strconv.FormatUint(c.ID, 16)+c.Seen.First.UTC().Format(time.RFC3339Nano))
	return h.Sum64() >> 11
}

// eveSeverity is 1 if the system was given away wholly, 2 if the contact is sure, else 3.
func eveSeverity(c *whorl.Contact) int {
	switch {
	case !fingerprints(c) && c.Class != whorl.DecoyContact:
		return 3
	case fingerprints(c) && c.Leak == whorl.LeakFull && sure(c):
		return 1
	case sure(c):
		return 2
	}
	return 3
}

// sure reports whether hardly anything but what is said explains a contact.
func sure(c *whorl.Contact) bool {
	return c.State == whorl.Confirmed || c.Confidence >= surely
}

// surely is the confidence of a confirmed contact.
const surely whorl.Fraction = 0.94

// confidenceWord is a probability in the words of Suricata's metadata.
func confidenceWord(f whorl.Fraction) string {
	switch {
	case f >= surely:
		return "High"
	case f >= 0.7:
		return "Medium"
	}
	return "Low"
}
