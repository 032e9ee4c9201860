package claim

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Of SMB1 ([MS-CIFS] 2.2.3.1), after the four bytes of the session service. Numbers are
// little endian.
const (
	sessionHeader = 4
	smbHeader     = 32
	sessionSetup  = 0x73
	transaction   = 0x25
	unicodeFlag   = 0x8000 // of Flags2: strings are UTF-16
	replyFlag     = 0x80   // of Flags
)

// fileSharing reads a message of SMB: the native OS of an SMB1 session setup, or else the
// version in its NTLM message.
func fileSharing(b []byte) (Kind, string) {
	if len(b) < sessionHeader+smbHeader {
		return 0, ""
	}
	b = b[sessionHeader:]
	switch string(b[:4]) {
	case "\xffSMB":
		if b[4] != sessionSetup {
			return 0, ""
		}
		if os := nativeOS(b); os != "" {
			return NativeOS, os
		}
		return NTLM, findNTLM(b)
	case "\xfeSMB":
		return NTLM, findNTLM(b)
	}
	return 0, ""
}

// nativeOS reads the native OS and LAN manager of a session setup ([MS-CIFS] 2.2.4.53,
// [MS-SMB] 2.2.4.6), with a bar between them. Strings in ASCII are marked: no system sends
// such to others that speak Unicode.
func nativeOS(b []byte) string {
	flags, wide := b[9], binary.LittleEndian.Uint16(b[10:])&unicodeFlag != 0
	words, at := b[smbHeader:], 0
	if len(words) < 1 || len(words) < 1+2*int(words[0])+2 {
		return ""
	}
	count := int(words[0])
	word := func(n int) int { return int(binary.LittleEndian.Uint16(words[1+2*n:])) }
	strings1 := 0 // before the native OS
	switch reply := flags&replyFlag != 0; {
	case reply && count == 3:
	case reply && count == 4:
		at = word(3) // security blob
	case !reply && count == 12:
		at = word(7)
	case !reply && count == 13:
		at, strings1 = word(7)+word(8), 2 // two passwords; account and domain
	default:
		return ""
	}
	data := words[1+2*count+2:]
	if at > len(data) {
		return ""
	}
	from := smbHeader + 1 + 2*count + 2 + at // from the start of the message: UTF-16 is aligned to it
	data = data[at:]
	if wide && from%2 != 0 && len(data) > 0 {
		data = data[1:]
	}
	for range strings1 {
		var ok bool
		if _, data, ok = cutString(data, wide); !ok {
			return ""
		}
	}
	os, data, ok := cutString(data, wide)
	if !ok || strings.Trim(os, " ") == "" {
		return ""
	}
	manager, _, _ := cutString(data, wide)
	mark := ""
	if !wide {
		mark = asciiMark
	}
	return clean([]byte(mark + os + "|" + manager))
}

// asciiMark begins a native OS that came in ASCII.
const asciiMark = "ASCII "

// maxString is the longest string of a session setup that is read, characters.
const maxString = 120

// cutString takes a string off that ends with a zero.
func cutString(b []byte, wide bool) (s string, rest []byte, ok bool) {
	if !wide {
		for i := range min(len(b), maxString) {
			if b[i] == 0 {
				return string(b[:i]), b[i+1:], true
			}
		}
		return "", nil, false
	}
	var units [maxString]uint16
	for i := range min(len(b)/2, maxString) {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
		if units[i] == 0 {
			return string(utf16.Decode(units[:i])), b[2*i+2:], true
		}
	}
	return "", nil, false
}
