package claim

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestRequest(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"User-Agent", "GET / HTTP/1.1\r\nHost: a\r\nuser-agent: \tWget/1.20.3 (linux-gnu) \r\n\r\n", "User-Agent: Wget/1.20.3 (linux-gnu)"},
		{"a body follows in another segment", "POST /x HTTP/1.0\r\nUser-Agent: a\r\n", "User-Agent: a"},
		{"cut off", "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Windows NT 1", ""},
		{"folded", "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n (X11; Linux)\r\n\r\n", "User-Agent: Mozilla/5.0   (X11; Linux)"},
		{"folded and cut off", "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\n (X11; Li", ""},
		{"platform alone", "GET / HTTP/1.1\r\nSec-CH-UA-Platform: \"Windows\"\r\n\r\n", "Sec-CH-UA-Platform: Windows"},
		{"platform beside an agent that names nothing", "GET / HTTP/1.1\r\nUser-Agent: x\r\nSec-CH-UA-Platform: \"macOS\"\r\n\r\n", "Sec-CH-UA-Platform: macOS"},
		{"forwarded", "GET / HTTP/1.1\r\nUser-Agent: a\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n", ""},
		{"by a proxy", "GET / HTTP/1.1\r\nvia: 1.1 a\r\nUser-Agent: a\r\n\r\n", ""},
		{"in the body", "POST / HTTP/1.1\r\nHost: a\r\n\r\nUser-Agent: a\r\n", ""},
		{"not HTTP", "HELO mail\r\nUser-Agent: a\r\n\r\n", ""},
		{"too many fields", "GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", maxFields) + "User-Agent: a\r\n\r\n", ""},
	}
	for _, tt := range tests {
		check(t, tt.name, segment(tt.in), tt.want)
	}
}

func TestResponse(t *testing.T) {
	ntlm := "WWW-Authenticate: NTLM " + base64.StdEncoding.EncodeToString([]byte(message(2, "\x0a\x00\x7c\x4f")+strings.Repeat("\x00", 40)))
	tests := []struct{ name, in, want string }{
		{"Server", "HTTP/1.1 200 OK\r\nServer: nginx/1.14.0 (Ubuntu)\r\n\r\n", "Server: nginx/1.14.0 (Ubuntu)"},
		{"RTSP", "RTSP/1.0 200 OK\r\nServer: WMServer/9.0.0.3380\r\n\r\n", "Server: WMServer/9.0.0.3380"},
		{"what names a system", "HTTP/1.1 200 OK\r\nServer: Apache\r\nX-Powered-By: PHP/5.5.9-1ubuntu4.13\r\n\r\n", "X-Powered-By: PHP/5.5.9-1ubuntu4.13"},
		{"neither does", "HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\nServer: x\r\n\r\n", "Server: x"},
		{"out of a cache", "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\nAge: 12\r\n\r\n", ""},
		{"by a proxy", "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\nVia: 1.1 varnish\r\n\r\n", ""},
		{"NTLM", "HTTP/1.1 401 No\r\nServer: Microsoft-IIS/10.0\r\n" + ntlm + "\r\n\r\n", "NTLM: challenge 10.0.20348"},
		{"NTLM offered", "HTTP/1.1 401 No\r\nServer: a\r\nWWW-Authenticate: NTLM\r\n\r\n", "Server: a"},
		{"NTLM in no base64", "HTTP/1.1 401 No\r\nServer: a\r\nWWW-Authenticate: NTLM " + strings.Repeat("*", 120) + "\r\n\r\n", "Server: a"},
		{"no fields", "HTTP/1.1 200 OK\r\n\r\n", ""},
	}
	for _, tt := range tests {
		check(t, tt.name, segment(tt.in), tt.want)
	}
}

func TestDiscovery(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"notification", "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nSERVER: Microsoft-Windows-NT/5.1 UPnP/1.0\r\n\r\n", "SSDP: Microsoft-Windows-NT/5.1 UPnP/1.0"},
		{"search", "M-SEARCH * HTTP/1.1\r\nUSER-AGENT: Google Chrome/106.0.5249.103 Windows\r\n\r\n", "SSDP: Google Chrome/106.0.5249.103 Windows"},
		{"answer", "HTTP/1.1 200 OK\r\nST: x\r\nServer: Linux/3.8.13+, UPnP/1.0\r\n\r\n", "SSDP: Linux/3.8.13+, UPnP/1.0"},
		{"nothing said", "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n", ""},
		{"cut off", "M-SEARCH * HTTP/1.1\r\nUSER-AGENT: Go", ""},
	}
	for _, tt := range tests {
		check(t, tt.name, datagram(50000, 50001, tt.in), tt.want)
	}
}

func TestBanner(t *testing.T) {
	check(t, "SSH", segment("SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7\r\n"), "SSH: SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7")
	check(t, "bare line feed", segment("SSH-1.99-Cisco-1.25\nkeys"), "SSH: SSH-1.99-Cisco-1.25")
	check(t, "cut off", segment("SSH-2.0-OpenSSH_7.4p1 Debi"), "")
	check(t, "too long", segment("SSH-2.0-"+strings.Repeat("x", 300)+"\r\n"), "")
}
