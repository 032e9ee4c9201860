package claim

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// message is an NTLM message of a type with the first bytes of its version field.
func message(n int, version string) string {
	b := make([]byte, ntlmLen)
	copy(b, ntlmMagic)
	b[8] = byte(n)
	binary.LittleEndian.PutUint32(b[ntlmTypes[n].flags:], versionGiven)
	copy(b[ntlmTypes[n].version:], version+"\x00\x00\x00\x0f")
	return string(b)
}

func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s + "\x00")) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// setup is a session setup of SMB1, with the words behind the first three.
func setup(flags byte, flags2 uint16, words []uint16, data string) string {
	b := append([]byte("\x00\x00\x00\x00\xffSMB\x73\x00\x00\x00\x00"), flags)
	b = binary.LittleEndian.AppendUint16(b, flags2)
	b = append(b, make([]byte, 20)...)
	b = append(b, byte(len(words)))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint16(b, w)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return string(b) + data
}

func TestNativeOS(t *testing.T) {
	reply := []uint16{0xff, 0, 0}
	replyBlob := []uint16{0xff, 0, 0, 5}
	passwords := []uint16{0xff, 0, 0, 0, 0, 0, 0, 4, 6, 0, 0, 0, 0}
	blob := []uint16{0xff, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0}
	tests := []struct{ name, in, want string }{
		{"answer", setup(replyFlag, unicodeFlag, reply, "\x00"+wide("Windows 5.1")+wide("Windows 2000 LAN Manager")), "SMB native OS: Windows 5.1|Windows 2000 LAN Manager"},
		{"answer with a blob", setup(replyFlag, unicodeFlag, replyBlob, "abcde"+wide("Windows 7 Professional 7601 Service Pack 1")+wide("x")), "SMB native OS: Windows 7 Professional 7601 Service Pack 1|x"},
		{"request with passwords", setup(0, unicodeFlag, passwords, "1234567890"+"\x00"+wide("user")+wide("domain")+wide("Windows 2002 2600")+wide("Windows 2002 5.1")), "SMB native OS: Windows 2002 2600|Windows 2002 5.1"},
		{"request with a blob", setup(0, unicodeFlag, blob, "ab"+"\x00"+wide("Linux version 5.4.0")+wide("CIFS VFS Client for Linux")), "SMB native OS: Linux version 5.4.0|CIFS VFS Client for Linux"},
		{"ASCII", setup(0, 0, blob, "abWindows 2000 2195\x00Windows 2000 5.0\x00"), "SMB native OS: ASCII Windows 2000 2195|Windows 2000 5.0"},
		{"no native OS, but NTLM", setup(0, unicodeFlag, []uint16{0xff, 0, 0, 0, 0, 0, 0, ntlmLen, 0, 0, 0, 0}, message(1, "\x0a\x00\x61\x4a")+"\x00"+wide("")+wide("")), "NTLM: negotiate 10.0.19041"},
		{"blob beyond the end", setup(replyFlag, unicodeFlag, []uint16{0xff, 0, 0, 500}, "abc"), ""},
		{"string without an end", setup(replyFlag, unicodeFlag, reply, "\x00W\x00i\x00"), ""},
		{"string too long", setup(replyFlag, 0, reply, strings.Repeat("W", 200)+"\x00"), ""},
		{"words cut off", setup(replyFlag, unicodeFlag, reply, "")[:40], ""},
		{"another command", strings.Replace(setup(replyFlag, 0, reply, "W\x00x\x00"), "SMB\x73", "SMB\x72", 1), ""},
	}
	for _, tt := range tests {
		check(t, tt.name, segment(tt.in), tt.want)
	}
}

