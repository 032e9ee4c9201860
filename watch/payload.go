package watch

import "bytes"

// Questions of version scans, as they begin. Nmap's ask what many protocols would
// understand; single ones of them are everyday requests.
var questions = []struct {
	kind
	begins string
	whole  bool // nothing follows
}{
	{versionKind("no such page", 6), "GET /nice%20ports%2C/Tri%6Eity.txt%2ebak", false},
	{versionKind("script", 6), "GET /nmaplowercheck", false},
	{versionKind("RTSP options", 2), "OPTIONS / RTSP/1.0\r\n\r\n", true},
	{versionKind("HTTP options", 2), "OPTIONS / HTTP/1.0\r\n\r\n", true},
	{versionKind("HTTP request", 1), "GET / HTTP/1.0\r\n\r\n", true},
	{versionKind("HELP", 2), "HELP\r\n", true},
	{versionKind("empty lines", 2), "\r\n\r\n", true},
	{versionKind("TNMP", 3), "TNMP\x04\x00\x00\x00TNME\x00\x00\x04\x00", true},
	{versionKind("DmdT", 3), "DmdT\x00\x00\x00\x17", false},
	{versionKind("TLS with fixed numbers", 4), "\x16\x03\x00\x00S\x01\x00\x00O\x03\x00?G\xd7\xf7", false},
}

func versionKind(name string, points int) kind {
	return kind{family: service, name: name, tool: "nmap -sV", points: points}
}

// scriptAgent is what Nmap's scripts call themselves in HTTP.
var (
	scriptAgent = []byte("Nmap Scripting Engine")
	scriptKind  = versionKind("script", 6)
)

// classifyPayload looks at what a TCP segment carries.
func classifyPayload(data []byte) (m mark, ok bool) {
	switch data[0] {
	case 'G', 'O', 'H', 'P', 'T', 'D', '\r', 0x16:
	default:
		return m, false
	}
	for i := range questions {
		q := &questions[i]
		if len(data) >= len(q.begins) && string(data[:len(q.begins)]) == q.begins && (!q.whole || len(data) == len(q.begins)) {
			return mark{kind: &q.kind}, true
		}
	}
	const agentWithin = 512 // bytes
	if data[0] != 0x16 && len(data) < agentWithin && bytes.Contains(data, scriptAgent) {
		return mark{kind: &scriptKind}, true
	}
	return m, false
}
