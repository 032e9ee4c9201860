package claim

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Of announcements ([MS-BRWS] 2.2.1 and 2.2.10, [MS-CIFS] 2.2.4.33). Numbers are little
// endian.
const (
	directUnique, directGroup = 0x10, 0x11 // datagrams, RFC 1002 section 4.4.1
	maxNames                  = 400        // bytes before the message: a header and two names
	transactionWords          = 17
	dataOffset                = 1 + 2*12 // of the words, from the start of the message
	hostAnnouncement          = 1
	masterAnnouncement        = 15
	announcementLen           = 28 // to the end of the server type
)

// announcement reads the version and server type with which a host announces itself.
func announcement(b []byte) string {
	if b[0] != directUnique && b[0] != directGroup {
		return ""
	}
	i := bytes.Index(b[:min(len(b), maxNames)], []byte("\xffSMB"))
	if i < 0 {
		return ""
	}
	m := b[i:]
	if len(m) < smbHeader+1+2*transactionWords || m[4] != transaction || m[smbHeader] != transactionWords ||
		!bytes.Contains(m, []byte("\\MAILSLOT\\BROWSE\x00")) {
		return ""
	}
	at := int(binary.LittleEndian.Uint16(m[smbHeader+dataOffset:]))
	if at < smbHeader || at > len(m) || len(m)-at < announcementLen {
		return ""
	}
	a := m[at:]
	if a[0] != hostAnnouncement && a[0] != masterAnnouncement {
		return ""
	}
	return fmt.Sprintf("%d.%d type %08x", a[22], a[23], binary.LittleEndian.Uint32(a[24:]))
}