func TestNTLM(t *testing.T) {
	smb2 := "\x00\x00\x00\x90\xfeSMB" + strings.Repeat("\x00", 90)
	noVersion := []byte(message(2, "\x0a\x00\x63\x45"))
	binary.LittleEndian.PutUint32(noVersion[20:], 0)
	tests := []struct{ name, in, want string }{
		{"SMB2", smb2 + message(2, "\x0a\x00\x63\x45") + "x", "NTLM: challenge 10.0.17763"},
		{"remote call", "\x05\x00\x0b\x03\x10\x00\x00\x00" + strings.Repeat("\x00", 60) + message(1, "\x06\x01\xb1\x1d"), "NTLM: negotiate 6.1.7601"},
		{"authenticate", smb2 + message(3, "\x06\x01\x28\x00"), "NTLM: authenticate 6.1.40"},
		{"version not given", smb2 + string(noVersion), ""},
		{"type 4", smb2 + strings.Replace(message(2, "\x0a\x00\x63\x45"), "SSP\x00\x02", "SSP\x00\x04", 1), ""},
		{"cut off", smb2 + message(3, "\x06\x01\x28\x00")[:68], ""},
		{"far behind", smb2 + strings.Repeat("x", maxNTLMOffset) + message(2, "\x0a\x00\x63\x45"), ""},
	}
	for _, tt := range tests {
		check(t, tt.name, segment(tt.in), tt.want)
	}
}

// browse is a datagram with a browser message.
func browse(body string) string {
	b := "\x11\x02\x00\x01" + "\xc0\x00\x02\x01" + "\x00\x8a\x00\xbb\x00\x00" +
		" " + strings.Repeat("A", 32) + "\x00" + " " + strings.Repeat("B", 32) + "\x00"
	m := []byte("\xffSMB\x25" + strings.Repeat("\x00", 27) + "\x11" + strings.Repeat("\x00", 2*transactionWords+2) + "\\MAILSLOT\\BROWSE\x00")
	binary.LittleEndian.PutUint16(m[smbHeader+dataOffset:], uint16(len(m)))
	return b + string(m) + body
}

func TestAnnouncement(t *testing.T) {
	body := "\x80\xfc\x0a\x00" + "HOST" + strings.Repeat("\x00", 12) + "\x06\x01\x03\x10\x05\x00\x0f\x01\x55\xaa"
	tests := []struct{ name, in, want string }{
		{"host", browse("\x01\x00" + body), "NetBIOS: 6.1 type 00051003"},
		{"local master", browse("\x0f\x00" + body), "NetBIOS: 6.1 type 00051003"},
		{"domain: a workgroup's, not a host's", browse("\x0c\x00" + body), ""},
		{"cut off", browse("\x01\x00" + body[:20]), ""},
		{"no mailslot", strings.Replace(browse("\x01\x00"+body), "MAILSLOT", "mailbox.", 1), ""},
		{"a query", "\x14" + browse("\x01\x00" + body)[1:], ""},
	}
	for _, tt := range tests {
		check(t, tt.name, datagram(138, 138, tt.in), tt.want)
	}
}

func FuzzFileSharing(f *testing.F) {
	f.Add([]byte(setup(replyFlag, unicodeFlag, []uint16{0xff, 0, 0}, "\x00"+wide("Windows 5.1")+wide("x"))))
	f.Add([]byte(setup(0, 0, []uint16{0xff, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0}, "abUnix\x00Samba\x00")))
	f.Add([]byte("\x00\x00\x00\x90\xfeSMB" + strings.Repeat("\x00", 90) + message(2, "\x0a\x00\x63\x45")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, s := fileSharing(b); s != "" && (k != NativeOS && k != NTLM || !proper(s)) {
			t.Errorf("%v %q", k, s)
		}
	})
}

func FuzzAnnouncement(f *testing.F) {
	f.Add([]byte(browse("\x01\x00\x80\xfc\x0a\x00HOST" + strings.Repeat("\x00", 12) + "\x06\x01\x03\x10\x05\x00\x0f\x01\x55\xaa")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < leastPayload {
			return
		}
		if s := announcement(b); s != "" && !proper(s) {
			t.Errorf("%q", s)
		}
	})
}

func FuzzNTLM(f *testing.F) {
	for n := 1; n <= 3; n++ {
		f.Add([]byte(message(n, "\x0a\x00\x63\x45")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := findNTLM(b); s != "" {
			ntlmSystem(s)
			if !proper(s) {
				t.Errorf("%q", s)
			}
		}
	})
}
