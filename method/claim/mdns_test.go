package claim

import "testing"

// header is that of a response with so many questions and answers.
func header(questions, answers byte) string {
	return "\x00\x00\x84\x00\x00" + string([]byte{questions}) + "\x00" + string([]byte{answers}) + "\x00\x00\x00\x00"
}

const (
	deviceName = "\x03Mac\x0c_device-info\x04_tcp\x05local\x00"
	txtHead    = "\x00\x10\x00\x01\x00\x00\x11\x94" // type TXT, class IN, TTL
)

// txt is the length and data of a TXT record.
func txt(all ...string) string {
	data := ""
	for _, s := range all {
		data += string([]byte{byte(len(s))}) + s
	}
	return string([]byte{0, byte(len(data))}) + data
}

func TestDeviceInfo(t *testing.T) {
	mac, phone := txt("model=MacBookPro16,1", "osxvers=20"), txt("model=iPhone14,5")
	tests := []struct{ name, in, want string }{
		{"osxvers", header(0, 1) + deviceName + txtHead + mac, "mDNS: osxvers=20"},
		{"model", header(0, 1) + deviceName + txtHead + phone, "mDNS: model=iPhone14,5"},
		{"after a question and another record", header(1, 2) + "\x01a\x00\x00\x0c\x00\x01" +
			"\x01b\x00\x00\x01\x00\x01\x00\x00\x00\x78\x00\x04\xc0\x00\x02\x01" + deviceName + txtHead + mac, "mDNS: osxvers=20"},
		{"name by a pointer", header(0, 2) + deviceName + txtHead + "\x00\x01\x00" + "\x01c\xc0\x10" + txtHead + phone, "mDNS: model=iPhone14,5"},
		{"another service", header(0, 1) + "\x03Mac\x08_airplay\x04_tcp\x05local\x00" + txtHead + phone, ""},
		{"a question", "\x00\x00\x00\x00" + header(0, 1)[4:] + deviceName + txtHead + mac, ""},
		{"a pointer to itself", header(0, 1) + "\xc0\x0c" + txtHead + mac, ""},
		{"a record beyond the end", header(0, 1) + deviceName + txtHead + "\x40\x00\x0aosxvers=20", ""},
		{"a string beyond the end", header(0, 1) + deviceName + txtHead + "\x00\x0b\x20osxvers=20", ""},
	}
	for _, tt := range tests {
		check(t, tt.name, datagram(5353, 5353, tt.in), tt.want)
	}
	check(t, "from another port", datagram(40000, 5353, header(0, 1)+deviceName+txtHead+mac), "")
}

func FuzzDeviceInfo(f *testing.F) {
	f.Add([]byte(header(0, 1) + deviceName + txtHead + "\x00\x0b\x0aosxvers=20"))
	f.Add([]byte(header(0, 1) + "\xc0\x0c" + txtHead + "\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := deviceInfo(b); s != "" && !proper(s) {
			t.Errorf("%q", s)
		}
	})
}
