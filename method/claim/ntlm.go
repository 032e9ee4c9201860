package claim

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Of NTLM messages ([MS-NLMP] 2.2.1). Numbers are little endian.
const (
	ntlmMagic       = "NTLMSSP\x00"
	versionGiven    = 0x02000000 // NTLMSSP_NEGOTIATE_VERSION
	ntlmLen         = 72         // bytes to the end of the last version field
	maxNTLMOffset   = 2048       // where a message in another is looked for, bytes
	callVersion     = 5          // of remote calls, [C706] chapter 12
	firstAuthPacket = 11         // bind
	lastAuthPacket  = 16         // auth3
)

var ntlmTypes = [...]struct {
	name           string
	flags, version int // offsets
}{1: {"negotiate", 12, 32}, 2: {"challenge", 20, 48}, 3: {"authenticate", 60, 64}}

// ntlmVersion reads the version of an NTLM message: its type, major, minor and build.
func ntlmVersion(b []byte) string {
	if len(b) < len(ntlmMagic)+4 || string(b[:len(ntlmMagic)]) != ntlmMagic {
		return ""
	}
	n := binary.LittleEndian.Uint32(b[8:])
	if n == 0 || n >= uint32(len(ntlmTypes)) {
		return ""
	}
	t := ntlmTypes[n]
	if len(b) < t.version+8 || binary.LittleEndian.Uint32(b[t.flags:])&versionGiven == 0 {
		return ""
	}
	v := b[t.version:]
	return fmt.Sprintf("%s %d.%d.%d", t.name, v[0], v[1], binary.LittleEndian.Uint16(v[2:]))
}

// findNTLM reads the version of the NTLM message in another message.
func findNTLM(b []byte) string {
	if i := bytes.Index(b[:min(len(b), maxNTLMOffset)], []byte(ntlmMagic)); i >= 0 {
		return ntlmVersion(b[i:])
	}
	return ""
}

// remoteCall reads the version in the authentication of a remote call, DCE/RPC over TCP.
func remoteCall(b []byte) string {
	if b[0] != callVersion || b[1] > 1 || b[2] < firstAuthPacket || b[2] > lastAuthPacket {
		return ""
	}
	return findNTLM(b)
}
